import DroverCore
import DroverManifests
import DroverPlanning

/// What the loop knows between two rounds. It belongs to the loop alone; everything else sees copies.
struct FleetState: Sendable {
  var desired = DesiredFleet()
  /// Sorted by identity.
  var registered: [Registration] = []
  var instances: [String: ObservedInstance] = [:]
  var providers: [String: ProviderObservation] = [:]
  var facts: [String: ModelFacts] = [:]
  /// Models that no manifest declares, by provider and id.
  var discovered: [String: [String: DiscoveredModel]] = [:]
  /// By provider, once it was asked since the start.
  var discoveries: [String: DiscoveryStanding] = [:]
  var pools: [PoolObservation] = []
  /// Providers of which more is loaded than a pool may hold, with what was told of it.
  var overLimit: [Identity: String] = [:]
  var attempts: [Identity: Attempts] = [:]
  /// What was measured of models.
  var measurements: [Identity: ModelMeasurements] = [:]
  /// Profiles that somebody waits for.
  var profileRequests: [Identity: ProfileRequest] = [:]
  /// What was last told of deprecated models.
  var notices: [Identity: DeprecationNotice] = [:]
  /// Since when these models are known to go.
  var deprecatedSince: [Identity: Timestamp] = [:]
  /// What holds against the manifests; sorted by object and field. ``desired`` and ``registered`` know nothing of it.
  var overrides: [Override] = []
  var current = CurrentModel()
  /// How often models succeeded of late, at the gateway.
  var successes = SuccessWindow()
  /// When a switch was last begun because the current model failed too often.
  var lastAutoSwitch: Timestamp?
  /// What became of the newest switches that were asked for: nil is success.
  var switchOutcomes: [SwitchOutcome] = []
  /// Models that were registered through the API, by name.
  var registeredModels: [String: RegisteredModel] = [:]
  /// What became of the newest registrations that were asked for.
  var registrationOutcomes: [RegistrationOutcome] = []
  /// The zone of the Fleet, in which bare dates end.
  var zone = ZoneRules.utc
  /// What models are used for, by name.
  var demands: [String: ModelDemand] = [:]
  /// What the last load of each model took, by name.
  var loads: [String: LoadRecord] = [:]
  /// Models of which use or access is not on disk yet, and when it is to be written.
  var unsavedDemands: Set<String> = []
  var demandsDue: Timestamp?
  /// Secrets of the host that are keys of AccessKeys, by name, as far as they were looked for.
  var keySecrets: [String: KeySecret] = [:]
  /// When AccessKeys were last used since the start, by name.
  var keyUses: [String: Timestamp] = [:]
  /// Whether an AccessKey was ever accepted.
  var isGatewayClosed = false
  var watch = WatchState()
  var manifestFiles = 0
  /// Names of the providers that own instances and have not been looked at since the start.
  var unseenProviders: Set<String> = []
  /// Names of the providers of which nothing was heard since the start: neither an answer nor that there is none.
  var unheardProviders: Set<String> = []
  /// False until the first full scan was folded in.
  var hasScanned = false
  /// False until the default model was loaded, or could not be.
  var isInitialized = false
  /// True after the durable state had to be rebuilt, until everything was registered anew.
  var isPruningOff = false
  /// The newest reconcile token of each object, and of all.
  var handledTokens: [Identity: String] = [:]
  var fleetToken: String?
  /// Why state cannot be written; nil while it can.
  var storeFailure: String?
  /// Facts that are true and not on disk yet, because a commit failed.
  var unsaved: [StoreChange] = []

  /// Name of the durable setting that holds the tokens of confirmed prunes.
  static let confirmationsSetting = "confirmed-prunes"
  /// Name of the durable setting that holds the current model.
  static let currentSetting = "current-model"

  init() {}

  init(stored: StoredFleet, node: String, now: Timestamp) {
    desired = .restored(from: stored.registrations, now: now)
    registered = stored.registrations
    for instance in stored.instances {
      instances[instance.id] = ObservedInstance(
        instance: instance, phase: instance.stoppingSince == nil ? .starting : .stopping)
      unseenProviders.insert(instance.provider)
    }
    for registration in stored.registrations where registration.identity.kind == .provider {
      let provider = ProviderSpec(name: registration.identity.name, spec: registration.resource.spec)
      if provider.node == nil || provider.node == node {
        unheardProviders.insert(provider.name)
      }
    }
    for model in stored.discovered { discovered[model.provider, default: [:]][model.id] = model }
    attempts = stored.attempts
    measurements = stored.measurements
    notices = stored.notices
    deprecatedSince = FleetState.deprecatedSince(stored: stored.settings[FleetState.deprecatedSinceSetting])
    overrides = stored.overrides
    for model in stored.registered { registeredModels[model.name] = model }
    if let text = stored.settings[FleetState.currentSetting], let value = try? JSONReader.read(text) {
      current = CurrentModel(stored: value)
    }
    isGatewayClosed = stored.settings[FleetState.closedGatewaySetting] != nil
    demands = stored.demands
    loads = stored.loads
    let confirmed = stored.settings[FleetState.confirmationsSetting] ?? ""
    desired.confirmedPrunes = confirmed.split(separator: ",").map(String.init)
    isPruningOff = stored.wasRebuilt
  }

  func world(node: String, now: Timestamp) -> World {
    World(
      desired: effective, registered: effectiveRegistrations,
      observed: ObservedFleet(
        instances: instances.values.sorted { $0.instance.id < $1.instance.id }, providers: providers, facts: facts,
        pools: pools, isComplete: unseenProviders.isEmpty),
      attempts: attempts, demands: demands, loads: loads, node: node, now: now, isPruningOff: isPruningOff,
      measurements: measurements, profileRequests: profileRequests, zone: zone, notices: notices, overrides: overrides,
      current: current)
  }

  func registration(of identity: Identity) -> Registration? {
    registrationIndex(of: identity).map { registered[$0] }
  }

  private func registrationIndex(of identity: Identity) -> Int? {
    let place = insertionPoint(of: identity)
    return place < registered.count && registered[place].identity == identity ? place : nil
  }

  private func insertionPoint(of identity: Identity) -> Int {
    var (low, high) = (0, registered.count)
    while low < high {
      let middle = (low + high) / 2
      if registered[middle].identity < identity { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Puts registrations in; many at once cost one sort, since inserting each would move the whole array each time.
  mutating func register(_ new: [Registration]) {
    guard new.count > 64 else {
      for registration in new {
        let place = insertionPoint(of: registration.identity)
        if place < registered.count, registered[place].identity == registration.identity {
          registered[place] = registration
        } else {
          registered.insert(registration, at: place)
        }
      }
      return
    }
    var table = Dictionary(registered.map { ($0.identity, $0) }) { _, last in last }
    for registration in new { table[registration.identity] = registration }
    registered = table.values.sorted { $0.identity < $1.identity }
  }

  mutating func unregister(_ identity: Identity) {
    if let place = registrationIndex(of: identity) { registered.remove(at: place) }
  }
}
