package import DroverCore
import DroverWire
import Synchronization

/// The model of a `llama-server` that somebody else runs. Loading waits until the server serves it; unloading only ends
/// routing, since the server is not ours.
package final class LlamaCppExternalDriver: ForeignDriver {
  let upstream: UpstreamClient
  let secrets: SecretSource
  let surroundings: Surroundings
  let health = HealthBook()
  private let patience = Patience()
  /// Whether the server at an address was started for embeddings, by what it serves: asked once, since it is told by a
  /// request of its own alone.
  private let embeddings = Mutex<[String: (id: String, isServed: Bool)]>([:])

  package init(_ settings: DriverSettings, upstream: UpstreamClient, surroundings: Surroundings) {
    self.upstream = upstream
    secrets = SecretSource(settings.policy.secrets, environment: settings.environment)
    self.surroundings = surroundings
  }

  /// What one look at a server found.
  enum Look: Sendable {
    /// It is there, and its model is not yet in memory.
    case loading
    case serving(LlamaListing, LlamaProps?, CapabilityEvidence)
  }

  package func checkAddress(of provider: ProviderSpec) throws(DriverError) { _ = try api(of: provider) }

  package func start(_ instance: Instance, target: ModelTarget) async throws(DriverError) -> Instance {
    guard case .serving(let listing, _, _) = try await look(at: target.provider) else { return instance }
    guard listing.entry(named: instance.modelID) != nil else {
      throw .modelNotFound(Self.notServed(instance.modelID, at: target.provider, listing))
    }
    let now = surroundings.now()
    health.update(instance) { $0.succeeded(now: now) }
    var instance = instance
    instance.readyAt = instance.readyAt ?? now
    return instance
  }

  package func warmUp(_ instance: Instance, target: ModelTarget) async throws(DriverError) {
    try await api(of: target.provider)
      .infer(
        instance.modelID, isEmbedding: target.model.llamaCpp.embedding, timeout: target.provider.loadTimeout)
  }

  package func stop(_ instance: Instance, provider: ProviderSpec?, drain: Duration) async throws(DriverError) {
    health.forget(instance)
  }
}

extension LlamaCppExternalDriver {
  func api(of provider: ProviderSpec) throws(DriverError) -> LlamaServerAPI {
    try LlamaServerAPI(provider, upstream: upstream, secrets: secrets)
  }

  func look(at provider: ProviderSpec) async throws(DriverError) -> Look {
    let api = try api(of: provider)
    return try await patience.asking(api.root, now: surroundings.now) { () async throws(DriverError) in
      try await look(by: api)
    }
  }

  private func look(by api: LlamaServerAPI) async throws(DriverError) -> Look {
    guard try await api.health() == .serving else { return .loading }
    let listing = try await api.listing()
    let props = try await api.props()
    guard props?.isRouter != true, listing.isOfRouter != true else {
      throw .failed("\(api.subject) is a router, which loads models by itself; set mode to Router")
    }
    let more = await servesEmbeddings(listing, props, api).map { CapabilityEvidence.llamaServer(servesEmbeddings: $0) }
    let evidence = (more ?? .silence).completed(
      by: props?.capabilities ?? listing.models.first?.capabilities ?? .silence)
    return .serving(listing, props, evidence)
  }

  /// A request without any text is refused in one way by a server that was started for embeddings, and in another by one
  /// that was not.
  private func servesEmbeddings(_ listing: LlamaListing, _ props: LlamaProps?, _ api: LlamaServerAPI) async -> Bool? {
    guard let id = listing.models.first?.id else { return nil }
    if let known = embeddings.withLock({ $0[api.root] }), known.id == id { return known.isServed }
    // The request would wake it.
    guard props?.isSleeping != true, let reply = try? await api.server.send(api.post("/v1/embeddings", .emptyMap)),
      reply.status == 400 || reply.status == 501
    else { return nil }
    let isServed = reply.status == 400 && reply.refusal?.message?.hasPrefix("Pooling type") != true
    embeddings.withLock { $0[api.root] = (id, isServed) }
    return isServed
  }

  static func notServed(_ id: String, at provider: ProviderSpec, _ listing: LlamaListing) -> String {
    let names = listing.models.flatMap { [$0.id] + $0.aliases }
    let hint = Suggestion.phrase(for: id, among: names)
    return "provider '\(provider.name)' does not serve a model '\(id)'"
      + (hint.isEmpty ? listing.models.first.map { "; it serves '\($0.id)'" } ?? "" : hint)
  }
}
