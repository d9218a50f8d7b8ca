import DroverCore
import DroverWire

/// The calls of one `llama-server` that is somebody else's: a server with a model of its own, or a router.
///
/// Facts after llama.cpp's `tools/server`: a router answers `/health` whatever becomes of its models, and loads the model
/// that a GET names unless it is told not to.
struct LlamaServerAPI: Sendable {
  enum Health: Equatable { case serving, loading }

  enum Load: Equatable {
    /// The requests that a model is serving.
    case requests(Int)
    /// Too busy to say: the answer comes between two batches of a prompt, and a batch may take long.
    case busy
    case untold
  }

  let server: ModelServer

  init(
    _ provider: ProviderSpec, upstream: UpstreamClient, secrets: SecretSource
  ) throws(DriverError) {
    server = try ModelServer(of: provider, upstream: upstream, secrets: secrets)
  }

  var root: String { server.endpoint.root }
  var subject: String { server.subject }

  func infer(_ model: String, isEmbedding: Bool, timeout: Duration) async throws(DriverError) {
    try await OpenAIClient(server: server)
      .inferOneToken(model: model, kinds: isEmbedding ? [.embedding] : InferenceKind.allCases, timeout: timeout)
  }

  /// Whether the server has its model in memory. Until then it answers 503, which says nothing bad of it.
  func health() async throws(DriverError) -> Health {
    let reply = try await server.send(get("/health"))
    // A proxy that passes on the protocol alone.
    if reply.status == 404 { return .serving }
    if reply.status == 503, isLoading(reply) { return .loading }
    _ = try server.accepted(reply)
    return .serving
  }

  /// Tells a server that loads from a proxy that finds nobody.
  private func isLoading(_ reply: UpstreamClient.Reply) -> Bool {
    let json = reply.json
    return json?[path: ["error", "type"]]?.string == "unavailable_error" || json?["status"]?.string == "loading model"
  }

  func listing() async throws(DriverError) -> LlamaListing {
    let reply = try await server.ask(get("/v1/models"))
    guard let listing = LlamaListing(reply.body) else {
      throw server.nonsense(reply, at: "/v1/models", expected: "list of models")
    }
    return listing
  }

  /// Of the server, or of a model at a router, which is not loaded for it; nil where there is no such page.
  func props(of model: String? = nil) async throws(DriverError) -> LlamaProps? {
    let reply = try await server.send(get("/props", model))
    if reply.status == 404 { return nil }
    guard let props = LlamaProps(try server.accepted(reply).body) else {
      throw server.nonsense(reply, at: "/props", expected: "properties")
    }
    return props
  }

  /// What a loaded model of a router is serving. It wakes a model that sleeps.
  func load(of model: String) async -> Load {
    do throws(UpstreamFailure) {
      let reply = try await server.upstream.call(get("/slots", model))
      guard reply.status == 200, let slots = reply.json?.list else { return .untold }
      return .requests(slots.count { $0.value["is_processing"]?.bool == true })
    } catch {
      return error == .timedOut ? .busy : .untold
    }
  }

  /// Whether a model's server answers and every slot is at work.
  func isFull(_ model: String) async -> Bool {
    guard let reply = try? await server.upstream.call(get("/slots", model)), reply.status == 200,
      let slots = reply.json?.list
    else { return false }
    return !slots.isEmpty && slots.allSatisfy { $0.value["is_processing"]?.bool == true }
  }

  func get(_ path: String, _ model: String? = nil) -> UpstreamClient.Request {
    let query = model.map { "?model=\(Self.escaped($0))&autoload=false" } ?? ""
    return UpstreamClient.Request(url: root + path + query, token: server.secret?.value, timeout: server.patience)
  }

  func post(_ path: String, _ body: FieldValue, timeout: Duration? = nil) -> UpstreamClient.Request {
    UpstreamClient.Request(
      method: "POST", url: root + path, token: server.secret?.value, body: body, timeout: timeout ?? server.patience)
  }

  /// As a part of a query: everything but letters, digits and `-._~` in hexadecimal.
  static func escaped(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF".unicodeScalars)
    var result = String.UnicodeScalarView()
    for byte in text.utf8 {
      let scalar = Unicode.Scalar(byte)
      if scalar.isASCII, scalar.properties.isAlphabetic || "0123456789-._~".unicodeScalars.contains(scalar) {
        result.append(scalar)
      } else {
        result.append(contentsOf: ["%", digits[Int(byte >> 4)], digits[Int(byte & 15)]])
      }
    }
    return String(result)
  }
}
