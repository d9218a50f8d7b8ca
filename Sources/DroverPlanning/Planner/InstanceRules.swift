import DroverCore

/// The rules for the instances of one model that should have one.
struct InstanceRules {
  private let model: ModelCase
  /// What serves the present spec, the most advanced first.
  private var current: [ObservedInstance] = []
  /// Loaded instances of older specs.
  private var serving: [ObservedInstance] = []
  private var stopping: [ObservedInstance] = []
  private var stopped: [ObservedInstance] = []
  /// An instance of the present spec that is going or gone; it is forgotten before another one starts.
  private var isSettling = false

  init(_ model: ModelCase) { self.model = model }

  /// Goes through the instances, and makes the model a candidate for loading if none of them will do.
  mutating func apply(to builder: inout PlanBuilder) {
    for observed in model.instances {
      model.isCurrent(observed) ? sortCurrent(observed, &builder) : sortStale(observed, &builder)
    }
    keepNewest(&builder)
    if let best = chooseBest(&builder) {
      stopped.forEach { builder.add(.clear, model.forget($0)) }
      tend(best, &builder)
    } else if isSettling {
      stopped.forEach { builder.add(.clear, model.forget($0)) }
    } else {
      load(&builder)
    }
  }

  private mutating func sortCurrent(_ observed: ObservedInstance, _ builder: inout PlanBuilder) {
    if observed.hasEnded {
      builder.add(.clear, model.forget(observed))
      isSettling = true
    } else if observed.isStopping {
      builder.add(Wait(model.identity, .draining, "instance \(observed.instance.id) is being unloaded"))
      isSettling = true
    } else {
      current.append(observed)
    }
  }

  private mutating func sortStale(_ observed: ObservedInstance, _ builder: inout PlanBuilder) {
    switch observed.phase {
    case .ended: stopped.append(observed)
    case .stopping:
      stopping.append(observed)
      builder.add(
        Wait(model.identity, .draining, "generation \(observed.instance.generation) is being unloaded"))
    case .unhealthy(_, let message):
      if isInOutage(observed, builder) {
        serving.append(observed)
      } else {
        builder.add(.clear, model.unload(observed, drain: .zero, .probeFailed, "unload: \(message)"))
      }
    case .intended, .starting, .ready:
      if observed.isServing {
        serving.append(observed)
      } else {
        builder.add(
          .clear,
          model.unload(
            observed, drain: .zero, .specChanged,
            "cancel the load of generation \(observed.instance.generation): generation \(model.generation) replaces it")
        )
      }
    }
  }

  /// Of several loaded instances of older specs the newest serves on until the present spec is loaded; the others have
  /// had their successor.
  private mutating func keepNewest(_ builder: inout PlanBuilder) {
    guard serving.count > 1, !current.contains(where: \.isServing) else { return }
    serving.sort { left, right in
      if left.isServing != right.isServing { return left.isServing }
      return (right.instance.generation, left.instance.id) < (left.instance.generation, right.instance.id)
    }
    for old in serving.dropFirst() {
      builder.add(
        .drain,
        model.unload(
          old, drain: builder.providers[old.instance.provider]?.spec.drainTimeout ?? model.drain, .specChanged,
          "unload generation \(old.instance.generation): generation \(serving[0].instance.generation) serves"))
    }
    serving.removeLast(serving.count - 1)
  }

  /// Of several instances of one spec the most advanced and then the oldest stays.
  private mutating func chooseBest(_ builder: inout PlanBuilder) -> ObservedInstance? {
    guard current.count > 1 else { return current.first }
    func progress(_ observed: ObservedInstance) -> Int {
      if observed.isServing { return 0 }
      return observed.phase == .ready ? 1 : observed.isLoading ? 2 : 3
    }
    current.sort { left, right in
      (progress(left), left.instance.intendedAt, left.instance.id)
        < (progress(right), right.instance.intendedAt, right.instance.id)
    }
    for surplus in current.dropFirst() {
      builder.add(.clear, model.unload(surplus, drain: .zero, .stray, "unload: another instance serves the same spec"))
    }
    return current.first
  }

  private func isInOutage(_ observed: ObservedInstance, _ builder: PlanBuilder) -> Bool {
    builder.providers[observed.instance.provider]?.outage != nil
  }

  private func tend(_ observed: ObservedInstance, _ builder: inout PlanBuilder) {
    let id = observed.instance.id
    if case .unhealthy(let failures, let message) = observed.phase {
      if let outage = model.provider?.outage {
        builder.add(Wait(model.identity, outage.reason, "provider/\(model.wish.provider): \(outage.message)"))
      } else {
        builder.add(
          .clear,
          model.unload(
            observed, drain: .zero, .probeFailed, "unload: \(failures) health probes in a row failed: \(message)"))
      }
      return
    }
    if observed.instance.generation != model.generation {
      builder.add(
        .tend,
        model.step(
          .relabel(instance: id), .specChanged,
          "generation \(model.generation) needs the process of generation \(observed.instance.generation) as it is"))
    }
    if observed.isLoading {
      builder.add(Wait(model.identity, .loading, "generation \(model.generation) is loading"))
    } else if observed.instance.loadedAt == nil {
      finishLoading(id, &builder)
    } else {
      for old in serving {
        builder.add(
          .drain,
          model.unload(
            old, drain: builder.providers[old.instance.provider]?.spec.drainTimeout ?? model.drain, .specChanged,
            "unload generation \(old.instance.generation): generation \(model.generation) serves"))
      }
    }
  }

  private func finishLoading(_ id: String, _ builder: inout PlanBuilder) {
    guard model.wantsWarmUp else {
      builder.add(.tend, model.step(.markLoaded(instance: id), .loaded, "ready; no warm-up is wanted"))
      return
    }
    if let wait = LoadGate(model: model, world: builder.world).backOff {
      builder.add(wait)
    } else {
      builder.add(.tend, model.step(.warmUp(instance: id), .warmingUp, "send the first request"))
    }
  }

  private func load(_ builder: inout PlanBuilder) {
    let gate = LoadGate(model: model, world: builder.world, verdict: builder.verdict)
    if let obstacle = gate.obstacle() {
      stopped.forEach { builder.add(.clear, model.forget($0)) }
      builder.add(obstacle)
    } else {
      becomeCandidate(gate, &builder)
    }
  }

  private func becomeCandidate(_ gate: LoadGate, _ builder: inout PlanBuilder) {
    guard let provider = model.provider else { return }
    builder.candidates.append(
      LoadCandidate(
        model: model, provider: provider, need: gate.need, rank: rank(builder.world), claim: model.claim,
        serving: serving, stopping: stopping, stopped: stopped))
  }

  private func rank(_ world: World) -> LoadCandidate.Rank {
    if !stopping.isEmpty || !stopped.isEmpty { return .underWay }
    if let attempts = world.attempts[model.identity], attempts.specHash == model.resource.specHash { return .retried }
    if case .demanded = model.claim { return .demanded }
    return model.generation > 1 ? .edited : .fresh
  }
}
