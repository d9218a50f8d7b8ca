import DroverCore
import DroverWire

/// How one kind of server is spoken to: the part of a ``HostedDriver`` that differs.
protocol ServerDialect: Sendable {
  /// The models that exist at a server. `previous` is given back where nothing changed.
  func models(at server: ModelServer, previous: Listing?) async throws(DriverError) -> Listing

  /// What listings speak of where they speak of capabilities at all: what they do not name there, a model lacks.
  var listedCapabilities: Set<Capability> { get }

  /// The name under which listings have a model id.
  func listedID(_ id: String) -> String

  /// The plainest name that stands for a listed id.
  func shortID(_ id: String) -> String

  /// A model that the listing does not name: an alias of one that it does. Nil where there is no such model.
  func find(_ id: String, at server: ModelServer) async throws(DriverError) -> ListedModel?

  /// What the server has in memory.
  func residency(at server: ModelServer) async throws(DriverError) -> Residency

  /// Loads a model and waits until it is loaded; where it is loaded already, sees to it that it stays.
  func load(_ model: ListedModel, at server: ModelServer, timeout: Duration) async throws(DriverError)

  /// Unloads a model of which nobody else makes use, and waits until it is gone.
  /// - Parameter isLast: whether no other model of the server is wanted either.
  func unload(_ id: String, at server: ModelServer, isLast: Bool, drain: Duration) async throws(DriverError)

  /// Sends one minimal request of a kind that the model is for.
  func infer(_ model: ListedModel, at server: ModelServer, timeout: Duration) async throws(DriverError)

  /// What sends trials to the models of a server.
  func trials(at server: ModelServer, uptime: @escaping @Sendable () -> Duration) -> TrialClient
}

extension ServerDialect {
  var listedCapabilities: Set<Capability> { [.vision, .embeddings] }

  func evidence(of capabilities: [Capability]) -> CapabilityEvidence {
    CapabilityEvidence(has: Set(capabilities), lacks: listedCapabilities.subtracting(capabilities))
  }

  func trials(at server: ModelServer, uptime: @escaping @Sendable () -> Duration) -> TrialClient {
    TrialClient(server, .compatible, uptime: uptime)
  }

  func listedID(_ id: String) -> String { id }
  func shortID(_ id: String) -> String { id }
  func find(_ id: String, at server: ModelServer) async throws(DriverError) -> ListedModel? { nil }
  func residency(at server: ModelServer) async throws(DriverError) -> Residency { .untold }
  func load(_ model: ListedModel, at server: ModelServer, timeout: Duration) async throws(DriverError) {}
  func unload(_ id: String, at server: ModelServer, isLast: Bool, drain: Duration) async throws(DriverError) {}
}
