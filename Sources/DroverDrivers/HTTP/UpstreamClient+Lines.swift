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
    do {
      return try await withThrowingTaskGroup(of: Int?.self) { group in
        group.addTask { try await read(request, opened: opened, line: line) }
        group.addTask {
          try await sleep(request.timeout)
          return nil
        }
        defer { group.cancelAll() }
        guard let first = try await group.next(), let status = first else { throw UpstreamFailure.timedOut }
        return status
      }
    } catch {
      throw UpstreamFailure(error)
    }
  }

  private func read(
    _ request: Request, opened: @Sendable () -> Void, line: @Sendable (String) -> Void
  ) async throws -> Int {
    var outgoing = HTTPClientRequest(url: request.url)
    outgoing.headers.add(name: "Accept", value: "text/event-stream")
    outgoing.headers.add(name: "User-Agent", value: "drover")
    if let token = request.token { outgoing.headers.add(name: "Authorization", value: "Bearer " + token) }
    let response = try await client.execute(outgoing, timeout: .nanoseconds(request.timeout.clampedNanoseconds))
    let type = response.headers.first(name: "content-type") ?? ""
    guard response.status == .ok, type.lowercased().hasPrefix("text/event-stream") else {
      return Int(response.status.code)
    }
    opened()
    var rest: [UInt8] = []
    for try await chunk in response.body {
      for byte in chunk.readableBytesView {
        guard byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") else {
          rest.append(byte)
          continue
        }
        if !rest.isEmpty { line(String(decoding: rest, as: UTF8.self)) }
        rest.removeAll(keepingCapacity: true)
      }
      guard rest.count < Self.lineLimit else { break }
    }
    return 200
  }
}
