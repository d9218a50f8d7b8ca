import DroverCore

extension ModelStatus {
  /// Whether what runs differs from what is enforced. Where nothing could be compared it is unknown, and says why.
  func driftedCondition(before conditions: ConditionSet) -> Finding {
    if let first = context.world.overrides(of: object.identity).first {
      return (.yes, .overridden, Overrides.sentence(first))
    }
    if object.isSuspended, !object.isAbsent { return (.unknown, .suspended, "not compared while it is suspended") }
    guard object.resource != nil else { return (.unknown, .notObserved, "no valid manifest of it was read yet") }
    if let provider, !provider.isOnThisNode {
      return (.unknown, .otherNode, "provider/\(provider.spec.name) runs on node \(provider.spec.node ?? "")")
    }
    guard context.world.observed.isComplete else { return (.unknown, .notObserved, "what runs is being looked at") }
    if let drift = driftMessage(before: conditions) { return (.yes, .drifted, drift) }
    guard instances.isEmpty else { return (.no, .inSync, "") }
    switch wish?.desiredState {
    case .loaded where !isPastSunset: return (.unknown, .notObserved, "nothing of it runs yet that could differ")
    case .onDemand: return (.no, .inSync, "nothing is enforced, since desiredState is OnDemand")
    case .loaded, .unloaded, nil: return (.no, .inSync, "")
    }
  }

  /// What differs from an enforced state without anybody having asked for it; nil when nothing does.
  private func driftMessage(before conditions: ConditionSet) -> String? {
    guard let resource = object.resource, previous?["specHash"]?.string == resource.specHash else { return nil }
    switch wish?.desiredState {
    case .loaded:
      guard !instances.contains(where: \.isLive), provider?.isOnThisNode ?? true, !isPastSunset else { return nil }
      let isReload = instances.contains { !isCurrent($0) && ($0.isStopping || $0.hasEnded) }
      guard !isReload else { return nil }
      let was = conditions.before(.loaded)?.status == .yes || conditions.before(.drifted)?.status == .yes
      return was ? "it should be loaded and is not" : nil
    case .unloaded:
      guard previous?["desiredState"]?.string == DesiredState.unloaded.rawValue,
        instances.contains(where: { $0.isLive })
      else { return nil }
      let isNew = previous?["instances"]?.list?.isEmpty ?? true
      return isNew || conditions.before(.drifted)?.status == .yes ? "it should be unloaded and is not" : nil
    case .onDemand, nil: return nil
    }
  }
}
