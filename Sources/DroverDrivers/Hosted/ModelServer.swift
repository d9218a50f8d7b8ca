import DroverCore
import DroverWire

/// A server as a provider names it: its address, and the key that it is sent. Every call ends in a reply that is a
/// success, or in an error fit for people, which never holds the key.
struct ModelServer: Sendable {
  let upstream: UpstreamClient
  let endpoint: ServerEndpoint
  let secret: Secret?
  /// Begins every message: the provider with its address.
  let subject: String
  /// How long a small question may take.
  let patience: Duration

  /// The server of a provider; throws why it cannot be called at all.
  init(of provider: ProviderSpec, upstream: UpstreamClient, secrets: SecretSource) throws(DriverError) {
    guard let text = provider.baseURL else {
      throw .notPermitted("provider '\(provider.name)' has no baseURL; give the address of its server")
    }
    guard let endpoint = ServerEndpoint(text) else {
      throw .notPermitted("baseURL of provider '\(provider.name)' must be http://HOST or https://HOST, without a user")
    }
    self.init(
      upstream: upstream, endpoint: endpoint, secret: try secrets.secret(of: provider, for: endpoint),
      subject: "provider '\(provider.name)' at \(endpoint.authority)", patience: provider.connectTimeout)
  }

  init(upstream: UpstreamClient, endpoint: ServerEndpoint, secret: Secret?, subject: String, patience: Duration) {
    self.upstream = upstream
    self.endpoint = endpoint
    self.secret = secret
    self.subject = subject
    self.patience = patience
  }

  /// Tells servers with their keys apart, so that providers do not answer for one another.
  var key: String { endpoint.base + " " + (secret?.name ?? "") }

  func pause(_ duration: Duration) async throws(DriverError) {
    do { try await upstream.sleep(duration) } catch { throw .cancelled }
  }

  /// The reply, whatever its status; `late` is thrown where there is none in time.
  func send(
    _ request: UpstreamClient.Request, late: DriverError? = nil
  ) async throws(DriverError) -> UpstreamClient.Reply {
    do throws(UpstreamFailure) {
      return try await upstream.call(request)
    } catch {
      if error == .timedOut, let late { throw late }
      throw error.driverError(address: endpoint.authority, timeout: request.timeout)
    }
  }

  /// The reply, or nil where nothing listens at the address. For requests that may be sent twice: a connection that was
  /// kept from before says nothing about who listens now.
  func sendUnlessDown(_ request: UpstreamClient.Request) async throws(DriverError) -> UpstreamClient.Reply? {
    var failure = UpstreamFailure.refused
    for _ in 0..<3 {
      do throws(UpstreamFailure) {
        return try await upstream.call(request)
      } catch {
        failure = error
        guard case .unreachable = error else { break }
      }
    }
    if failure == .refused { return nil }
    throw failure.driverError(address: endpoint.authority, timeout: request.timeout)
  }

  /// What a server said under a status of success.
  func failure(_ said: String) -> DriverError {
    .failed("\(subject) answers with an error: " + UpstreamMessage.line(said, without: secret?.value))
  }

  /// What a reply other than a success means; nil for a success.
  func error(in reply: UpstreamClient.Reply, saying subject: String? = nil) -> DriverError? {
    reply.refusal?.driverError(subject: subject ?? self.subject, secret: secret)
  }

  /// The reply to a question about the server itself. One that cannot be answered makes the server unavailable: it says
  /// nothing of any model.
  func ask(_ request: UpstreamClient.Request) async throws(DriverError) -> UpstreamClient.Reply {
    try accepted(try await send(request))
  }

  /// A reply that is a success, as ``ask(_:)`` gives it.
  func accepted(_ reply: UpstreamClient.Reply) throws(DriverError) -> UpstreamClient.Reply {
    guard let refusal = reply.refusal else { return reply }
    let error = refusal.driverError(subject: subject, secret: secret)
    guard case .failed = error, case .failed(let cause) = refusal.driverError(subject: "it", secret: secret) else {
      throw error
    }
    throw .unreachable(address: subject, cause: cause)
  }

  /// What is thrown where `path` is answered with something that cannot be read.
  func nonsense(_ reply: UpstreamClient.Reply, at path: String, expected: String) -> DriverError {
    let type = reply.contentType.map { String($0.prefix { $0 != ";" }) } ?? "no content type"
    let hint = type.hasSuffix("json") ? "" : " (\(type))"
    return .unreachable(
      address: subject, cause: "it answers \(path) with something that is no \(expected)\(hint); check baseURL")
  }
}
