import DroverCore

extension ModelStatus {
  /// What Ready, Reconciling and Stalled say, by the first rule that answers.
  var standing: Standing {
    CommonStanding.of(object, context) ?? otherNode ?? ended ?? givenUp ?? failing
      ?? CommonStanding.ofPlan(object.identity, context) ?? outage ?? settled
  }

  private var otherNode: Standing? {
    guard let provider, !provider.isOnThisNode, instances.isEmpty else { return nil }
    return .done(.otherNode, "provider/\(provider.spec.name) runs on node \(provider.spec.node ?? "")")
  }

  /// Past its sunset and gone, which is what its manifest asked for.
  private var ended: Standing? {
    guard isPastSunset, instances.isEmpty, wish?.desiredState != .unloaded else { return nil }
    return .done(.sunset, deprecation?.message(past: true) ?? "")
  }

  private var givenUp: Standing? {
    guard let wait = context.waits(of: object.identity).first(where: \.isTerminal) else { return nil }
    let message = serving.map {
      "Generation \(object.generation) cannot be loaded; generation \($0.instance.generation) serves."
    }
    return .terminal(wait.reason, message ?? wait.message, detail: wait.message)
  }

  /// A failure that will be retried: of a load, of a probe, or of the process that served.
  private var failing: Standing? {
    if let serving, isCurrent(serving), serving.phase == .ready { return nil }
    let rest = serving.map { "; generation \($0.instance.generation) serves" } ?? ""
    if let attempts, attempts.failures > 0, wish?.desiredState == .loaded, provider?.outage == nil {
      let next =
        context.waits(of: object.identity).first { $0.until != nil }.map { _ in
          "attempt \(attempts.failures + 1) at \(attempts.nextAttempt)"
        } ?? "attempt \(attempts.failures + 1) is under way"
      return .failing(attempts.reason, attempts.message + rest, retry: next)
    }
    guard wish?.desiredState == .loaded else { return nil }
    for observed in instances where isCurrent(observed) {
      if case .ended(let ending) = observed.phase, ending.cause != .stopped {
        return .failing(ending.cause.reason, ending.message + rest, retry: "it is loaded anew")
      }
      if case .unhealthy(_, let message) = observed.phase, context.providers[observed.instance.provider]?.outage == nil
      {
        return .failing(.probeFailed, message + rest, retry: "it is loaded anew")
      }
    }
    return nil
  }

  private var outage: Standing? {
    guard wish?.desiredState == .loaded, let provider else { return nil }
    // What serves at a provider that asks to slow down goes on serving.
    guard let outage = serving.map(isCurrent) == true ? provider.silence : provider.outage else { return nil }
    let message = "provider/\(provider.spec.name): \(outage.message)"
    return .failing(.providerUnavailable, message, retry: message)
  }

  /// Where the manifest wants it.
  private var settled: Standing {
    if object.resource == nil { return .working("waiting for its first valid manifest") }
    if serving != nil { return .done(.loaded, "Generation \(object.generation) is loaded") }
    let idle = loadedCondition(
      before: ConditionSet(previous: previous, generation: 0, now: context.world.now).before(.loaded))
    switch wish?.desiredState {
    case .unloaded: return .done(.unloaded, "unloaded, as its manifest wants it")
    case .onDemand:
      return .done(idle.reason, idle.message.isEmpty ? "not loaded, as nothing asked for it" : idle.message)
    case .loaded, nil: return .working("waiting for the next round")
    }
  }
}
