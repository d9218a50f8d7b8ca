import AsyncHTTPClient
import NIOCore
import NIOHTTP1

extension UpstreamClient {
  /// A longer line is nothing that is waited for.
  static let lineLimit = 1 << 20

  /// Follows a stream of events and hands out its lines until it ends, or `request.timeout` is over. `opened` is called
  /// once the server has agreed to tell.
  ///
  /// - Returns: the status of the reply; 200 also where something else than events is sent.
  func follow(
    _ request: Request, opened: @escaping @Sendable () -> Void, line: @escaping @Sendable (String) -> Void
  ) async throws(UpstreamFailure) -> Int {
    try await within(request.timeout) { try await read(request, opened: opened, line: line) }
  }

  private func read(
    _ request: Request, opened: @Sendable () -> Void, line: @Sendable (String) -> Void
  ) async throws -> Int {
    let response = try await client.execute(
      outgoing(request, accept: "text/event-stream"), timeout: .nanoseconds(request.timeout.clampedNanoseconds))
    let type = response.headers.first(name: "content-type") ?? ""
    guard response.status == .ok, type.lowercased().hasPrefix("text/event-stream") else {
      return Int(response.status.code)
    }
    opened()
    var lines = LineSplitter()
    for try await chunk in response.body {
      lines.take(chunk.readableBytesView, line)
      guard lines.rest.count < Self.lineLimit else { break }
    }
    return 200
  }
}
