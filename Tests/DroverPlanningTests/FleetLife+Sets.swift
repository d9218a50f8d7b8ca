import DroverCore
import DroverPlanning

/// What sets of models promise, held against every plan.
extension FleetLife {
  mutating func checkSets(_ plan: Plan, _ world: World) {
    guard world.desired.objects.contains(where: { $0.identity.kind == .modelSet }) else { return }
    let oracle = SetOracle(world.desired, at: world.now)
    var loaded: [String] = []
    for step in plan.steps where isLoose(step.object, world) {
      let name = step.object.name
      switch step.action {
      case .load:
        if oracle.excludes(name) { problems.append("\(step.id): an active set of its group keeps it unloaded") }
        for other in world.observed.instances where !other.phase.isEnd && isLoose(other.instance.model, world) {
          guard oracle.areRivals(name, other.instance.model) else { continue }
          problems.append("\(step.id): beside \(other.instance.model) of the same exclusive group")
        }
        for other in loaded where oracle.areRivals(name, other) {
          problems.append("\(step.id): together with \(other) of the same exclusive group")
        }
        loaded.append(name)
      case .unload:
        if step.reason == .unloaded, oracle.excludes(name) { seen.insert("excluded") }
        guard [.unloaded, .evicted, .idleUnloaded].contains(step.reason), oracle.wants(name) else { continue }
        problems.append("\(step.id): an active set wants it loaded")
      default: continue
      }
    }
    for wait in plan.waits where wait.message.contains("exclusive group") { seen.insert("rivals apart") }
  }

  /// Whether its own manifest leaves it to sets and requests.
  private func isLoose(_ model: Identity, _ world: World) -> Bool {
    model.kind == .model && world.desired[model]?.resource?.spec["desiredState"]?.string == "OnDemand"
  }

  private func isLoose(_ model: String, _ world: World) -> Bool { isLoose(Identity(.model, model), world) }

  /// At rest, what an active set wants serves or says why not, and what it excludes is gone.
  mutating func arrivedInSets(_ object: DesiredObject, _ found: [ObservedInstance], _ plan: Plan, _ oracle: SetOracle) {
    let name = object.identity.name
    if oracle.excludes(name), !found.isEmpty { problems.append("\(name) is excluded, and has \(found)") }
    guard oracle.wants(name), !plan.waits.contains(where: { $0.object == object.identity }) else { return }
    if !found.contains(where: { $0.phase == .ready && $0.instance.loadedAt != nil }) {
      problems.append("\(name) is of an active set, and nothing is said of it: \(found)")
    }
  }
}

extension InstancePhase {
  fileprivate var isEnd: Bool { if case .ended = self { true } else { false } }
}
