import DroverCore

/// Checks a plan against the rules that must always hold, without any of the planner's own code.
package enum PlanCheck {
  /// One sentence for each rule that `plan` breaks; empty for a sound plan.
  package static func violations(_ plan: Plan, _ world: World) -> [String] {
    var check = Check(plan, world)
    for step in plan.steps { check.look(at: step) }
    check.memory()
    return check.found
  }
}

private struct Check {
  let plan: Plan
  let world: World
  var found: [String] = []
  private let instances: [String: ObservedInstance]
  private let desired: [Identity: DesiredObject]
  private let registered: [Identity: Registration]
  private var loaded: Set<Identity> = []

  init(_ plan: Plan, _ world: World) {
    self.plan = plan
    self.world = world
    instances = Dictionary(
      world.observed.instances.map { ($0.instance.id, $0) }, uniquingKeysWith: { first, _ in first })
    desired = Dictionary(world.desired.objects.map { ($0.identity, $0) }, uniquingKeysWith: { first, _ in first })
    registered = Dictionary(world.registered.map { ($0.identity, $0) }, uniquingKeysWith: { first, _ in first })
  }

  mutating func look(at step: Step) {
    let object = desired[step.object]
    switch step.action {
    case .register, .update, .rename, .deprecate, .switchCurrent, .abandonSwitch: return
    case .load(let reserve): load(step, object, reserve)
    case .unload(let id, _): unload(step, object, id)
    case .unregister: unregister(step)
    case .forget(let id):
      if case .ended = instances[id]?.phase { break }
      found.append("\(step.id): forgets an instance that has not ended")
    case .profile(let id, _, _):
      if instances[id]?.isServing != true { found.append("\(step.id): measures what is not loaded") }
    case .warmUp, .markLoaded, .relabel: break
    }
    if object?.isSuspended == true, object?.isAbsent == false {
      found.append("\(step.id): touches a suspended object")
    }
    if !world.observed.isComplete { found.append("\(step.id): acts before everything was looked at") }
  }

  private mutating func load(_ step: Step, _ object: DesiredObject?, _ reserve: [PoolAmount]) {
    if !loaded.insert(step.object).inserted { found.append("\(step.id): second load of one model") }
    guard let object, let resource = object.resource else {
      found.append("\(step.id): loads a model without a valid spec")
      return
    }
    if registered[step.object]?.specHash != resource.specHash {
      found.append("\(step.id): loads a spec that was not accepted")
    }
    if object.isAbsent, resource.annotation(Annotation.prune) != Annotation.disabled {
      found.append("\(step.id): loads a model whose manifest is gone")
    }
    let twin = world.observed.instances.first { observed in
      if case .ended = observed.phase { return false }
      return observed.instance.model == step.object.name && observed.instance.reloadHash == resource.reloadHash
        && observed.instance.provider == resource.spec["provider"]?.string
    }
    if let twin { found.append("\(step.id): instance \(twin.instance.id) is that process already") }
  }

  private mutating func unload(_ step: Step, _ object: DesiredObject?, _ id: String) {
    guard let observed = instances[id], let object else { return }
    if step.reason == .evicted, observed.phase != .ready || observed.instance.loadedAt == nil {
      found.append("\(step.id): evicts a model that is loading")
    }
    guard let resource = object.resource else {
      found.append("\(step.id): unloads a model whose manifest cannot be read")
      return
    }
    guard observed.phase == .ready, observed.instance.loadedAt != nil, !plan.prune.allowed.contains(step.object),
      observed.instance.reloadHash == resource.reloadHash,
      observed.instance.provider == resource.spec["provider"]?.string, isHere(observed.instance.provider)
    else { return }
    let twins = world.observed.instances.count { other in
      if case .ended = other.phase { return false }
      return other.instance.model == step.object.name && other.instance.reloadHash == resource.reloadHash
    }
    guard twins == 1 else { return }
    if step.reason == .sunset, resource.spec["deprecation"]?["sunset"] != nil { return }
    switch resource.spec["desiredState"]?.string {
    case "Unloaded": return
    case "Loaded": found.append("\(step.id): unloads a model that is as its manifest wants it")
    default:
      let unload = LooseUnload(step: step, observed: observed, spec: resource.spec, world: world)
      if let violation = unload.violation { found.append("\(step.id): \(violation)") }
    }
  }

  private func isHere(_ provider: String) -> Bool {
    let node = desired[Identity(.provider, provider)]?.resource?.spec["node"]?.string
    return node == nil || node == world.node
  }

  private mutating func unregister(_ step: Step) {
    if !plan.prune.allowed.contains(step.object) { found.append("\(step.id): the prune guard does not allow it") }
    if step.object.kind == .model, instances.values.contains(where: { $0.instance.model == step.object.name }) {
      found.append("\(step.id): it still has an instance")
    }
    let resources = world.desired.objects.compactMap(\.resource) + world.registered.map(\.resource)
    for resource in resources where resource.identity.kind == .model && step.object.kind == .provider {
      if resource.spec["provider"]?.string == step.object.name, !plan.prune.allowed.contains(resource.identity) {
        found.append("\(step.id): \(resource.identity) refers to it")
      }
    }
  }

  /// Whatever is loaded by this plan fits beside everything that has not ended.
  mutating func memory() {
    var held: [String: [String: Int64]] = [:]
    var grows: Set<String> = []
    for observed in world.observed.instances where observed.instance.isManaged {
      if case .ended = observed.phase { continue }
      for amount in observed.instance.reserved {
        held[observed.instance.provider, default: [:]][amount.pool, default: 0] += amount.amount.bytes
      }
    }
    for step in plan.steps {
      guard case .load(let reserve) = step.action,
        let provider = desired[step.object]?.resource?.spec["provider"]?.string
      else { continue }
      for amount in reserve {
        held[provider, default: [:]][amount.pool, default: 0] += amount.amount.bytes
        grows.insert(provider)
      }
    }
    for provider in grows.sorted() {
      let pools = desired[Identity(.provider, provider)]?.resource?.spec[path: ["managed", "pools"]]?.map ?? []
      for pool in pools {
        guard let limit = pool.value["limit"]?.byteCount, let sum = held[provider]?[pool.key] else { continue }
        if sum > limit.bytes { found.append("provider/\(provider): pool \(pool.key) is given out beyond its limit") }
      }
    }
  }
}
