import DroverCore

extension StepBook {
  /// Takes one message over into the state. Facts only: nothing is decided here.
  mutating func take(_ message: Message, backoff: (Int) -> Duration) {
    switch message {
    case .manifests, .reconcileRequested, .demandChanged, .registration, .storeInDoubt, .useChanged: break
    case .loadRequested(let model, let request): take(request, for: model)
    case .keySecrets(let secrets): state.keySecrets = secrets
    case .observation(let provider, let observation): take(observation, of: provider)
    case .facts(let model, let facts): take(facts, of: model)
    case .pools(let pools): state.pools = pools
    case .started(let instance): takeStarted(instance)
    case .startFailed(let id, let error): takeFailure(of: id, error, removes: true, backoff)
    case .stopFailed(let id, let error): takeFailedStop(of: id, error)
    case .warmedUp(let id): takeWarmedUp(id)
    case .warmUpFailed(let id, let error): takeFailure(of: id, error, removes: false, backoff)
    case .stopped(let id):
      guard var observed = state.instances[id] else { return }
      if case .ended = observed.phase { return }
      observed.phase = .ended(Ending(.stopped, "stopped", at: now))
      state.instances[id] = observed
    case .straysEnded(let names):
      for name in names {
        record(
          nil, "stray-ended", .stray, "Ended \(name): it carried our mark and stood in no record", severity: .warning)
      }
    case .profileRequested(let identity, let request): self.request(request, of: identity)
    case .profileAbandoned(let number):
      for (identity, request) in state.profileRequests where request.number == number {
        state.profileRequests[identity] = nil
      }
    case .profileEnded(let job, let end): take(end, of: job)
    case .probed(let identity, let probe, _, let request): take(probe, of: identity, request: request)
    case .metricsReported(let identity, let update, let request): take(update, of: identity, request: request)
    case .overrideAsked(let override): hold(override)
    case .overrideEnded(let key, let actor): release(key, "\(actor) ended it")
    case .switchAsked(let pending): begin(pending)
    case .pruneConfirmed(let token, _):
      let known = state.desired.confirmedPrunes
      if !known.contains(token) { confirm(known + [token]) }
    case .discovered(let report): take(report)
    case .forgetDiscovered(let keys, let actor, let request):
      forget(keys, actor: actor)
      note(RegistrationOutcome(id: request))
    }
  }

  private mutating func take(_ facts: ModelFacts, of model: String) {
    let before = state.facts[model]?.problem
    if facts.problem?.reason == .quantizing || before?.reason == .quantizing, facts.problem?.reason != before?.reason {
      let object = Identity(.model, model)
      if let problem = facts.problem, problem.reason == .quantizing {
        record(object, "model-quantizing", .quantizing, problem.message)
      } else if facts.problem == nil {
        record(object, "model-quantized", .succeeded, "The quantised copy is there")
      }
    }
    if let problem = facts.problem, problem.reason != .quantizing, before != problem {
      record(Identity(.model, model), "model-load-failed", problem.reason, problem.message, severity: .warning)
    }
    state.facts[model] = facts
  }

  private mutating func take(_ observation: DriverObservation, of provider: String) {
    noteReachability(observation.provider, of: provider)
    state.providers[provider] = observation.provider
    state.unseenProviders.remove(provider)
    state.unheardProviders.remove(provider)
    for seen in observation.instances {
      guard var known = state.instances[seen.instance.id] else { continue }
      if case .ended = known.phase { continue }
      let before = known.instance
      known.memory = seen.memory ?? known.memory
      known.inFlight = seen.inFlight
      if (seen.inFlight ?? 0) > 0 { noteUse(of: known.instance.model) }
      known.contextWindow = seen.contextWindow ?? known.contextWindow
      known.capabilities = seen.capabilities ?? known.capabilities
      known.retiresAt = seen.retiresAt
      known.instance.process = known.instance.process ?? seen.instance.process
      if seen.instance.wasAdopted, !known.instance.wasAdopted {
        known.instance.wasAdopted = true
        let place = seen.instance.process.map { "running as pid \($0.pid)" } ?? "loaded at provider/\(provider)"
        record(Identity(.model, before.model), "model-adopted", .adopted, "Found \(place)", key: before.key)
      }
      known.phase = phase(of: seen, after: known)
      if case .ready = known.phase, known.instance.readyAt == nil { known.instance.readyAt = now }
      noteMemory(of: known)
      if known.instance != before { changes.append(.putInstance(known.instance)) }
      state.instances[before.id] = known
    }
  }

  /// An observation may be older than a stop that was begun since: then only an end counts.
  private func phase(of seen: ObservedInstance, after known: ObservedInstance) -> InstancePhase {
    if case .ended = seen.phase { return seen.phase }
    if known.instance.stoppingSince != nil { return .stopping }
    if case .intended = known.phase, known.instance.process == nil, known.instance.isManaged { return .intended }
    return seen.phase
  }

  private mutating func noteReachability(_ new: ProviderObservation, of provider: String) {
    let old = state.providers[provider]?.reachability ?? .unknown
    let object = Identity(.provider, provider)
    switch (old, new.reachability) {
    case (.unreachable, .reachable):
      record(object, "provider-available", .succeeded, "The provider answers again")
    case (.reachable, .unreachable(let reason, let message)), (.unknown, .unreachable(let reason, let message)):
      record(object, "provider-unavailable", reason, message, severity: .warning)
    default: break
    }
  }

  private mutating func takeStarted(_ instance: Instance) {
    guard var observed = state.instances[instance.id] else { return }
    observed.instance.process = instance.process
    observed.instance.port = instance.port
    observed.instance.logPath = instance.logPath
    if observed.instance.stoppingSince == nil, case .intended = observed.phase {
      observed.phase = instance.readyAt == nil ? .starting : .ready
      observed.instance.readyAt = instance.readyAt
    }
    put(observed)
  }

  private mutating func takeWarmedUp(_ id: String) {
    guard var observed = state.instances[id], observed.instance.stoppingSince == nil else { return }
    observed.instance.loadedAt = now
    put(observed)
    recordLoaded(observed.instance, Identity(.model, observed.instance.model))
  }

  /// A stop that failed leaves the instance on record, still on its way out; it is no failed attempt at loading.
  private mutating func takeFailedStop(of id: String, _ error: DriverError) {
    guard let observed = state.instances[id], error != .cancelled else { return }
    record(
      Identity(.model, observed.instance.model), "model-unload-failed", error.reason, error.message,
      severity: .warning, key: observed.instance.key)
  }

  private mutating func takeFailure(
    of id: String, _ error: DriverError, removes: Bool, _ backoff: (Int) -> Duration
  ) {
    guard let observed = state.instances[id] else { return }
    let object = Identity(.model, observed.instance.model)
    if removes {
      state.instances[id] = nil
      changes.append(.removeInstance(id))
    }
    guard error != .cancelled else { return }
    noteFailure(of: object, at: observed.instance.reloadHash, error, backoff: backoff)
    record(
      object, "model-load-failed", error.reason, error.message, severity: .warning, key: observed.instance.key)
  }
}
