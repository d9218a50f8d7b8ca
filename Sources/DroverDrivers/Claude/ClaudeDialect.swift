package import DroverCore
import DroverWire

/// Anthropic's own API.
struct ClaudeDialect: ServerDialect {
  /// The version under which every field that is read here is answered, and sampling parameters are still allowed.
  private static let version = "2023-06-01"
  /// The most that one page holds.
  private static let pageSize = 1000
  /// More pages than this are a server that turns in circles.
  private static let pageLimit = 100

  var listedCapabilities: Set<Capability> { [.vision, .jsonMode, .embeddings] }

  func models(at server: ModelServer, previous: Listing?) async throws(DriverError) -> Listing {
    var bodies: [[UInt8]] = []
    var models: [ListedModel] = []
    var next: String?
    repeat {
      let after = next.map { "&after_id=" + Self.encoded($0) } ?? ""
      let reply = try await server.ask(request(server, "/v1/models?limit=\(Self.pageSize)\(after)"))
      // Only the first page of a listing that is split has to be read to know whether the rest is wanted.
      guard let page = ClaudeListing.page(reply.body) else {
        throw server.nonsense(reply, at: "/v1/models", expected: "list of models")
      }
      bodies.append(reply.body)
      models += page.models
      next = page.next == next ? nil : page.next
    } while next != nil && bodies.count < Self.pageLimit
    return Listing.read(bodies, previous: previous) { _ in models.normalised() } ?? Listing(models: models)
  }

  /// Aliases are not listed, but answered for.
  func find(_ id: String, at server: ModelServer) async throws(DriverError) -> ListedModel? {
    let reply = try await server.send(request(server, "/v1/models/" + Self.encoded(id)))
    if [400, 404].contains(reply.status) { return nil }
    if let error = server.error(in: reply) { throw error }
    return ClaudeListing.model(reply.body)
  }

  func infer(_ model: ListedModel, at server: ModelServer, timeout: Duration) async throws(DriverError) {
    var request = request(server, "/v1/messages")
    request.method = "POST"
    request.timeout = timeout
    request.body = .object([
      "model": .string(model.id), "max_tokens": .integer(1),
      "messages": .array([.object(["role": .string("user"), "content": .string("Hi")])]),
    ])
    let reply = try await server.send(request)
    if let error = server.error(in: reply, saying: "\(server.subject) (/v1/messages)") { throw error }
  }

  func trials(at server: ModelServer, uptime: @escaping @Sendable () -> Duration) -> TrialClient {
    TrialClient(server, .claude, token: nil, headers: Self.headers(for: server), uptime: uptime)
  }

  private func request(_ server: ModelServer, _ path: String) -> UpstreamClient.Request {
    UpstreamClient.Request(
      url: server.endpoint.root + path, headers: Self.headers(for: server), timeout: server.patience)
  }

  private static func headers(for server: ModelServer) -> [(String, String)] {
    [("anthropic-version", version)] + (server.secret.map { [("x-api-key", $0.value)] } ?? [])
  }

  /// An id as a part of a path or a query.
  private static func encoded(_ id: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var out: [UInt8] = []
    for byte in id.utf8 {
      let character = Character(Unicode.Scalar(byte))
      if byte < 0x80, character.isLetter || character.isNumber || "-._~".contains(character) {
        out.append(byte)
      } else {
        out += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: out, as: UTF8.self)
  }
}

extension HostedDriver {
  /// Anthropic.
  package static func claude(
    _ settings: DriverSettings, upstream: UpstreamClient, surroundings: Surroundings
  ) -> HostedDriver {
    HostedDriver(ClaudeDialect(), settings, upstream: upstream, surroundings: surroundings)
  }
}
