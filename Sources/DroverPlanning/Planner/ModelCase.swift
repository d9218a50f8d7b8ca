import DroverCore

/// One model as the rules look at it.
struct ModelCase {
  var object: DesiredObject
  var resource: Resource
  var wish: ModelWish
  var provider: ProviderState?
  var instances: [ObservedInstance]
  var deprecation: Deprecation?
  /// Whether it is loaded for being, or becoming, the current model.
  var isKept: Bool
  private var now: Timestamp

  var identity: Identity { object.identity }
  var generation: Int64 { object.generation }

  init(_ object: DesiredObject, _ resource: Resource, _ builder: PlanBuilder) {
    self.object = object
    self.resource = resource
    wish = ModelWish(resource)
    provider = builder.providers[wish.provider]
    instances = builder.instances[object.identity.name]
    now = builder.world.now
    isKept = builder.kept.contains(object.identity.name)
    deprecation = Deprecation(
      written: wish.deprecation,
      retiresAt: instances.compactMap(\.retiresAt).min() ?? provider?.retirements[wish.modelID],
      zone: builder.world.zone)
  }

  func isCurrent(_ observed: ObservedInstance) -> Bool { observed.instance.serves(resource, wish) }

  /// Whether a process or a load at the provider should exist for it on this node.
  var wantsInstance: Bool {
    if let provider, !provider.isOnThisNode { return false }
    if isPastSunset { return false }
    switch wish.desiredState {
    case .loaded: return true
    case .unloaded: return false
    case .onDemand:
      // What runs keeps running; what was stopped for a reload comes back, and so does the
      // current model.
      return isKept
        || instances.contains { observed in
          switch observed.phase {
          case .stopping: !isCurrent(observed)
          case .ended(let ending): !isCurrent(observed) && ending.cause == .stopped
          default: true
          }
        }
    }
  }

  /// Whether its manifest has let it go.
  var isPastSunset: Bool { deprecation?.isOver(at: now) ?? false }

  var wantsWarmUp: Bool { wish.warmup ?? provider?.spec.isLocal ?? false }

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
