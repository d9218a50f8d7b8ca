import DroverCore
import DroverPlanning

extension StepBook {
  /// How often use and access are written; requests are written at once.
  static let demandInterval = Duration.seconds(10)

  /// Takes over who was used and looked at since the last round.
  mutating func take(
    _ news: (uses: [(model: String, use: UseBook.Use)], access: [String: ModelAccess])
  ) {
    for (model, use) in news.uses where state.desired.index(of: Identity(.model, model)) != nil {
      var demand = state.demands[model] ?? ModelDemand()
      demand.lastUsed = [demand.lastUsed, use.lastUsed].compactMap { $0 }.max()
      demand.inFlight = use.inFlight
      demand.waitingSince = use.waitingSince
      note(demand, of: model)
    }
    for (model, access) in news.access where state.desired.index(of: Identity(.model, model)) != nil {
      var demand = state.demands[model] ?? ModelDemand()
      demand.lastAccessed = access.lastAccessed
      demand.accessCount = access.accessCount
      note(demand, of: model)
    }
  }

  /// A server says that it is serving requests.
  mutating func noteUse(of model: String) {
    var demand = state.demands[model] ?? ModelDemand()
    demand.lastUsed = now
    note(demand, of: model)
  }

  /// Keeps what is written within ``demandInterval``.
  private mutating func note(_ demand: ModelDemand, of model: String) {
    guard state.demands[model] != demand else { return }
    if state.demands[model]?.durable != demand.durable {
      state.unsavedDemands.insert(model)
      state.demandsDue = state.demandsDue ?? now + StepBook.demandInterval
    }
    state.demands[model] = demand
  }

  /// Changes what is to be on disk before anything follows from it.
  private mutating func put(_ demand: ModelDemand, of model: String) {
    state.demands[model] = demand
    state.unsavedDemands.remove(model)
    changes.append(.putDemand(model, demand.durable))
  }

  mutating func forgetDemand(of model: String) {
    state.unsavedDemands.remove(model)
    if state.demands.removeValue(forKey: model) != nil { changes.append(.putDemand(model, nil)) }
    if state.loads.removeValue(forKey: model) != nil { changes.append(.putLoad(model, nil)) }
  }

  /// Writes use and access if it is time to.
  mutating func saveDemands(evenIfEarly: Bool = false) {
    guard let due = state.demandsDue, evenIfEarly || due <= now else { return }
    for model in state.unsavedDemands.sorted() {
      changes.append(.putDemand(model, state.demands[model]?.durable))
    }
    state.unsavedDemands = []
    state.demandsDue = nil
  }

  /// Somebody asks for a model to be loaded or unloaded. Asking for a load tries at once what is in back-off.
  mutating func take(_ request: LoadRequest, for model: String) {
    let identity = Identity(.model, model)
    var demand = state.demands[model] ?? ModelDemand()
    if demand.request?.holdsLoaded == true, !request.wantsLoaded { demand.request?.outcome = .ended(.unloaded) }
    demand.request = request
    put(demand, of: model)
    if request.wantsLoaded { forgetAttempts(of: identity) }
  }

  /// A load of a model begins.
  mutating func noteLoading(_ model: String) {
    guard let demand = state.demands[model], demand.unloaded != nil, let next = DemandRules.loading(demand) else {
      return
    }
    put(next, of: model)
  }

  /// A step unloads a model.
  mutating func noteUnloading(_ step: Step) {
    guard step.object.kind == .model, step.reason != .specChanged, step.reason != .stray else { return }
    put(DemandRules.unloading(state.demands[step.object.name], by: step, at: now), of: step.object.name)
  }

  /// A model was loaded: what that took is remembered for the next time.
  mutating func noteLoaded(_ instance: Instance) {
    guard let loadedAt = instance.loadedAt else { return }
    let before = state.loads[instance.model].flatMap { $0.reloadHash == instance.reloadHash ? $0 : nil }
    put(
      LoadRecord(
        reloadHash: instance.reloadHash, duration: loadedAt - instance.intendedAt, memory: before?.memory ?? []),
      of: instance.model)
  }

  /// Remembers the most memory that a loaded model was measured to take, where that can be told of its one pool. It is
  /// noted when it grew by a thirty-second.
  mutating func noteMemory(of observed: ObservedInstance) {
    guard let measured = observed.memory, observed.instance.loadedAt != nil, observed.instance.reserved.count == 1,
      var record = state.loads[observed.instance.model], record.reloadHash == observed.instance.reloadHash
    else { return }
    let before = record.memory.first?.amount.bytes ?? 0
    guard measured.bytes > before + before / 32 else { return }
    record.memory = [PoolAmount(observed.instance.reserved[0].pool, measured)]
    put(record, of: observed.instance.model)
  }

  private mutating func put(_ record: LoadRecord, of model: String) {
    guard state.loads[model] != record else { return }
    state.loads[model] = record
    changes.append(.putLoad(model, record))
  }

  /// Decides requests by what this round ends with. True if any was.
  mutating func settleRequests(_ plan: Plan, node: String) -> Bool {
    guard state.demands.contains(where: { $0.value.request?.outcome == .pending }) else { return false }
    let settled = DemandRules.settled(state.world(node: node, now: now), plan)
    for (model, outcome) in settled {
      guard var demand = state.demands[model] else { continue }
      demand.request?.outcome = outcome
      put(demand, of: model)
    }
    return !settled.isEmpty
  }
}
