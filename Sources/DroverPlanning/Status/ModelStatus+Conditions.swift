import DroverCore

/// Status, reason and message of one condition before it is stamped.
typealias Finding = (status: Condition.Status, reason: Reason, message: String)

extension ModelStatus {
  /// Whether a request that names the model would now be answered.
  func servingCondition(loaded: Finding) -> Finding {
    if isPastSunset { return (.no, .sunset, deprecation?.message(past: true) ?? "") }
    if let serving {
      if let outage = context.providers[serving.instance.provider]?.silence {
        return (.no, .providerUnavailable, outage.message)
      }
      if case .unhealthy(_, let message) = serving.phase { return (.no, .probeFailed, message) }
      return isServingLastGood
        ? (.yes, .lastGood, "Generation \(serving.instance.generation)") : (.yes, .loaded, "")
    }
    if let outage = provider?.silence { return (.no, .providerUnavailable, outage.message) }
    if wish?.desiredState == .onDemand, !object.isAbsent, ModelStatus.idleReasons.contains(loaded.reason) {
      return (.yes, .loadsOnDemand, "a request for it loads it")
    }
    return (.no, loaded.reason, loaded.message)
  }

  /// Why a model is not loaded that a request would load.
  private static let idleReasons: Set<Reason> = [.neverLoaded, .unloaded, .idleUnloaded, .evicted, .hostRestarted]

  /// Whether a process or a load exists, and if not, how that came about: the reason outlives the instance.
  func loadedCondition(before: Condition?) -> Finding {
    if serving != nil { return (.yes, .loaded, "") }
    if let loading { return (.no, loading.phase == .ready ? .warmingUp : .loading, "") }
    if let ending = lastFailure { return (.no, ending.cause.reason, ending.message) }
    if let step = unloadStep, !instances.isEmpty || before?.status == .yes {
      let isTold = [.evicted, .idleUnloaded, .probeFailed, .sunset].contains(step.reason)
      return (.no, isTold ? step.reason : .unloaded, step.message)
    }
    if let attempts { return (.no, attempts.reason, attempts.message) }
    if let unloaded = demand?.unloaded { return (.no, unloaded.reason, unloaded.message) }
    if wasEvicted { return (.no, .evicted, "unloaded to make room for a model that must be loaded") }
    guard let before, before.reason != .loading, before.reason != .warmingUp else {
      return (.no, .neverLoaded, "")
    }
    return before.status == .no ? (.no, before.reason, before.message) : (.no, .unloaded, "")
  }

  /// An OnDemand model that is as its manifest wants it is only ever stopped to make room.
  private var wasEvicted: Bool {
    wish?.desiredState == .onDemand && !object.isAbsent
      && instances.contains { isCurrent($0) && ($0.isStopping || $0.hasEnded) }
  }

  private var lastFailure: Ending? {
    let endings = instances.compactMap { observed -> Ending? in
      guard case .ended(let ending) = observed.phase, ending.cause != .stopped else { return nil }
      return ending
    }
    return endings.max { $0.at < $1.at }
  }

  /// The unload of this or the last round.
  private var unloadStep: Step? {
    (context.steps(of: object.identity) + context.earlierSteps(of: object.identity)).first {
      if case .unload = $0.action { true } else { false }
    }
  }

  var healthyCondition: Finding {
    guard let serving else { return (.unknown, .notObserved, "") }
    if case .unhealthy(let failures, let message) = serving.phase {
      return (.no, .probeFailed, "\(failures) probes in a row failed: \(message)")
    }
    return (.yes, .probeSucceeded, "")
  }
}
