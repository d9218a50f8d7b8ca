import DroverCore
import HTTPTypes
import HummingbirdCore
import NIOCore
import ServiceLifecycle

extension ControlAPI {
  /// Events as they happen.
  var eventRoutes: [Route] {
    guard let events else { return [] }
    return [
      Route(.get, Self.modelsPath + "/events", parameters: ["types"]) { call in
        let types = call.query["types"].map { Set($0.split(separator: ",").map(String.init)) }
        let newest = events.newest
        let last = HTTPField.Name("Last-Event-ID").flatMap { call.request.headers[$0] }
        guard events.hasRoom else {
          throw APIError(
            code: .unavailable, message: "\(EventHub.listenerLimit) listeners is as many as there may be; end one")
        }
        let reading = EventReading(
          hub: events, types: types, start: last.map { EventText.number(of: $0, epoch: events.epoch) } ?? newest)
        return Reply(eventStream: { writer in try await reading.run(into: &writer) })
      }
    ]
  }
}

/// One listener, from its request to its end.
private struct EventReading: Sendable {
  let hub: EventHub
  /// Names of events; nil: all.
  let types: Set<String>?
  /// The last event that it knows; nil where it knows one of another run.
  let start: UInt64?

  /// Events that are taken at once.
  private static let batch = 64

  @concurrent
  func run(into writer: inout any ResponseBodyWriter) async throws {
    // Only now, since the answer to a HEAD is never written. Who comes too late for a place is sent away again.
    guard let (listener, wakes) = hub.listen(wanting: types) else { return try await writer.finish(nil) }
    defer { hub.leave(listener) }
    var position = start ?? 0
    var first = start == nil ? EventText.missed(nil) : EventText.beat
    while true {
      var bytes = first
      first = []
      while true {
        let (missed, found) = hub.events(after: position, limit: Self.batch)
        if missed > 0 { bytes += EventText.missed(missed) }
        for event in found where types?.contains(event.event.name) ?? true {
          bytes += EventText.bytes(of: event, epoch: hub.epoch)
        }
        guard let last = found.last else { break }
        position = last.number
      }
      // Who takes its time holds up this task alone.
      try await writer.write(ByteBuffer(bytes: bytes.isEmpty ? EventText.beat : bytes))
      let isOver = await cancelWhenGracefulShutdown {
        for await _ in wakes { return false }
        return true
      }
      if isOver { return try await writer.finish(nil) }
    }
  }
}
