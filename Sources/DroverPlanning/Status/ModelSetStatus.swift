import DroverCore

/// Makes the status of one ModelSet: whether it is active, why not, and which of its models are loaded.
enum ModelSetStatus {
  static func reduce(previous: FieldValue?, object: DesiredObject, context: StatusContext) -> FieldValue {
    var conditions = ConditionSet(previous: previous, generation: object.newestGeneration, now: context.world.now)
    let state = context.sets.state(of: object.identity.name)
    let loaded = (state?.members ?? []).filter { isLoaded($0, context) }
    let standing =
      CommonStanding.of(object, context) ?? state.map { place(of: $0, loaded, context) }
      ?? .working("waiting for its first valid manifest")
    CommonStanding.noting(standing, object, context).write(into: &conditions)
    return StatusReducer.common(
      object, conditions, context,
      own: [
        FieldEntry("active", .bool(state?.activity == .active)),
        FieldEntry("models", .strings(state?.members ?? [])), FieldEntry("loaded", .strings(loaded)),
      ])
  }

  private static func isLoaded(_ model: String, _ context: StatusContext) -> Bool {
    context.instances[model].contains(where: \.isServing)
  }

  private static func place(of state: SetBook.State, _ loaded: [String], _ context: StatusContext) -> Standing {
    let group = state.group ?? ""
    switch state.activity {
    case .never: return .done(.inactive, "active is Never: its models are loaded by request")
    case .outside(let next): return .done(.inactive, "active from \(next)")
    case .displaced(let other):
      return .done(.inactive, "modelset/\(other) of exclusive group \(group) is active")
    case .conflicting(let other):
      let message =
        "modelset/\(other) of exclusive group \(group) is to be active at the same time; set active of one to Never or "
        + "Schedule"
      return .terminal(.capacityExceeded, message, detail: message)
    case .active: return active(state, loaded, context)
    }
  }

  /// Its models are to be loaded, but for those whose own manifests say Unloaded.
  private static func active(_ state: SetBook.State, _ loaded: [String], _ context: StatusContext) -> Standing {
    let wanted = state.members.filter { name in
      guard let object = context.world.desired[Identity(.model, name)], let resource = object.resource else {
        return false
      }
      return resource.wish.desiredState != .unloaded && !object.isSuspended
    }
    let count = "\(wanted.count { loaded.contains($0) }) of \(wanted.count) models are loaded"
    guard wanted.contains(where: { !loaded.contains($0) }) else { return .done(.active, count) }
    for name in wanted where !loaded.contains(name) {
      let waits = context.waits(of: Identity(.model, name))
      if let wait = waits.first(where: \.isTerminal) {
        return .terminal(.dependencyNotReady, "\(count); model/\(name): \(wait.message)", detail: wait.message)
      }
      if let wait = waits.first(where: { !$0.reason.isProgress }) {
        return .failing(.dependencyNotReady, "\(count); model/\(name): \(wait.message)", retry: wait.message)
      }
    }
    return .working(count)
  }
}
