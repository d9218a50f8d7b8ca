package import DroverCore

/// What becomes of requests for models as the fleet moves on.
package enum DemandRules {
  /// A model after a step began to unload it: why is remembered, and a request that held it loaded has ended.
  package static func unloading(_ demand: ModelDemand?, by step: Step, at now: Timestamp) -> ModelDemand {
    var next = demand ?? ModelDemand()
    next.unloaded = ModelDemand.Unloading(step.reason, step.message, at: now)
    let isForGood = step.reason == .evicted || step.reason == .idleUnloaded || step.reason == .unloaded
    if isForGood, next.request?.holdsLoaded == true { next.request?.outcome = .ended(step.reason) }
    return next
  }

  /// A model after a load of it was begun.
  package static func loading(_ demand: ModelDemand?) -> ModelDemand? {
    var next = demand
    next?.unloaded = nil
    return next
  }

  /// The requests that are decided in this round, by model, with what became of them.
  package static func settled(_ world: World, _ plan: Plan) -> [(model: String, outcome: LoadRequest.Outcome)] {
    let pending = world.demands.filter { $0.value.request?.outcome == .pending }
    guard !pending.isEmpty else { return [] }
    let instances = InstanceIndex(world.observed.instances)
    let sets = SetBook(world)
    return pending.sorted { $0.key < $1.key }.compactMap { model, demand in
      guard let request = demand.request else { return nil }
      let outcome: LoadRequest.Outcome? =
        request.wantsLoaded
        ? loaded(standing(of: model, world, plan, instances[model], since: request.at))
        : unloaded(world.desired[Identity(.model, model)]?.resource, instances[model], set: sets.claim(on: model))
      return outcome.map { (model, $0) }
    }
  }

  private static func loaded(_ standing: ModelStanding) -> LoadRequest.Outcome? {
    switch standing {
    case .serving: .done
    case .refused(let reason, let message, _): .failed(reason, message)
    case .pending: nil
    }
  }

  private static func unloaded(
    _ resource: Resource?, _ instances: [ObservedInstance], set: String?
  ) -> LoadRequest.Outcome? {
    if let set { return .failed(.loaded, "modelset/\(set) is active and wants it loaded") }
    if instances.allSatisfy(\.hasEnded) { return .done }
    let isEnforced = resource.map { $0.wish.desiredState == .loaded } ?? false
    return isEnforced ? .failed(.loaded, "its manifest says Loaded") : nil
  }

  /// How a model stands towards somebody who wants it since `since`.
  package static func standing(
    of model: String, _ world: World, _ plan: Plan, _ instances: [ObservedInstance], since: Timestamp
  ) -> ModelStanding {
    let identity = Identity(.model, model)
    guard let object = world.desired[identity], let resource = object.resource else {
      return .refused(.modelNotFound, "no valid manifest names it", retryAt: nil)
    }
    let serving = instances.filter { $0.isServing && $0.instance.stoppingSince == nil }
    let newest = serving.max { $0.instance.generation < $1.instance.generation }
    if let newest { return .serving(instance: newest.instance.id) }
    if object.isSuspended { return .refused(.suspended, "it is suspended by annotation", retryAt: nil) }
    if resource.wish.desiredState == .unloaded {
      return .refused(.unloaded, "its manifest says Unloaded", retryAt: nil)
    }
    if let end = sunset(of: resource, world, instances) { return .refused(.sunset, end, retryAt: nil) }
    if let failure = world.attempts[identity], failure.specHash == resource.specHash,
      failure.lastFailure >= since || world.now < failure.nextAttempt
    {
      let retryAt = failure.nextAttempt.milliseconds < .max ? failure.nextAttempt : nil
      return .refused(failure.reason, failure.message, retryAt: retryAt)
    }
    if let wait = plan.waits.first(where: { $0.object == identity && ($0.isTerminal || !$0.reason.mayPassByItself) }) {
      return .refused(wait.reason, wait.message, retryAt: wait.until)
    }
    return .pending
  }

  /// What is said of a model whose manifest has let it go; nil where none has. The planner never loads such a one.
  private static func sunset(of resource: Resource, _ world: World, _ instances: [ObservedInstance]) -> String? {
    let wish = resource.wish
    guard wish.deprecation != nil else { return nil }
    let retiresAt =
      instances.compactMap(\.retiresAt).min() ?? world.observed.providers[wish.provider]?.retirements[wish.modelID]
    let deprecation = Deprecation(written: wish.deprecation, retiresAt: retiresAt, zone: world.zone)
    return deprecation.flatMap { $0.isOver(at: world.now) ? $0.message(past: true) : nil }
  }
}

/// How a model stands towards somebody who wants it loaded.
package enum ModelStanding: Equatable, Sendable {
  case serving(instance: String)
  /// On its way, or waiting for room.
  case pending
  /// It cannot be had now.
  case refused(Reason, String, retryAt: Timestamp?)
}

extension Reason {
  /// Whether somebody who wants a model waits while this holds, rather than being refused.
  fileprivate var mayPassByItself: Bool {
    switch self {
    case .progressing, .loading, .warmingUp, .draining, .insufficientMemory, .capacityExceeded, .dependencyNotReady:
      true
    default: false
    }
  }
}
