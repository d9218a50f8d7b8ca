package import AsyncHTTPClient
import DroverCore
import DroverWire
import NIOCore
import NIOHTTP1

/// Small requests to model servers: a whole reply in memory, one bound on its time and one on its size.
package struct UpstreamClient: Sendable {
  let client: HTTPClient
  let sleep: @Sendable (Duration) async throws -> Void
  /// The listing of ten thousand models takes about 2 MB, and Ollama's four times that.
  static let replyLimit = 16 << 20
  private static let requestsPerServer = 64
  private let slots = ConnectionSlots(limit: UpstreamClient.requestsPerServer)

  package init(_ client: HTTPClient, sleep: @escaping @Sendable (Duration) async throws -> Void) {
    self.client = client
    self.sleep = sleep
  }

  /// How the client is to be set up: redirects are never followed, since a header with a secret would go along, and a
  /// refused connection is told at once.
  package static var configuration: HTTPClient.Configuration {
    var configuration = HTTPClient.Configuration()
    configuration.redirectConfiguration = .disallow
    configuration.timeout.connect = .seconds(5)
    configuration.connectionPool.retryConnectionEstablishment = false
    // The rest is for replies that go on and on.
    configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = requestsPerServer + 16
    configuration.httpVersion = .http1Only
    return configuration
  }

  struct Request: Sendable {
    var method = "GET"
    var url: String
    /// Sent as the bearer.
    var token: String?
    /// More headers, by name and value.
    var headers: [(String, String)] = []
    var body: FieldValue?
    var timeout: Duration

    /// Scheme, host and port.
    fileprivate var server: String { url.split(separator: "/", maxSplits: 2).prefix(2).joined(separator: "//") }
  }

  struct Reply: Sendable {
    var status: Int
    var headers = HTTPHeaders()
    var body: [UInt8]

    var contentType: String? { headers.first(name: "content-type") }

    /// What a status other than 2xx means; nil for a success.
    var refusal: ProviderError? {
      ProviderError.read(status: status, header: { headers.first(name: $0) }, body: body)
    }

    /// The body as JSON; nil where it is none.
    var json: FieldValue? {
      do throws(JSONReader.Failure) { return try JSONReader.read(body) } catch { return nil }
    }
  }

  func call(_ request: Request) async throws(UpstreamFailure) -> Reply {
    try await within(request.timeout) { try await withSlot(request) { try await exchange(request) } }
  }

  /// What `body` gives, or ``UpstreamFailure/timedOut`` where that takes longer than `timeout`.
  func within<Value: Sendable>(
    _ timeout: Duration, _ body: @escaping @Sendable () async throws -> Value
  ) async throws(UpstreamFailure) -> Value {
    do {
      return try await withThrowingTaskGroup(of: Value?.self) { group in
        group.addTask { try await body() }
        group.addTask {
          try await sleep(timeout)
          return nil
        }
        defer { group.cancelAll() }
        guard let first = try await group.next(), let value = first else { throw UpstreamFailure.timedOut }
        return value
      }
    } catch {
      throw UpstreamFailure(error)
    }
  }

  /// Runs `body` once there is room at the server of `request`.
  func withSlot<Value>(_ request: Request, _ body: () async throws -> Value) async throws -> Value {
    try await slots.withSlot(at: request.server, body)
  }

  func outgoing(_ request: Request, accept: String) -> HTTPClientRequest {
    var outgoing = HTTPClientRequest(url: request.url)
    outgoing.method = HTTPMethod(rawValue: request.method)
    outgoing.headers.add(name: "Accept", value: accept)
    outgoing.headers.add(name: "User-Agent", value: "drover")
    if let token = request.token { outgoing.headers.add(name: "Authorization", value: "Bearer " + token) }
    for (name, value) in request.headers { outgoing.headers.add(name: name, value: value) }
    if let body = request.body {
      outgoing.headers.add(name: "Content-Type", value: "application/json")
      outgoing.body = .bytes(ByteBuffer(string: body.json))
    }
    return outgoing
  }

  private func exchange(_ request: Request) async throws -> Reply {
    let response = try await client.execute(
      outgoing(request, accept: "application/json"), timeout: .nanoseconds(request.timeout.clampedNanoseconds))
    let body = try await response.body.collect(upTo: Self.replyLimit)
    return Reply(
      status: Int(response.status.code), headers: response.headers, body: Array(body.readableBytesView))
  }
}

extension Duration {
  var clampedNanoseconds: Int64 {
    let (product, overflow) = wholeMilliseconds.multipliedReportingOverflow(by: 1_000_000)
    return overflow ? .max : product
  }
}
