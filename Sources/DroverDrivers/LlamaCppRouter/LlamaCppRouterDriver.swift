package import DroverCore
import DroverWire
import Synchronization

/// Models of a `llama-server` that was started without one, a router: it loads and unloads them when asked, each in a
/// process of its own.
///
/// The router says yes to a request long before it is done, loads what requests name, and makes room by itself: what is
/// true of a model is what its listing says, and what was wanted is known here alone.
package final class LlamaCppRouterDriver: ForeignDriver {
  let upstream: UpstreamClient
  let secrets: SecretSource
  let surroundings: Surroundings
  let table = Mutex(RouterTable())
  let patience = Patience()

  /// How long the router may think about a load: it waits for the end of what it unloads to make room.
  private static let loadPatience: Duration = .seconds(15)

  package init(_ settings: DriverSettings, upstream: UpstreamClient, surroundings: Surroundings) {
    self.upstream = upstream
    secrets = SecretSource(settings.policy.secrets, environment: settings.environment)
    self.surroundings = surroundings
  }

  package func checkAddress(of provider: ProviderSpec) throws(DriverError) { _ = try api(of: provider) }

  package func prepare(
    _ instance: Instance, target: ModelTarget, taken: Set<Int>
  ) async throws(DriverError) -> Instance {
    let now = surroundings.now()
    table.withLock { $0.prepare(instance, target.provider, now: now) }
    return instance
  }

  package func start(_ instance: Instance, target: ModelTarget) async throws(DriverError) -> Instance {
    guard table.withLock({ $0.beginLoad(instance, target.provider) }) else { return instance }
    do throws(DriverError) {
      let api = try api(of: target.provider)
      try await load(instance, target.provider, api)
      table.withLock { $0.asked(instance.id) }
      return instance
    } catch {
      table.withLock { $0.refuse(instance.id) }
      throw error
    }
  }

  private func load(
    _ instance: Instance, _ provider: ProviderSpec, _ api: LlamaServerAPI
  ) async throws(DriverError) {
    let listing = try await listing(by: api)
    // A router that lists nothing at all is out of order: that is never read as "its models are gone".
    guard !listing.models.isEmpty else { throw .unreachable(address: api.subject, cause: "it lists no models") }
    guard let entry = listing.entry(named: instance.modelID) else {
      throw .modelNotFound(Self.notListed(instance.modelID, at: provider, listing))
    }
    table.withLock { $0.update(instance.id) { $0.routerID = entry.id } }
    switch entry.status?.value {
    case .loaded, .sleeping, .loading: return
    // Taking its load back would cancel the download.
    case .downloading: throw .failed("\(api.subject) is still downloading '\(entry.id)'")
    case .unloaded, .downloaded, nil: break
    }
    let request = api.post(
      "/models/load", .object(["model": .string(entry.id)]), timeout: max(Self.loadPatience, api.server.patience))
    let reply = try await api.server.send(request)
    guard let refusal = reply.refusal else { return }
    // Somebody else was faster.
    if reply.status == 400, refusal.message?.contains("already") == true { return }
    let error = refusal.driverError(subject: api.subject, secret: api.server.secret)
    guard refusal.kind == .notFound else { throw error }
    throw .modelNotFound("\(error.message), asked to load '\(entry.id)'")
  }

  package func warmUp(_ instance: Instance, target: ModelTarget) async throws(DriverError) {
    try await api(of: target.provider)
      .infer(
        instance.modelID, isEmbedding: target.model.llamaCpp.embedding, timeout: target.provider.loadTimeout)
  }
}

extension LlamaCppRouterDriver {
  func api(of provider: ProviderSpec) throws(DriverError) -> LlamaServerAPI {
    try LlamaServerAPI(provider, upstream: upstream, secrets: secrets)
  }

  func listing(by api: LlamaServerAPI) async throws(DriverError) -> LlamaListing {
    let listing = try await patience.asking(api.root, now: surroundings.now) { () async throws(DriverError) in
      try await api.listing()
    }
    guard listing.isOfRouter != false else {
      throw .failed("\(api.subject) is no router: it serves one model; set mode to External")
    }
    return listing
  }

  /// Says that a listing, which is not empty, lacks a model.
  static func notListed(_ id: String, at provider: ProviderSpec, _ listing: LlamaListing) -> String {
    let hint = Suggestion.phrase(for: id, among: listing.models.flatMap { [$0.id] + $0.aliases })
    let shown = listing.models.prefix(3).map { "'\($0.id)'" }.joined(separator: ", ")
    let more = listing.models.count > 3 ? " and \(listing.models.count - 3) more" : ""
    return "provider '\(provider.name)' does not list a model '\(id)'"
      + (hint.isEmpty ? "; it lists \(shown)\(more)" : hint)
  }
}
