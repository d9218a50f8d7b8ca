package import DroverCore
import Synchronization

/// The twin of the database: the same changes with the same outcomes, in memory. Loading again shows what a restarted
/// daemon would see.
package final class MemoryFleetStore: FleetStore {
  /// Specs that are kept of each object.
  fileprivate static let historyLimit = 20

  fileprivate struct Contents {
    var registrations: [Identity: Registration] = [:]
    var instances: [String: Instance] = [:]
    var attempts: [Identity: Attempts] = [:]
    var demands: [String: ModelDemand] = [:]
    var loads: [String: LoadRecord] = [:]
    var statuses: [Identity: StoredStatus] = [:]
    var settings: [String: String] = [:]
    var measurements: [Identity: ModelMeasurements] = [:]
    var discovered: [String: [String: DiscoveredModel]] = [:]
    var notices: [Identity: DeprecationNotice] = [:]
    var overrides: [Override.Key: Override] = [:]
    var registered: [String: RegisteredModel] = [:]
    /// Oldest first, with numbers that rise over all objects.
    var history: [Identity: [(number: Int, entry: HistoryEntry)]] = [:]
    var appended = 0
    var wasRebuilt = false
    var failure: StoreError?
    var commits: [[StoreChange]] = []
  }

  private let contents = Mutex(Contents())

  package init() {}

  /// Makes commits fail with `error`, leaving nothing behind; nil ends that.
  package func fail(with error: StoreError?) { contents.withLock { $0.failure = error } }

  /// Makes the next loads say that the database had to be set aside, with nothing in it.
  package func lose() {
    contents.withLock { contents in
      contents = Contents()
      contents.wasRebuilt = true
    }
  }

  /// Every batch that was committed, oldest first.
  package var commits: [[StoreChange]] { contents.withLock(\.commits) }

  package func load() async throws(StoreError) -> StoredFleet {
    contents.withLock { contents in
      let fleet = StoredFleet(
        registrations: contents.registrations.values.sorted { $0.identity < $1.identity },
        instances: contents.instances.values.sorted { $0.id < $1.id }, attempts: contents.attempts,
        demands: contents.demands, loads: contents.loads,
        statuses: contents.statuses, settings: contents.settings,
        measurements: contents.measurements,
        discovered: contents.discovered.values.flatMap(\.values).sorted { ($0.provider, $0.id) < ($1.provider, $1.id) },
        notices: contents.notices, overrides: contents.overrides.values.sorted { $0.key < $1.key },
        registered: contents.registered.values.sorted { $0.name < $1.name },
        wasRebuilt: contents.wasRebuilt)
      contents.wasRebuilt = false
      return fleet
    }
  }

  package func check() async throws(StoreError) {
    try contents.withLock { contents throws(StoreError) in if let failure = contents.failure { throw failure } }
  }

  package func commit(_ changes: [StoreChange]) async throws(StoreError) {
    guard !changes.isEmpty else { return }
    try contents.withLock { contents throws(StoreError) in
      if let failure = contents.failure { throw failure }
      for change in changes { contents.apply(change) }
      contents.commits.append(changes)
    }
  }

  package func history(of identity: Identity, limit: Int) async throws(StoreError) -> [HistoryEntry] {
    contents.withLock { ($0.history[identity] ?? []).reversed().prefix(max(0, limit)).map(\.entry) }
  }
}

extension MemoryFleetStore.Contents {
  fileprivate mutating func apply(_ change: StoreChange) {
    switch change {
    case .putRegistration(let registration): registrations[registration.identity] = registration
    case .removeRegistration(let identity):
      registrations[identity] = nil
      measurements[identity] = nil
    case .putInstance(let instance): instances[instance.id] = instance
    case .removeInstance(let id): instances[id] = nil
    case .putAttempts(let identity, let value): attempts[identity] = value
    case .clearAttempts(let identity): attempts[identity] = nil
    case .putDemand(let model, let demand): demands[model] = demand?.durable
    case .putLoad(let model, let load): loads[model] = load
    case .putStatus(let status): statuses[status.identity] = status
    case .removeStatus(let identity): statuses[identity] = nil
    case .appendHistory(let entry):
      let older = (history[entry.identity] ?? []).filter { $0.entry.generation != entry.generation }
      appended += 1
      history[entry.identity] = (older + [(appended, entry)]).suffix(MemoryFleetStore.historyLimit)
    case .rename(let from, let to): rename(from, to)
    case .putSetting(let name, let value): settings[name] = value
    case .putMeasurements(let identity, let measured): measurements[identity] = measured
    case .putDiscovered(let model): discovered[model.provider, default: [:]][model.id] = model
    case .removeDiscovered(let provider, let id): discovered[provider]?[id] = nil
    case .setNotice(let identity, let notice): notices[identity] = notice
    case .setOverride(let key, let value): overrides[key] = value
    case .putRegistered(let model): registered[model.name] = model
    case .removeRegistered(let name): registered[name] = nil
    }
  }

  /// Moves everything recorded of one name to another; what the new name already has stays as it is.
  private mutating func rename(_ from: Identity, _ to: Identity) {
    guard from != to else { return }
    if var registration = registrations.removeValue(forKey: from), registrations[to] == nil {
      registration.resource.identity = to
      registrations[to] = registration
    }
    if var status = statuses.removeValue(forKey: from), statuses[to] == nil {
      status.identity = to
      statuses[to] = status
    }
    if let notice = notices.removeValue(forKey: from), notices[to] == nil { notices[to] = notice }
    for (key, var override) in overrides where key.object == from {
      overrides[key] = nil
      override.object = to
      if overrides[override.key] == nil { overrides[override.key] = override }
    }
    if let attempt = attempts.removeValue(forKey: from), attempts[to] == nil { attempts[to] = attempt }
    if let measured = measurements.removeValue(forKey: from), measurements[to] == nil { measurements[to] = measured }
    if let demand = demands.removeValue(forKey: from.name), demands[to.name] == nil { demands[to.name] = demand }
    if let load = loads.removeValue(forKey: from.name), loads[to.name] == nil { loads[to.name] = load }
    let own = history[to] ?? []
    var moved = history.removeValue(forKey: from) ?? []
    moved.removeAll { old in own.contains { $0.entry.generation == old.entry.generation } }
    guard !moved.isEmpty else { return }
    for index in moved.indices { moved[index].entry = moved[index].entry.renamed(to: to) }
    history[to] = (own + moved).sorted { $0.number < $1.number }.suffix(MemoryFleetStore.historyLimit)
  }
}
