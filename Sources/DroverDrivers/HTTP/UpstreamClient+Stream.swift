import AsyncHTTPClient
import NIOCore
import NIOHTTP1

extension UpstreamClient {
  /// Sends a request and hands out the lines of its answer as they come. The answer to a refused request is handed out
  /// whole instead, as the body of the reply.
  func stream(
    _ request: Request, line: @escaping @Sendable (String) -> Void
  ) async throws(UpstreamFailure) -> Reply {
    try await within(request.timeout) { try await withSlot(request) { try await readLines(request, line) } }
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
    var lines = LineSplitter()
    for try await chunk in response.body {
      lines.take(chunk.readableBytesView, line)
      guard lines.rest.count < Self.lineLimit else { throw NIOTooManyBytesError(maxBytes: Self.lineLimit) }
    }
    lines.end(line)
    return Reply(status: status, headers: response.headers, body: [])
  }
}
