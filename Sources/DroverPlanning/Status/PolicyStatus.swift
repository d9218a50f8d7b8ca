import DroverCore

/// Makes the status of Budgets and RateLimits: whether requests are held to them, and what they have counted.
enum PolicyStatus {
  static func reduce(previous: FieldValue?, object: DesiredObject, context: StatusContext) -> FieldValue {
    var conditions = ConditionSet(previous: previous, generation: object.newestGeneration, now: context.world.now)
    let standing =
      CommonStanding.of(object, context) ?? CommonStanding.ofPlan(object.identity, context) ?? enforced(object, context)
    CommonStanding.noting(standing, object, context).write(into: &conditions)
    return StatusReducer.common(
      object, conditions, context, own: context.enforcement?.fields[object.identity]?.map ?? [])
  }

  private static func enforced(_ object: DesiredObject, _ context: StatusContext) -> Standing {
    guard let enforcement = context.enforcement else {
      let message = "no gateway runs here, so that no request is held to it; start droverd with --gateway"
      return .terminal(.notEnforced, message, detail: message)
    }
    if let obstacle = enforcement.obstacle { return .working(obstacle) }
    if enforcement.fields[object.identity] == nil { return .working("the gateway is putting it in force") }
    let isObserving = object.resource?.spec["mode"]?.string == "Observe"
    return .done(
      .succeeded, isObserving ? "Counted and not enforced (mode Observe)" : "Applied generation \(object.generation)")
  }
}
