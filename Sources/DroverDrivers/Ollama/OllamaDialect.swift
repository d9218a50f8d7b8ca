package import DroverCore
import DroverWire

/// Ollama's own API. A model is loaded by a request without a prompt, and stays until it is told to go.
struct OllamaDialect: ServerDialect {
  /// How often a model that is to go is looked for.
  private static let look: Duration = .milliseconds(100)
  /// How long a model may take to go when nothing is in flight.
  private static let grace: Duration = .seconds(10)

  var listedCapabilities: Set<Capability> {
    [.textGeneration, .chatCompletion, .embeddings, .functionCalling, .vision]
  }

  func listedID(_ id: String) -> String { OllamaListing.fullName(id) }
  func shortID(_ id: String) -> String { id.hasSuffix(":latest") ? String(id.dropLast(7)) : id }

  func models(at server: ModelServer, previous: Listing?) async throws(DriverError) -> Listing {
    let reply = try await server.ask(get(server, "/api/tags"))
    guard let listing = Listing.read([reply.body], previous: previous, { OllamaListing.tags($0[0]) }) else {
      throw server.nonsense(reply, at: "/api/tags", expected: "list of models")
    }
    return listing
  }

  func residency(at server: ModelServer) async throws(DriverError) -> Residency {
    let reply = try await server.ask(get(server, "/api/ps"))
    guard let running = OllamaListing.running(reply.body) else {
      throw server.nonsense(reply, at: "/api/ps", expected: "list of running models")
    }
    let residents = running.map { resident in
      (
        resident.id,
        Residency.Resident(
          memory: resident.memory, contextWindow: resident.contextWindow, expiresAt: resident.expiresAt)
      )
    }
    return .some(Dictionary(residents) { first, _ in first })
  }

  func load(_ model: ListedModel, at server: ModelServer, timeout: Duration) async throws(DriverError) {
    let isEmbedding = try await isEmbedding(model, at: server)
    try await run(.load, model.id, isEmbedding: isEmbedding, at: server, timeout: timeout)
  }

  func infer(_ model: ListedModel, at server: ModelServer, timeout: Duration) async throws(DriverError) {
    let isEmbedding = try await isEmbedding(model, at: server)
    try await run(.infer, model.id, isEmbedding: isEmbedding, at: server, timeout: timeout)
  }

  func trials(at server: ModelServer, uptime: @escaping @Sendable () -> Duration) -> TrialClient {
    TrialClient(server, .ollama, token: server.secret?.value, uptime: uptime)
  }

  func unload(
    _ id: String, at server: ModelServer, isLast: Bool, drain: Duration
  ) async throws(DriverError) {
    let body = FieldValue.object(["model": .string(id), "keep_alive": .integer(0), "stream": .bool(false)])
    // A server that is not running, or does not know the model, has nothing in memory.
    guard let reply = try await server.sendUnlessDown(post(server, "/api/generate", body, server.patience)) else {
      return
    }
    if reply.status == 404 { return }
    if let error = server.error(in: reply) { throw error }
    var waited = Duration.zero
    while try await isResident(id, at: server) {
      guard waited < drain + Self.grace else {
        throw .failed("\(server.subject) still has '\(id)' in memory; requests to it may be in flight")
      }
      try await server.pause(Self.look)
      waited += Self.look
    }
  }

  private func isResident(_ id: String, at server: ModelServer) async throws(DriverError) -> Bool {
    guard let reply = try await server.sendUnlessDown(get(server, "/api/ps")) else { return false }
    if let error = server.error(in: reply) { throw error }
    return OllamaListing.running(reply.body)?.contains { $0.id == id } ?? false
  }

  private func get(_ server: ModelServer, _ path: String) -> UpstreamClient.Request {
    UpstreamClient.Request(url: server.endpoint.root + path, token: server.secret?.value, timeout: server.patience)
  }

  private func post(
    _ server: ModelServer, _ path: String, _ body: FieldValue, _ timeout: Duration
  ) -> UpstreamClient.Request {
    UpstreamClient.Request(
      method: "POST", url: server.endpoint.root + path, token: server.secret?.value, body: body, timeout: timeout)
  }
}

extension OllamaDialect {
  private enum Purpose { case load, infer }

  /// Whether a model can do nothing but embed; an Ollama that does not list what models can do is asked for this one.
  private func isEmbedding(_ model: ListedModel, at server: ModelServer) async throws(DriverError) -> Bool {
    var capabilities = model.capabilities
    if capabilities == nil {
      let reply = try await server.send(
        post(server, "/api/show", .object(["model": .string(model.id)]), server.patience))
      if reply.status == 200 { capabilities = OllamaListing.details(reply.body)?.capabilities }
    }
    guard let capabilities else { return false }
    return capabilities.contains(.embeddings) && !capabilities.contains(.textGeneration)
  }

  private func run(
    _ purpose: Purpose, _ id: String, isEmbedding: Bool, at server: ModelServer, timeout: Duration
  ) async throws(DriverError) {
    let path = isEmbedding ? "/api/embed" : "/api/generate"
    // Kept in memory until it is told to go: Drover alone decides about unloading.
    let body = FieldValue.object([
      "model": .string(id), "keep_alive": .integer(-1), "stream": isEmbedding ? nil : .bool(false),
      "prompt": purpose == .infer && !isEmbedding ? .string("Hi") : nil,
      "input": purpose == .infer && isEmbedding ? .string("Hi") : nil,
      "options": purpose == .infer && !isEmbedding ? .object(["num_predict": .integer(1)]) : nil,
    ])
    let late = DriverError.timedOut("\(server.subject) did not load '\(id)' within \(timeout.manifestText)")
    let reply = try await server.send(post(server, path, body, timeout), late: purpose == .load ? late : nil)
    guard let refusal = reply.refusal else {
      // Ollama may tell of an error under status 200 as well.
      guard let said = reply.json?["error"]?.string else { return }
      throw server.failure("\(path): \(said)")
    }
    // An old Ollama that does not say what its models can do.
    if reply.status == 400, !isEmbedding, refusal.message?.contains("does not support generate") == true {
      return try await run(purpose, id, isEmbedding: true, at: server, timeout: timeout)
    }
    if reply.status == 404 { throw .modelNotFound("\(server.subject) has no model '\(id)'") }
    let error = refusal.driverError(subject: "\(server.subject) (\(path))", secret: server.secret)
    if refusal.message?.contains("requires more system memory") == true { throw .insufficientMemory(error.message) }
    throw error
  }
}

extension HostedDriver {
  /// Ollama.
  package static func ollama(
    _ settings: DriverSettings, upstream: UpstreamClient, surroundings: Surroundings
  ) -> HostedDriver {
    HostedDriver(OllamaDialect(), settings, upstream: upstream, surroundings: surroundings)
  }
}
