import DroverCore

/// One model as the rules look at it.
struct ModelCase {
  var object: DesiredObject
  var resource: Resource
  let wish: ModelWish
  var provider: ProviderState?
  var instances: [ObservedInstance]
  var deprecation: Deprecation?
  /// Whether it is loaded for being, or becoming, the current model.
  var isKept: Bool
  /// Whether it is kept only until the new default serves, as long as its room is not needed.
  var isYielding: Bool
  private var now: Timestamp
  var demand: ModelDemand?
  /// When an OnDemand model is unloaded for want of use.
  var idleEnd: Timestamp?
  /// The active set that wants it loaded; its own `desiredState` wins.
  var set: String?
  /// The active set of an exclusive group that keeps it unloaded.
  var exclusion: (set: String, group: String)?
  /// The set whose window is over and that it was loaded for, and when that opens again.
  var windowEnd: (set: String, next: Timestamp)?

  var identity: Identity { object.identity }
  var generation: Int64 { object.generation }

  init(_ object: DesiredObject, _ resource: Resource, _ builder: PlanBuilder) {
    self.object = object
    self.resource = resource
    wish = resource.wish
    provider = builder.providers[wish.provider]
    instances = builder.instances[object.identity.name]
    now = builder.world.now
    isKept = builder.kept.contains(object.identity.name)
    isYielding = builder.yielding == object.identity.name
    deprecation = Deprecation(
      written: wish.deprecation,
      retiresAt: instances.compactMap(\.retiresAt).min() ?? provider?.retirements[wish.modelID],
      zone: builder.world.zone)
    demand = builder.world.demands[object.identity.name]
    if wish.desiredState == .onDemand, !isKept, !builder.sets.isEmpty {
      set = builder.sets.claim(on: object.identity.name)
      exclusion = builder.sets.exclusion(of: object.identity.name)
      let last = IdleRule.lastNeed(instances, demand)
      windowEnd = last.flatMap { builder.sets.end(of: object.identity.name, lastNeed: $0) }
    }
    guard set == nil else { return }
    idleEnd = IdleRule.end(wish, instances: instances, demand: demand, fleet: builder.fleet)
  }

  func isCurrent(_ observed: ObservedInstance) -> Bool { observed.instance.serves(resource, wish) }

  /// Whether a process or a load at the provider should exist for it on this node.
  var wantsInstance: Bool { dismissal == nil && (isClaimed || continues) }

  /// Whether its manifest, being the current model, or somebody's request wants it loaded, whatever runs now.
  var isClaimed: Bool {
    switch wish.desiredState {
    case .loaded: !isPastSunset
    case .unloaded: false
    case .onDemand:
      !isPastSunset && (isKept && !isYielding || set != nil || exclusion == nil && demand?.wantsLoad ?? false)
    }
  }

  /// What runs keeps running, and what was stopped for a reload comes back.
  private var continues: Bool {
    instances.contains { observed in
      switch observed.phase {
      case .stopping: !isCurrent(observed)
      case .ended(let ending): !isCurrent(observed) && ending.cause == .stopped
      default: true
      }
    }
  }

  /// Why what runs is to be unloaded; nil where nothing says so.
  var dismissal: (reason: Reason, message: String)? {
    if let provider, !provider.isOnThisNode { return (.unloaded, "it belongs to another node") }
    if wish.desiredState == .unloaded { return (.unloaded, "desiredState is Unloaded") }
    if isPastSunset { return (.sunset, deprecation?.message(past: true) ?? "its sunset is over") }
    guard wish.desiredState == .onDemand, !isKept else { return nil }
    if let exclusion {
      return (.unloaded, "modelset/\(exclusion.set) of exclusive group \(exclusion.group) is active")
    }
    if set != nil { return nil }
    if let request = demand?.request, demand?.wantsUnload == true {
      return (.unloaded, "\(request.actor) asked for it")
    }
    if let windowEnd, demand?.wantsLoad != true, instances.allSatisfy({ !IdleRule.isBusy($0, demand) }) {
      return (.unloaded, "modelset/\(windowEnd.set) is not active until \(windowEnd.next)")
    }
    guard let idleEnd, idleEnd <= now else { return nil }
    return (.idleUnloaded, "nothing used it since \(IdleRule.lastNeed(instances, demand) ?? idleEnd)")
  }

  /// Whether its manifest has let it go.
  var isPastSunset: Bool { deprecation?.isOver(at: now) ?? false }

  var wantsWarmUp: Bool {
    let asked = demand?.request.flatMap { $0.holdsLoaded ? $0.warmup : nil }
    return asked ?? wish.warmup ?? provider?.spec.isLocal ?? false
  }

  /// How long requests in flight may take when an instance is unloaded.
  var drain: Duration { provider?.spec.drainTimeout ?? .seconds(30) }

  func step(_ action: Step.Action, _ reason: Reason, _ message: String) -> Step {
    Step(identity, action, generation: generation, reason: reason, message: message)
  }

  func unload(_ observed: ObservedInstance, drain: Duration, _ reason: Reason, _ message: String) -> Step {
    step(.unload(instance: observed.instance.id, drain: drain), reason, message)
  }

  func forget(_ observed: ObservedInstance) -> Step {
    var cause = "it was stopped"
    var reason = Reason.unloaded
    if case .ended(let ending) = observed.phase {
      cause = ending.message.isEmpty ? cause : ending.message
      reason = ending.cause.reason
    }
    return step(.forget(instance: observed.instance.id), reason, "drop its record: \(cause)")
  }
}

extension Ending.Cause {
  /// The reason that status shows for this ending.
  var reason: Reason {
    switch self {
    case .stopped: .unloaded
    case .loadFailed: .loadFailed
    case .loadTimeout: .loadTimeout
    case .crashed: .crashed
    case .outOfMemory: .outOfMemory
    case .hostRestarted: .hostRestarted
    case .evicted: .evicted
    case .gone: .modelNotFound
    }
  }
}
