import DroverCore

/// The status of one Model while it is made.
struct ModelStatus {
  let previous: FieldValue?
  let object: DesiredObject
  let context: StatusContext
  let wish: ModelWish?
  let provider: ProviderState?
  let instances: [ObservedInstance]
  /// Failed attempts at the spec in force since what serves was loaded.
  let attempts: Attempts?
  let demand: ModelDemand?
  /// What answers requests: an instance of the spec in force, else the newest of an older one.
  let serving: ObservedInstance?
  /// Why and when the model ends; nil while it does not.
  let deprecation: Deprecation?
  /// What is on its way to be loaded.
  let loading: ObservedInstance?

  init(previous: FieldValue?, object: DesiredObject, context: StatusContext) {
    self.previous = previous
    self.object = object
    self.context = context
    let wish = object.resource?.wish
    self.wish = wish
    provider = wish.flatMap { context.providers[$0.provider] }
    let found = context.instances[object.identity.name]
    instances = found
    let resource = object.resource
    let listed = wish.flatMap { context.providers[$0.provider]?.retirements[$0.modelID] }
    deprecation = Deprecation(
      written: wish?.deprecation, retiresAt: found.compactMap(\.retiresAt).min() ?? listed, zone: context.world.zone)
    demand = context.world.demands[object.identity.name]
    func isCurrent(_ observed: ObservedInstance) -> Bool {
      guard let resource, let wish else { return false }
      return observed.instance.serves(resource, wish)
    }
    func rank(_ observed: ObservedInstance) -> (Int, Int64) {
      (isCurrent(observed) ? 1 : 0, observed.instance.generation)
    }
    serving = found.filter { $0.isLive && !$0.isLoading && $0.instance.loadedAt != nil }.max { rank($0) < rank($1) }
    // What was loaded well since a failure shows that it is over, though a crash soon after still backs off further.
    let lastLoad = serving?.instance.loadedAt
    attempts = context.world.attempts[object.identity].flatMap { attempts in
      attempts.specHash == resource?.specHash && lastLoad.map { attempts.lastFailure >= $0 } ?? true ? attempts : nil
    }
    loading = found.filter { $0.isLive && $0.instance.loadedAt == nil }.max { rank($0) < rank($1) }
  }

  var fieldValue: FieldValue {
    var conditions = ConditionSet(previous: previous, generation: object.newestGeneration, now: context.world.now)
    CommonStanding.noting(standing, object, context).write(into: &conditions)
    let loaded = loadedCondition(before: conditions.before(.loaded))
    let serves = servingCondition(loaded: loaded)
    conditions.set(.serving, serves.status, serves.reason, serves.message)
    conditions.set(.loaded, loaded.status, loaded.reason, loaded.message)
    let healthy = healthyCondition
    conditions.set(.healthy, healthy.status, healthy.reason, healthy.message)
    if case .refused(let reason, let diagnostics) = object.newest {
      conditions.set(.specValid, .no, reason, CommonStanding.refusal(diagnostics))
    } else {
      conditions.set(.specValid, .yes, .valid)
    }
    let drifted = driftedCondition(before: conditions)
    conditions.set(.drifted, drifted.status, drifted.reason, drifted.message)
    if let deprecated = deprecatedCondition {
      conditions.set(.deprecated, deprecated.status, deprecated.reason, deprecated.message)
    }
    return StatusReducer.common(object, conditions, context, own: details(loaded: loaded, before: conditions))
  }

  var isServingLastGood: Bool {
    serving.map { $0.instance.generation != object.newestGeneration } ?? false
  }

  func isCurrent(_ observed: ObservedInstance) -> Bool {
    guard let resource = object.resource, let wish else { return false }
    return observed.instance.serves(resource, wish)
  }
}
