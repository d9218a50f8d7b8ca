import AsyncHTTPClient
import NIOCore
import NIOHTTP1

extension UpstreamClient {
  /// Sends a request and hands out the lines of its answer as they come. The answer to a refused request is handed out
  /// whole instead, as the body of the reply.
  func stream(
    _ request: Request, line: @escaping @Sendable (String) -> Void
  ) async throws(UpstreamFailure) -> Reply {
    do {
      return try await withThrowingTaskGroup(of: Reply?.self) { group in
        group.addTask { try await withSlot(request) { try await readLines(request, line) } }
        group.addTask {
          try await sleep(request.timeout)
          return nil
        }
        defer { group.cancelAll() }
        guard let first = try await group.next(), let reply = first else { throw UpstreamFailure.timedOut }
        return reply
      }
    } catch {
      throw UpstreamFailure(error)
    }
  }

  private func readLines(_ request: Request, _ line: @Sendable (String) -> Void) async throws -> Reply {
    let response = try await client.execute(
      outgoing(request, accept: "text/event-stream, application/x-ndjson, application/json"),
      timeout: .nanoseconds(request.timeout.clampedNanoseconds))
    let status = Int(response.status.code)
    guard (200..<300).contains(status) else {
      let body = try await response.body.collect(upTo: Self.replyLimit)
      return Reply(status: status, headers: response.headers, body: Array(body.readableBytesView))
    }
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
      guard rest.count < Self.lineLimit else { throw NIOTooManyBytesError(maxBytes: Self.lineLimit) }
    }
    if !rest.isEmpty { line(String(decoding: rest, as: UTF8.self)) }
    return Reply(status: status, headers: response.headers, body: [])
  }
}
