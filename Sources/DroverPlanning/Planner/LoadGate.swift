import DroverCore

/// What must hold before a model can be loaded, whatever room there is. The first that fails is what is waited for.
struct LoadGate {
  let model: ModelCase
  let world: World
  /// What the prune guard says of models whose manifests are gone.
  var verdict = PruneVerdict()

  typealias Rule = @Sendable (LoadGate) -> Wait?

  static let rules: [Rule] = [
    { $0.manifestPresent }, { $0.providerAccepted }, { $0.earlierFailure }, { $0.factsKnown },
    { $0.providerReachable },
  ]

  /// Nil when the model may be loaded.
  func obstacle() -> Wait? {
    for rule in LoadGate.rules { if let wait = rule(self) { return wait } }
    return nil
  }

  private func wait(_ reason: Reason, _ message: String, until: Timestamp? = nil, terminal: Bool = false) -> Wait {
    Wait(model.identity, reason, message, until: until, isTerminal: terminal)
  }

  /// What runs goes on without a manifest, until it is pruned; what does not run is not begun anew meanwhile: of a prune
  /// that a restart interrupted, nothing comes back. A model that is to outlive its manifest does.
  private var manifestPresent: Wait? {
    guard case .absent(_, let scans) = model.object.newest,
      model.resource.annotation(Annotation.prune) != Annotation.disabled
    else { return nil }
    // It stays for as long as something else holds it, so nobody is kept waiting for it.
    if let kept = verdict.blocked.first(where: { $0.identity == model.identity }) {
      return wait(kept.reason, "its manifest is gone, and it is not loaded again; " + kept.message)
    }
    return wait(
      .progressing,
      scans == 0 ? "waits for its manifest to be read" : "its manifest is gone; waits for the grace period")
  }

  private var providerAccepted: Wait? {
    guard let provider = model.provider else {
      return wait(
        .dependencyNotReady,
        model.wish.provider.isEmpty
          ? "names no provider" : "waits for provider/\(model.wish.provider), which has no valid manifest")
    }
    guard provider.isRegistered else {
      return wait(.dependencyNotReady, "waits for provider/\(provider.spec.name) to be accepted")
    }
    return nil
  }

  /// While the provider is out, that is what is waited for, whatever an attempt met with before.
  private var earlierFailure: Wait? {
    guard let wait = backOff else { return nil }
    return wait.isTerminal || model.provider?.outage == nil ? wait : nil
  }

  /// Failed attempts at this very spec, as long as the next one is not due.
  var backOff: Wait? {
    guard let attempts = world.attempts[model.identity], attempts.specHash == model.resource.specHash,
      world.now < attempts.nextAttempt
    else { return nil }
    guard attempts.nextAttempt.milliseconds < .max else {
      return wait(attempts.reason, attempts.message, terminal: true)
    }
    return wait(
      attempts.reason, "\(attempts.message); attempt \(attempts.failures + 1) at \(attempts.nextAttempt)",
      until: attempts.nextAttempt)
  }

  private var factsKnown: Wait? {
    guard let provider = model.provider else { return nil }
    guard let facts = world.observed.facts[model.identity.name], facts.reloadHash == model.resource.reloadHash else {
      return provider.spec.isManaged ? wait(.progressing, "reading the model file") : nil
    }
    guard let problem = facts.problem else { return nil }
    let mayPass = [.modelNotFound, .providerUnavailable, .quantizing].contains(problem.reason)
    return wait(problem.reason, problem.message, terminal: !mayPass)
  }

  private var providerReachable: Wait? {
    guard let outage = model.provider?.outage else { return nil }
    return wait(outage.reason, "provider/\(model.wish.provider): \(outage.message)")
  }

  /// Memory that loading takes: as declared, else as read from the file and measured when it was last loaded. Nothing where it runs elsewhere.
  var need: [PoolAmount] {
    guard model.provider?.spec.isManaged == true else { return [] }
    let declared = model.resource.spec[path: ["llamaCpp", "requiredMemory"]]?.map ?? []
    let amounts = declared.compactMap { entry in entry.value.byteCount.map { PoolAmount(entry.key, $0) } }
    guard amounts.isEmpty else { return amounts.sorted { $0.pool < $1.pool } }
    let estimate = world.observed.facts[model.identity.name]?.memory ?? []
    return world.loads[model.identity.name]?.corrected(estimate, for: model.resource.reloadHash) ?? estimate
  }
}
