import DroverCore

/// Collects the steps and waits of one pass, and what all rules look things up in.
struct PlanBuilder {
  /// The order in which steps may be started: objects are accepted first, room is made before it is needed, and what is
  /// removed goes last; what is only measured comes after all that is done.
  enum Phase: Int {
    case accept, clear, tend, load, drain, remove, measure
  }

  let world: World
  let fleet: FleetSpec
  let verdict: PruneVerdict
  let instances: InstanceIndex
  let sets: SetBook
  private(set) var providers: [String: ProviderState] = [:]
  /// Names of the providers of other nodes.
  private(set) var elsewhere: Set<String> = []
  private(set) var waits: [Wait] = []
  private var steps: [(phase: Phase, sequence: Int, step: Step)] = []
  private var wakes: Timestamp?
  var candidates: [LoadCandidate] = []
  /// Ids of the instances that a step unloads already.
  private(set) var leaving: Set<String> = []
  /// Names of OnDemand models that are loaded for being, or becoming, the current one.
  var kept: Set<String> = []
  /// Whether this plan changes what is known of the current model: once is enough for a plan.
  var isSwitching = false
  /// The one of these that gives way to a new default once that serves, and makes room for it before if need be.
  var yielding: String?
  /// What is to be current, where that is not what is.
  var nextCurrent: CurrentModel?
  /// The default model, while it is being loaded to become the current one.
  var awaitedDefault: Identity?

  init(_ world: World) {
    self.world = world
    fleet = world.desired.fleetSpec
    verdict = PruneGuard.verdict(world)
    instances = InstanceIndex(world.observed.instances)
    sets = SetBook(world)
    if let next = sets.next { wake(at: next) }
  }

  mutating func add(_ provider: ProviderState) {
    providers[provider.spec.name] = provider
    if !provider.isOnThisNode { elsewhere.insert(provider.spec.name) }
  }

  /// Adds a step; steps of one phase stand in the order of their objects, loads in the order in which they are added.
  mutating func add(_ phase: Phase, _ step: Step) {
    steps.append((phase, steps.count, step))
    if case .unload(let id, _) = step.action { leaving.insert(id) }
  }

  mutating func add(_ wait: Wait) {
    waits.append(wait)
    if let until = wait.until { wake(at: until) }
  }

  mutating func wake(at time: Timestamp) {
    guard time > world.now else { return }
    wakes = wakes.map { min($0, time) } ?? time
  }

  func finished() -> Plan {
    let ordered = steps.sorted { left, right in
      if left.phase != right.phase { return left.phase.rawValue < right.phase.rawValue }
      if left.phase == .load || left.step.object == right.step.object { return left.sequence < right.sequence }
      return left.phase == .remove
        ? right.step.object < left.step.object : left.step.object < right.step.object
    }
    let sortedWaits = waits.enumerated().sorted { left, right in
      left.element.object == right.element.object
        ? left.offset < right.offset : left.element.object < right.element.object
    }
    var plan = Plan(steps: ordered.map(\.step), waits: sortedWaits.map(\.element), wakeAt: wakes, prune: verdict)
    plan.awaitsDefault = awaitedDefault != nil
    plan.nextCurrent = nextCurrent
    return plan
  }
}
