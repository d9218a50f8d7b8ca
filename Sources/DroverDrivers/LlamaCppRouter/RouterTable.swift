import DroverCore
import DroverWire

/// What the router driver knows of its instances beside their records, by id.
struct RouterTable {
  enum Stage: Equatable {
    /// Prepared by this daemon, not started.
    case prepared(at: Timestamp)
    /// The router is being asked to load it.
    case asking
    /// The router has agreed to load it, at this time of the table's own clock.
    case asked(UInt64)
    /// Started by an earlier daemon.
    case found
    case ended(Ending)
  }

  struct Entry {
    var provider: ProviderSpec
    var modelID: String
    /// The router's own id, where ``modelID`` is another name of it.
    var routerID: String
    var stage: Stage
    var health: HealthRecord
    /// Whether this daemon is stopping it.
    var isStopping = false
    /// What its server said of itself since it was loaded.
    var props: LlamaProps?

    fileprivate init(_ instance: Instance, _ provider: ProviderSpec, _ stage: Stage) {
      self.provider = provider
      modelID = instance.modelID
      routerID = instance.modelID
      self.stage = stage
      health = HealthRecord(wasReady: instance.readyAt != nil)
    }
  }

  private(set) var entries: [String: Entry] = [:]
  /// Counts what may change the answer of a router: an older answer says nothing of a newer request.
  private(set) var clock: UInt64 = 0
  /// A prepared instance whose record was never committed is forgotten after this.
  private static let preparedLifetime: Duration = .seconds(60)

  subscript(id: String) -> Entry? { entries[id] }

  mutating func prepare(_ instance: Instance, _ provider: ProviderSpec, now: Timestamp) {
    guard entries[instance.id] == nil else { return }
    entries[instance.id] = Entry(instance, provider, .prepared(at: now))
  }

  /// Notes the instances of a look; those that are new to this daemon were started by an earlier one.
  mutating func meet(_ instances: [Instance], _ provider: ProviderSpec) -> UInt64 {
    for instance in instances {
      if entries[instance.id] == nil { entries[instance.id] = Entry(instance, provider, .found) }
    }
    return clock
  }

  /// False where it has ended already, and is not to be started.
  mutating func beginLoad(_ instance: Instance, _ provider: ProviderSpec) -> Bool {
    if case .ended = entries[instance.id]?.stage { return false }
    var entry = entries[instance.id] ?? Entry(instance, provider, .asking)
    entry.provider = provider
    if case .prepared = entry.stage { entry.stage = .asking }
    entries[instance.id] = entry
    return true
  }

  mutating func asked(_ id: String) {
    clock += 1
    if case .ended = entries[id]?.stage { return }
    entries[id]?.stage = .asked(clock)
  }

  /// A load that the router did not take up; the caller is told.
  mutating func refuse(_ id: String) {
    if entries[id]?.stage == .asking { entries[id] = nil }
  }

  mutating func update(_ id: String, _ change: (inout Entry) -> Void) {
    guard var entry = entries[id] else { return }
    change(&entry)
    entries[id] = entry
  }

  /// Records an end, the first one for good.
  mutating func end(_ id: String, _ ending: Ending) -> Ending {
    if case .ended(let known) = entries[id]?.stage { return known }
    update(id) { $0.stage = .ended(ending) }
    return ending
  }

  /// Whether another instance goes on with the model of this one: unloading it would end both.
  func isShared(_ id: String) -> Bool {
    guard let own = entries[id] else { return false }
    return entries.contains { other, entry in
      guard other != id, !entry.isStopping, entry.routerID == own.routerID,
        entry.provider.baseURL == own.provider.baseURL
      else { return false }
      switch entry.stage {
      case .asking, .asked, .found: return true
      case .prepared, .ended: return false
      }
    }
  }

  /// Forgets what is over and no longer asked about.
  mutating func forget(provider: String, except listed: Set<String>, now: Timestamp) {
    entries = entries.filter { id, entry in
      guard entry.provider.name == provider, !listed.contains(id) else { return true }
      switch entry.stage {
      case .ended, .found: return false
      case .prepared(let at): return now - at < Self.preparedLifetime
      case .asking, .asked: return true
      }
    }
  }
}
