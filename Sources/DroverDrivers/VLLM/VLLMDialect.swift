package import DroverCore
import DroverWire

/// vLLM: one engine a server, which serves one model and adapters on top of it. Where its sleep mode is on, loading
/// wakes it up and unloading puts it to sleep, its weights in main memory; else both only look.
struct VLLMDialect: ServerDialect {
  private static let look: Duration = .milliseconds(100)
  /// How long it may take to say that it sleeps, or is awake, after it was told to.
  private static let grace: Duration = .seconds(10)

  func models(at server: ModelServer, previous: Listing?) async throws(DriverError) -> Listing {
    // The listing is answered also when the engine behind it is dead.
    let health = try await server.send(get(server, "/health"))
    if health.status >= 500 {
      throw .unreachable(address: server.subject, cause: "its engine is out of order (status \(health.status))")
    }
    return try await CompatibleDialect.listing(at: server, previous: previous, from: .compatible)
  }

  func residency(at server: ModelServer) async throws(DriverError) -> Residency {
    try await isSleeping(server).map { .all(!$0) } ?? .untold
  }

  func load(_ model: ListedModel, at server: ModelServer, timeout: Duration) async throws(DriverError) {
    guard try await isSleeping(server) == true else { return }
    var request = get(server, "/wake_up")
    request.method = "POST"
    request.timeout = timeout
    let late = DriverError.timedOut("\(server.subject) did not wake up within \(timeout.manifestText)")
    let reply = try await server.send(request, late: late)
    if let error = server.error(in: reply, saying: "\(server.subject) (/wake_up)") { throw error }
    try await wait(for: false, at: server)
  }

  func unload(
    _ id: String, at server: ModelServer, isLast: Bool, drain: Duration
  ) async throws(DriverError) {
    guard isLast, try await server.sendUnlessDown(get(server, "/health")) != nil,
      try await isSleeping(server) == false, try await !isAdapter(id, at: server)
    else { return }
    // Going to sleep cuts off what is in flight.
    var waited = Duration.zero
    while waited < drain, let count = try await inFlight(server), count > 0 {
      try await server.pause(Self.look)
      waited += Self.look
    }
    var request = get(server, "/sleep?level=1")
    request.method = "POST"
    request.timeout = drain + Self.grace
    let reply = try await server.send(request)
    if let error = server.error(in: reply, saying: "\(server.subject) (/sleep)") { throw error }
    try await wait(for: true, at: server)
  }

  func infer(_ model: ListedModel, at server: ModelServer, timeout: Duration) async throws(DriverError) {
    try await OpenAIClient(server: server)
      .inferOneToken(model: model.id, kinds: InferenceKind.kinds(for: model), timeout: timeout)
  }

  /// Nil where its sleep mode is off.
  private func isSleeping(_ server: ModelServer) async throws(DriverError) -> Bool? {
    let reply = try await server.send(get(server, "/is_sleeping"))
    if (400..<500).contains(reply.status), reply.status != 429 { return nil }
    if let error = server.error(in: reply, saying: "\(server.subject) (/is_sleeping)") { throw error }
    return VLLMState.isSleeping(reply.body)
  }

  private func wait(for isSleeping: Bool, at server: ModelServer) async throws(DriverError) {
    var waited = Duration.zero
    while try await self.isSleeping(server) == !isSleeping {
      guard waited < Self.grace else {
        throw .failed("\(server.subject) was told to \(isSleeping ? "sleep" : "wake up") and did not")
      }
      try await server.pause(Self.look)
      waited += Self.look
    }
  }

  /// Adapters share the engine with their base, which somebody else may be using.
  private func isAdapter(_ id: String, at server: ModelServer) async throws(DriverError) -> Bool {
    let reply = try await server.send(
      UpstreamClient.Request(
        url: server.endpoint.base + "/models", token: server.secret?.value, timeout: server.patience))
    return OpenAIListing.adapters(reply.body).contains(id)
  }

  private func inFlight(_ server: ModelServer) async throws(DriverError) -> Int? {
    let reply = try await server.send(get(server, "/metrics"))
    return reply.status == 200 ? VLLMState.inFlight(reply.body) : nil
  }

  private func get(_ server: ModelServer, _ path: String) -> UpstreamClient.Request {
    UpstreamClient.Request(url: server.endpoint.root + path, token: server.secret?.value, timeout: server.patience)
  }
}

extension HostedDriver {
  /// vLLM.
  package static func vllm(
    _ settings: DriverSettings, upstream: UpstreamClient, surroundings: Surroundings
  ) -> HostedDriver {
    HostedDriver(VLLMDialect(), settings, upstream: upstream, surroundings: surroundings)
  }
}
