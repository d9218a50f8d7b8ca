package import DroverCore
import Synchronization

/// Models of servers that are not ours: hosted services, and servers that somebody else runs. Loading checks that the
/// server lists the model, and has it loaded where the server can be told to; unloading ends routing, and has it
/// unloaded where nobody else wants it.
package final class HostedDriver: ForeignDriver {
  let dialect: any ServerDialect
  let upstream: UpstreamClient
  let secrets: SecretSource
  let surroundings: Surroundings
  let table = Mutex(HostedTable())
  /// By key of the server.
  private let servers = Mutex<[String: ServerMemory]>([:])
  /// Instances intended before this were another daemon's to load.
  let born: Timestamp

  /// How long a listing serves for loading: short enough for a model that was just added to be found.
  private static let loadListingAge: Duration = .seconds(1)

  init(_ dialect: any ServerDialect, _ settings: DriverSettings, upstream: UpstreamClient, surroundings: Surroundings) {
    self.dialect = dialect
    self.upstream = upstream
    secrets = SecretSource(settings.policy.secrets, environment: settings.environment)
    self.surroundings = surroundings
    born = surroundings.now()
  }

  package func checkAddress(of provider: ProviderSpec) throws(DriverError) { _ = try server(of: provider) }

  package func start(_ instance: Instance, target: ModelTarget) async throws(DriverError) -> Instance {
    let server = try server(of: target.provider)
    note(instance, target.provider, server)
    let listing = try await listing(of: server, youngerThan: Self.loadListingAge).outcome.get()
    // A server that lists nothing at all is starting: that is never read as "its models are gone".
    guard !listing.models.isEmpty else {
      throw .unreachable(address: "provider '\(target.provider.name)'", cause: "it lists no models")
    }
    guard let model = try await find(instance.modelID, in: listing.models, at: server) else {
      throw .modelNotFound(notListed(instance.modelID, at: target.provider, among: listing.models))
    }
    let now = surroundings.now()
    guard !model.isRetired(at: now) else { throw .modelNotFound(Self.retired(model, at: target.provider)) }
    if !model.isRemote { try await load(instance, model, at: server, timeout: target.provider.loadTimeout) }
    let ready = surroundings.now()
    table.withLock { table in table.update(instance.id) { $0.health.succeeded(now: ready) } }
    var instance = instance
    instance.readyAt = instance.readyAt ?? ready
    return instance
  }

  package func warmUp(_ instance: Instance, target: ModelTarget) async throws(DriverError) {
    let server = try server(of: target.provider)
    let listing = try await listing(of: server, youngerThan: target.provider.health.interval).outcome.get()
    let model = try await find(instance.modelID, in: listing.models, at: server)
    // What a local server only forwards costs what hosted inference costs: only asked for is it warmed up.
    if model?.isRemote == true, target.model.warmup == nil { return }
    try await dialect.infer(
      model ?? ListedModel(id: dialect.listedID(instance.modelID)), at: server, timeout: target.provider.loadTimeout)
  }
}

extension HostedDriver {
  func server(of provider: ProviderSpec) throws(DriverError) -> ModelServer {
    try ModelServer(of: provider, upstream: upstream, secrets: secrets)
  }

  func memory(of server: ModelServer) -> ServerMemory {
    servers.withLock { servers in
      if let known = servers[server.key] { return known }
      let new = ServerMemory()
      servers[server.key] = new
      return new
    }
  }

  func listing(of server: ModelServer, youngerThan age: Duration) async throws(DriverError) -> Answered<Listing> {
    try await memory(of: server).listing.result(youngerThan: age, now: surroundings.now) {
      previous async throws(DriverError) in
      try await dialect.models(at: server, previous: previous)
    }
  }

  func note(_ instance: Instance, _ provider: ProviderSpec, _ server: ModelServer) {
    let place = HostedTable.Place(server: server.key, id: dialect.listedID(instance.modelID))
    let now = surroundings.now()
    table.withLock { $0.note(instance, provider, place, now: now) }
  }

  /// The entry of a model id, which may be an alias.
  func find(
    _ id: String, in models: [ListedModel], at server: ModelServer
  ) async throws(DriverError) -> ListedModel? {
    if let model = models.entry(dialect.listedID(id)) { return model }
    let memory = memory(of: server)
    if let known = memory.aliases.withLock({ $0[id] }), let model = models.entry(known) { return model }
    guard let model = try await dialect.find(id, at: server) else { return nil }
    memory.aliases.withLock { $0[id] = model.id }
    return models.entry(model.id) ?? model
  }

  /// Says that a listing, which is not empty, lacks a model.
  func notListed(_ id: String, at provider: ProviderSpec, among models: [ListedModel]) -> String {
    let hint = Suggestion.phrase(for: id, among: models.lazy.map { self.dialect.shortID($0.id) })
    let shown = models.prefix(3).map { "'\($0.id)'" }.joined(separator: ", ")
    let listed = "; it lists \(shown)" + (models.count > 3 ? " and \(models.count - 3) more" : "")
    return "provider '\(provider.name)' does not list a model '\(id)'" + (hint.isEmpty ? listed : hint)
  }

  static func retired(_ model: ListedModel, at provider: ProviderSpec) -> String {
    let day = model.retiresAt.map { " on \($0.description.prefix(10))" } ?? ""
    return "provider '\(provider.name)' retired model '\(model.id)'\(day); name one that it still serves"
  }
}

/// What is remembered of one server.
final class ServerMemory: Sendable {
  let listing = SharedAnswer<Listing>()
  let residency = SharedAnswer<Residency>()
  /// Listed ids by the aliases that stand for them.
  let aliases = Mutex<[String: String]>([:])
  /// The models as they were last shown, so that what did not change is not made anew.
  let shown = Mutex<(listing: Listing, residency: Residency, models: [ListedModel])?>(nil)
  let loads = Turnstile(width: 8)
}
