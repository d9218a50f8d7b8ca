/// A model together with its provider, as a driver needs it.
package struct ModelTarget: Equatable, Sendable {
  package var model: ModelSpec
  package var provider: ProviderSpec
  package var reloadHash: String

  package init(model: ModelSpec, provider: ProviderSpec, reloadHash: String) {
    self.model = model
    self.provider = provider
    self.reloadHash = reloadHash
  }
}

/// Runs the models of one type of provider. Slow work is only started here; its end is observed.
///
/// Every method may be called again for the same instance and then changes nothing that is already so.
package protocol ModelDriver: Sendable {
  /// What loading `target` takes, read from its file or known of its provider; also says what makes it impossible.
  func facts(of target: ModelTarget) async -> ModelFacts

  /// Fills in what an instance needs before it is recorded as an intent: a free port, a log path.
  /// `taken` holds the ports of all recorded instances.
  func prepare(_ instance: Instance, target: ModelTarget, taken: Set<Int>) async throws(DriverError) -> Instance

  /// Starts loading and returns within seconds; at a server that loads only for as long as somebody waits for it, when
  /// it has loaded. Other steps go on meanwhile, and stopping the instance ends it. For a child process the returned
  /// instance carries its process; it is recorded at once. Where the model serves at once it comes back with
  /// ``Instance/readyAt``; else it is looked at until it does.
  func start(_ instance: Instance, target: ModelTarget) async throws(DriverError) -> Instance

  /// Sends one minimal request of the right kind and waits for its reply.
  func warmUp(_ instance: Instance, target: ModelTarget) async throws(DriverError)

  /// Sends one request of these to an instance that is loaded, and reads the answer. Throws where there is none that
  /// says anything of the model.
  func attempt(
    _ trial: Trial, on instance: Instance, target: ModelTarget
  ) async throws(DriverError) -> TrialOutcome

  /// Drains for at most `drain`, then ends the instance; returns when it is gone.
  func stop(_ instance: Instance, provider: ProviderSpec?, drain: Duration) async throws(DriverError)

  /// Looks at a provider and at these instances of it.
  func observe(_ provider: ProviderSpec, instances: [Instance]) async -> DriverObservation

  /// Follows what a provider tells of itself until the task is cancelled; `changed` means that it is to be looked at now.
  /// It is looked at from time to time all the same. Returns at once where the provider tells nothing.
  func watch(_ provider: ProviderSpec, changed: @escaping @Sendable () -> Void) async

  /// The models that a provider has, whether or not a manifest names them; nil where it cannot tell. A failure or an
  /// empty list says nothing of the models that it had. With `isAsked`, what was heard before is not good enough.
  func list(_ provider: ProviderSpec, isAsked: Bool) async throws(DriverError) -> [ListedModel]?

  /// Instances that carry this daemon's mark and are in no inventory; they are ended and returned by name.
  func endStrays(known: [Instance]) async -> [String]
}

extension ModelDriver {
  package func attempt(
    _ trial: Trial, on instance: Instance, target: ModelTarget
  ) async throws(DriverError) -> TrialOutcome {
    throw .notImplemented("models of provider '\(target.provider.name)' cannot be measured by this version")
  }

  package func watch(_ provider: ProviderSpec, changed: @escaping @Sendable () -> Void) async {}

  package func list(_ provider: ProviderSpec, isAsked: Bool) async throws(DriverError) -> [ListedModel]? { nil }
}

/// What a driver saw.
package struct DriverObservation: Equatable, Sendable {
  package var provider: ProviderObservation
  package var instances: [ObservedInstance]

  package init(provider: ProviderObservation, instances: [ObservedInstance]) {
    self.provider = provider
    self.instances = instances
  }
}

/// Finds the driver of a provider; nil where this version has none.
package protocol DriverCatalogue: Sendable {
  func driver(for provider: ProviderSpec) -> (any ModelDriver)?
  /// Every driver, for what is done across providers.
  var all: [any ModelDriver] { get }
  /// Ids of instances whose process has ended, as it happens; to be read by one reader.
  var exits: AsyncStream<String> { get }
}
