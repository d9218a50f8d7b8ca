import DroverCore

/// When each provider is looked at and which model files are read next. Pure; the board runs what it says.
struct ObservationSchedule {
  /// Something to look at now.
  enum Look: Sendable {
    case provider(ProviderSpec, [Instance])
    case facts(ModelTarget)
  }

  private struct Entry {
    var spec: ProviderSpec
    var instances: [Instance]
    /// True while an instance is starting or stopping, which is looked at often.
    var isBusy: Bool
    var due: Timestamp
    var isRunning = false
    /// Set when a look was asked for while one ran: that one may have begun too early to see why.
    var isAskedAgain = false

    mutating func ask(now: Timestamp) {
      due = min(due, now)
      isAskedAgain = isRunning
    }
  }

  private var entries: [String: Entry] = [:]
  private var wanted: [String: ModelTarget] = [:]
  private var factsDue: [String: Timestamp] = [:]
  private var factsRunning: Set<String> = []
  private var isMemoryAwaited = false

  /// How often something that starts or stops is looked at.
  static let busyInterval = Duration.milliseconds(100)
  /// How often memory is measured while something waits for it.
  static let memoryInterval = Duration.seconds(1)
  /// How often a model file that could not be used is looked at again.
  static let problemInterval = Duration.seconds(10)
  /// How often a file that is being made is looked at.
  static let progressInterval = Duration.seconds(1)

  /// Follows the fleet: providers that are desired, or that still have instances.
  mutating func follow(_ state: FleetState, now: Timestamp, node: String) {
    var byProvider: [String: [ObservedInstance]] = [:]
    for observed in state.instances.values { byProvider[observed.instance.provider, default: []].append(observed) }
    var specs: [String: ProviderSpec] = [:]
    // By index, here and below: copying what stands there costs more than looking at it.
    let objects = state.desired.objects
    for index in objects.indices where objects[index].identity.kind == .provider {
      guard let resource = objects[index].resource else { continue }
      let name = objects[index].identity.name
      specs[name] = ProviderSpec(name: name, spec: resource.spec)
    }
    for (name, instances) in byProvider where specs[name] == nil {
      specs[name] = state.provider(named: name) ?? instances.first.map { .forgotten($0.instance) }
    }
    for name in entries.keys where specs[name] == nil { entries[name] = nil }
    for (name, spec) in specs where spec.node == nil || spec.node == node || byProvider[name] != nil {
      let observed = (byProvider[name] ?? []).sorted { $0.instance.id < $1.instance.id }
      let isBusy = observed.contains(where: \.isBusy)
      var entry = entries[name] ?? Entry(spec: spec, instances: [], isBusy: isBusy, due: now)
      if isBusy && !entry.isBusy || spec != entry.spec { entry.ask(now: now) }
      entry.spec = spec
      entry.isBusy = isBusy
      entry.instances = observed.map(\.instance)
      entries[name] = entry
    }
    followFiles(state, specs: specs, now: now, node: node)
  }

  private mutating func followFiles(_ state: FleetState, specs: [String: ProviderSpec], now: Timestamp, node: String) {
    var targets: [String: ModelTarget] = [:]
    let managed = specs.filter { $0.value.isManaged && ($0.value.node == nil || $0.value.node == node) }
    let objects = managed.isEmpty ? [] : state.effective.objects
    for index in objects.indices where objects[index].identity.kind == .model {
      guard let resource = objects[index].resource, let spec = managed[resource.wish.provider] else { continue }
      let name = objects[index].identity.name
      let target = ModelTarget(
        model: ModelSpec(name: name, spec: resource.spec), provider: spec, reloadHash: resource.reloadHash)
      targets[name] = target
      if wanted[name] != target || state.facts[name]?.reloadHash != target.reloadHash {
        if !factsRunning.contains(name) { factsDue[name] = now }
      }
    }
    wanted = targets
    for name in factsDue.keys where targets[name] == nil { factsDue[name] = nil }
  }

  /// Makes everything due at once.
  mutating func lookAgain(now: Timestamp) {
    for name in entries.keys { entries[name]?.ask(now: now) }
    for name in wanted.keys { factsDue[name] = now }
  }

  /// Has memory measured often, or no longer.
  mutating func awaitMemory(_ isAwaited: Bool, now: Timestamp) {
    defer { isMemoryAwaited = isAwaited }
    guard isAwaited, !isMemoryAwaited else { return }
    for (name, entry) in entries where entry.spec.isManaged { entries[name]?.ask(now: now) }
  }

  /// Makes one provider due at once.
  mutating func lookAgain(at provider: String, now: Timestamp) { entries[provider]?.ask(now: now) }

  /// The providers that have instances, sorted by name. Child processes tell their ends themselves.
  var hosts: [ProviderSpec] {
    entries.values.filter { !$0.instances.isEmpty && !$0.spec.isManaged }.map(\.spec).sorted { $0.name < $1.name }
  }

  /// Makes the provider of an instance due at once.
  mutating func instanceEnded(_ id: String, now: Timestamp) {
    for (name, entry) in entries where entry.instances.contains(where: { $0.id == id }) {
      entries[name]?.ask(now: now)
    }
  }

  /// What is due, marked as running.
  mutating func takeDue(now: Timestamp) -> [Look] {
    var looks: [Look] = []
    for (name, entry) in entries.sorted(by: { $0.key < $1.key }) where entry.due <= now && !entry.isRunning {
      entries[name]?.isRunning = true
      looks.append(.provider(entry.spec, entry.instances))
    }
    for (name, due) in factsDue.sorted(by: { $0.key < $1.key }) where due <= now && !factsRunning.contains(name) {
      guard let target = wanted[name] else { continue }
      factsRunning.insert(name)
      looks.append(.facts(target))
    }
    return looks
  }

  mutating func providerSeen(_ name: String, now: Timestamp) {
    guard var entry = entries[name] else { return }
    entry.isRunning = false
    let calm =
      isMemoryAwaited && entry.spec.isManaged
      ? min(ObservationSchedule.memoryInterval, entry.spec.health.interval) : entry.spec.health.interval
    let interval = entry.isBusy ? ObservationSchedule.busyInterval : calm
    entry.due = entry.isAskedAgain ? now : now + interval
    entry.isAskedAgain = false
    entries[name] = entry
  }

  mutating func factsSeen(_ facts: ModelFacts, of name: String, now: Timestamp) {
    factsRunning.remove(name)
    if let target = wanted[name], target.reloadHash != facts.reloadHash {
      factsDue[name] = now
    } else {
      factsDue[name] = facts.problem.map { problem in
        let isBeingMade = problem.reason == .quantizing
        return now + (isBeingMade ? ObservationSchedule.progressInterval : ObservationSchedule.problemInterval)
      }
    }
    // Nothing is due for a model that went away while its file was being read.
    if wanted[name] == nil { factsDue[name] = nil }
  }

  /// When the next look is due; nil when nothing is.
  var nextDue: Timestamp? {
    let providers = entries.values.filter { !$0.isRunning }.map(\.due)
    let files = factsDue.filter { !factsRunning.contains($0.key) }.map(\.value)
    return (providers + files).min()
  }
}

extension ObservedInstance {
  /// Whether its phase is about to change.
  fileprivate var isBusy: Bool {
    switch phase {
    case .intended, .starting, .stopping: true
    case .ready, .unhealthy, .ended: false
    }
  }
}
