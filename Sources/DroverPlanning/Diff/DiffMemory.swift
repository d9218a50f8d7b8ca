import DroverCore

/// Memory of every pool before, during and after a plan.
enum DiffMemory {
  private struct Key: Hashable, Comparable {
    var provider: String
    var pool: String

    static func < (left: Key, right: Key) -> Bool { (left.pool, left.provider) < (right.pool, right.provider) }
  }

  /// What is held of every pool, as far as it is known.
  private struct Sum {
    var amounts: [Key: ByteCount] = [:]
    /// Providers of which something holds nobody knows how much.
    var unclear: Set<String> = []

    subscript(key: Key) -> ByteCount? { unclear.contains(key.provider) ? nil : amounts[key] ?? .zero }

    mutating func add(_ key: Key, _ amount: ByteCount) { amounts[key, default: .zero] += amount }
  }

  static func lines(base: World, proposal: ProposedWorld, context: StatusContext) -> [DiffReport.PoolLine] {
    var limits: [Key: ByteCount] = [:]
    for provider in context.providers.values where provider.spec.isManaged && provider.isOnThisNode {
      for pool in provider.spec.pools { limits[Key(provider: provider.spec.name, pool: pool.name)] = pool.limit }
    }
    var now = held(base.observed.instances)
    let staying = proposal.accepted.observed.instances.filter { stays($0, proposal, context) }
    var after = held(staying)
    var peak = now
    let running = Set(staying.map(\.instance.model))
    // Models that the plan does nothing for and waits for nothing of stay as they are.
    let objects = proposal.accepted.desired.objects
    for index in objects.indices where objects[index].identity.kind == .model {
      guard context.isConcerned(objects[index].identity) else { continue }
      let object = objects[index]
      guard !object.isAbsent else { continue }
      guard let resource = object.resource, !running.contains(object.identity.name) else { continue }
      let effect = ModelEffect(object, resource, context)
      let wish = resource.wish
      guard let provider = context.providers[wish.provider], effect.isLoaded || effect.isReload, effect.obstacle == nil
      else { continue }
      guard provider.spec.isManaged else { continue }
      let need = ModelEffect.need(resource, provider, proposal.accepted) ?? []
      if need.isEmpty {
        after.unclear.insert(provider.spec.name)
        peak.unclear.insert(provider.spec.name)
      }
      let surges = context.steps(of: object.identity).contains { if case .load = $0.action { true } else { false } }
      for amount in need {
        let key = Key(provider: provider.spec.name, pool: amount.pool)
        after.add(key, amount.amount)
        if surges { peak.add(key, amount.amount) }
      }
    }
    if !base.observed.isComplete {
      let providers = context.providers.keys
      now.unclear.formUnion(providers)
      peak.unclear.formUnion(providers)
      after.unclear.formUnion(providers)
    }
    var keys = Set(limits.keys).union(now.amounts.keys).union(after.amounts.keys)
    for provider in now.unclear.union(after.unclear) where context.providers[provider]?.spec.isManaged == true {
      if !keys.contains(where: { $0.provider == provider }) { keys.insert(Key(provider: provider, pool: "host")) }
    }
    let pools = keys.sorted()
    return pools.map { key in
      let isShared = pools.count { $0.pool == key.pool } > 1
      let amounts = [now[key], peak[key], after[key]]
      let known = amounts.compactMap { $0 }
      return DiffReport.PoolLine(
        pool: isShared ? "\(key.provider)/\(key.pool)" : key.pool, limit: limits[key], now: now[key],
        peak: known.count == amounts.count ? known.max() : nil, after: after[key])
    }
  }

  private static func held(_ instances: [ObservedInstance]) -> Sum {
    var sum = Sum()
    for observed in instances where observed.instance.isManaged && !observed.hasEnded {
      if observed.instance.reserved.isEmpty { sum.unclear.insert(observed.instance.provider) }
      for amount in observed.instance.reserved {
        sum.add(Key(provider: observed.instance.provider, pool: amount.pool), observed.held(amount))
      }
    }
    return sum
  }

  /// Whether an instance is still there when the plan is done.
  private static func stays(_ observed: ObservedInstance, _ proposal: ProposedWorld, _ context: StatusContext) -> Bool {
    guard observed.isLive else { return false }
    guard context.isConcerned(Identity(.model, observed.instance.model)) else { return true }
    guard let object = proposal.accepted.desired[Identity(.model, observed.instance.model)] else {
      return false
    }
    if object.isAbsent { return context.blocked[object.identity] != nil }
    guard let resource = object.resource else { return true }
    let effect = ModelEffect(object, resource, context)
    if effect.isUnloaded { return false }
    let isUnloaded = context.steps(of: object.identity).contains { step in
      if case .unload(let id, _) = step.action {
        id == observed.instance.id && step.reason != .specChanged
      } else {
        false
      }
    }
    if isUnloaded { return false }
    let wish = resource.wish
    return observed.instance.serves(resource, wish) || !effect.isReload || effect.obstacle != nil
  }
}
