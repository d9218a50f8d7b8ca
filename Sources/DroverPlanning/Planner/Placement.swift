import DroverCore

/// The one pass over the whole fleet that decides which candidates are loaded now: memory and the number of loaded
/// models cross providers.
struct Placement {
  /// Child processes that load at once; more would only slow each other down.
  static let concurrentLoads = 4

  private var memory: MemoryBook
  private var slots: SlotBook
  private var loads: Int
  private var evictions: EvictionBook
  /// Models of exclusive groups that are loaded in this round, or have room kept for them.
  private var groupClaims: [String] = []

  static func apply(to builder: inout PlanBuilder) {
    guard !builder.candidates.isEmpty else { return }
    var placement = Placement(builder)
    // They come in the order of their names, so one pass for each rank sorts them.
    let candidates = builder.candidates
    for rank in LoadCandidate.Rank.allCases {
      var chosen = candidates.indices.filter { candidates[$0].rank == rank }
      if rank == .demanded {
        chosen.sort { (candidates[$0].demandedSince, $0) < (candidates[$1].demandedSince, $1) }
      }
      for index in chosen { placement.place(candidates[index], &builder) }
    }
  }

  private init(_ builder: PlanBuilder) {
    let world = builder.world
    memory = MemoryBook(world)
    slots = SlotBook(builder)
    loads = world.observed.instances.count { $0.instance.isManaged && $0.isLoading }
    evictions = EvictionBook(builder)
  }

  private mutating func place(_ candidate: LoadCandidate, _ builder: inout PlanBuilder) {
    guard hasGroup(candidate, &builder) else { return }
    if slots.counts(candidate.provider), !hasSlot(candidate, &builder) { return }
    guard candidate.provider.spec.isManaged else {
      if candidate.drainsFirst { return drain(candidate, "transition is Drain", &builder) }
      return load(candidate, &builder)
    }
    guard hasMemory(candidate, &builder) else { return }
    guard loads < Placement.concurrentLoads else {
      memory.enter(candidate.need, provider: candidate.provider.spec)
      builder.add(
        Wait(
          candidate.model.identity, .progressing, "\(Placement.concurrentLoads) models are loading; it follows them"))
      return
    }
    loads += 1
    memory.enter(candidate.need, provider: candidate.provider.spec)
    load(candidate, &builder)
  }

  private mutating func load(_ candidate: LoadCandidate, _ builder: inout PlanBuilder) {
    let model = candidate.model
    for record in candidate.stopped { builder.add(.clear, model.forget(record)) }
    slots.take(candidate)
    if candidate.model.isEvictable { evictions.expectRoom() }
    let isReload = !candidate.serving.isEmpty || !candidate.stopped.isEmpty || !candidate.stopping.isEmpty
    let failure = candidate.rank == .retried ? builder.world.attempts[model.identity]?.reason : nil
    builder.add(
      .load,
      model.step(
        .load(reserve: candidate.need), isReload ? .specChanged : failure ?? .created,
        "load generation \(model.generation) at provider/\(candidate.provider.spec.name)"))
  }
}

// MARK: Exclusive groups

extension Placement {
  /// False while models are loaded that may not be loaded beside the candidate. Who asked first keeps the others of the
  /// group out, so that one side of it does not go on for ever.
  private mutating func hasGroup(_ candidate: LoadCandidate, _ builder: inout PlanBuilder) -> Bool {
    let (sets, identity) = (builder.sets, candidate.model.identity)
    guard candidate.model.wish.desiredState == .onDemand, sets.isInGroup(identity.name) else { return true }
    func wait(_ rival: String, terminal: Bool = false, until: Timestamp? = nil) {
      builder.add(
        Wait(
          identity, .capacityExceeded,
          "waits for model/\(rival) to be unloaded: exclusive group \(sets.rivalry(identity.name, rival) ?? "")",
          until: until, isTerminal: terminal))
    }
    if let rival = groupClaims.first(where: { sets.rivalry(identity.name, $0) != nil }) {
      wait(rival)
      return false
    }
    groupClaims.append(identity.name)
    let rivals = rivals(of: identity.name, builder)
    guard let first = rivals.first else { return true }
    let names = Set(rivals.map(\.instance.model))
    let chosen = evictions.evictable.indices.filter { names.contains(evictions.evictable[$0].model.identity.name) }
    if candidate.claim != .none, !chosen.isEmpty { evict(chosen, for: candidate, &builder) }
    let isHopeless =
      candidate.claim != .enforced && chosen.isEmpty && !evictions.hasProspects
      && !rivals.contains { $0.isStopping }
    wait(first.instance.model, terminal: isHopeless, until: chance(for: candidate))
    return false
  }

  /// What runs of models that may not be loaded beside `name`. A model that its own manifest wants loaded stands in
  /// nobody's way.
  private func rivals(of name: String, _ builder: PlanBuilder) -> [ObservedInstance] {
    builder.world.observed.instances.filter { observed in
      guard !observed.hasEnded, builder.sets.rivalry(name, observed.instance.model) != nil else { return false }
      let resource = builder.world.desired[Identity(.model, observed.instance.model)]?.resource
      return resource.map { $0.wish.desiredState != .loaded } ?? true
    }
  }
}

// MARK: Memory

extension Placement {
  /// True when the candidate fits now. If not, room is made or waited for.
  private mutating func hasMemory(_ candidate: LoadCandidate, _ builder: inout PlanBuilder) -> Bool {
    let provider = candidate.provider.spec
    guard let obstacle = memory.obstacle(candidate.need, provider: provider) else {
      if !candidate.drainsFirst { return true }
      drain(candidate, "transition is Drain", &builder)
      return false
    }
    if obstacle.isTerminal {
      for record in candidate.stopped { builder.add(.clear, candidate.model.forget(record)) }
      builder.add(Wait(candidate.model.identity, .insufficientMemory, obstacle.message, isTerminal: true))
      return false
    }
    let going = builder.world.observed.instances.filter { $0.isStopping && $0.instance.isManaged }
    if memory.obstacle(candidate.need, provider: provider, freed: going) == nil {
      keepRoom(candidate, "waits for memory that is being freed: \(obstacle.message)", &builder)
      return false
    }
    if candidate.model.wish.transition != .surge || candidate.isMove, !candidate.serving.isEmpty,
      memory.obstacle(candidate.need, provider: provider, freed: going + candidate.serving) == nil
    {
      drain(candidate, "both do not fit: \(obstacle.message)", &builder)
      return false
    }
    if candidate.claim != .none, evict(for: candidate, going: going, &builder) { return false }
    refuse(candidate, obstacle, hasProspects: !going.isEmpty || evictions.hasProspects, &builder)
    return false
  }

  private mutating func keepRoom(_ candidate: LoadCandidate, _ message: String, _ builder: inout PlanBuilder) {
    memory.enter(candidate.need, provider: candidate.provider.spec)
    slots.take(candidate)
    if candidate.model.isEvictable { evictions.expectRoom() }
    builder.add(Wait(candidate.model.identity, .insufficientMemory, message))
  }

  /// Unloads what serves now, so that the new one can be loaded in its place.
  private mutating func drain(_ candidate: LoadCandidate, _ why: String, _ builder: inout PlanBuilder) {
    let model = candidate.model
    memory.enter(candidate.need, provider: candidate.provider.spec)
    for old in candidate.serving {
      let limit = builder.providers[old.instance.provider]?.spec.drainTimeout ?? model.drain
      builder.add(
        .clear,
        model.unload(
          old, drain: limit, .specChanged,
          "unload generation \(old.instance.generation) before generation \(model.generation) is loaded: \(why)"))
    }
    builder.add(
      Wait(model.identity, .draining, "generation \(model.generation) is loaded once its predecessor is gone"))
  }

  /// What somebody asked for is refused when nothing that runs will make room. A model that its manifest wants waits for
  /// as long as it takes, unless all that holds the pool must stay loaded: then waiting is of no use.
  private func refuse(
    _ candidate: LoadCandidate, _ obstacle: MemoryBook.Obstacle, hasProspects: Bool, _ builder: inout PlanBuilder
  ) {
    let model = candidate.model
    let own = candidate.serving.filter { $0.instance.provider == candidate.provider.spec.name }
    if model.wish.transition == .surge, !own.isEmpty, !candidate.isMove, let (pool, limit) = neverBeside(candidate, own)
    {
      builder.add(
        Wait(
          model.identity, .insufficientMemory,
          "does not fit beside generation \(own[0].instance.generation) on \(pool), which has \(limit.display); "
            + "set transition to Auto or Drain", isTerminal: true))
      return
    }
    if candidate.claim != .none, !hasProspects,
      candidate.claim != .enforced || memory.isHeldForGood(obstacle, provider: candidate.provider.spec)
    {
      builder.add(
        Wait(
          model.identity, .insufficientMemory, obstacle.message + ", and all that is loaded must stay",
          isTerminal: true))
      return
    }
    builder.add(Wait(model.identity, .insufficientMemory, obstacle.message, until: chance(for: candidate)))
  }

  /// When unloading another one may make room at last.
  private func chance(for candidate: LoadCandidate) -> Timestamp? {
    candidate.claim == .none ? nil : evictions.nextChance
  }

  /// The pool whose limit both together exceed, so that waiting is of no use.
  private func neverBeside(_ candidate: LoadCandidate, _ own: [ObservedInstance]) -> (String, ByteCount)? {
    for amount in candidate.need {
      guard let limit = candidate.provider.spec.pools.first(where: { $0.name == amount.pool })?.limit else { continue }
      let held = own.flatMap { old in old.instance.reserved.filter { $0.pool == amount.pool }.map { old.held($0) } }
      if held.reduce(amount.amount, +) > limit { return (amount.pool, limit) }
    }
    return nil
  }
}

// MARK: Eviction

extension Placement {
  /// Unloads as few OnDemand models as make room. False, and nothing done, if all of them together would not.
  private mutating func evict(
    for candidate: LoadCandidate, going: [ObservedInstance], _ builder: inout PlanBuilder
  ) -> Bool {
    var freed = going
    var chosen: [Int] = []
    let evictable = evictions.evictable
    for index in evictable.indices where evictable[index].model.identity != candidate.model.identity {
      let before = memory.obstacle(candidate.need, provider: candidate.provider.spec, freed: freed)
      freed.append(evictable[index].observed)
      // What frees nothing that the candidate needs stays.
      if memory.obstacle(candidate.need, provider: candidate.provider.spec, freed: freed) == before {
        freed.removeLast()
        continue
      }
      chosen.append(index)
      if memory.obstacle(candidate.need, provider: candidate.provider.spec, freed: freed) == nil {
        evict(chosen, for: candidate, &builder)
        keepRoom(candidate, "waits for memory that is being freed", &builder)
        return true
      }
    }
    return false
  }

  private mutating func evict(_ chosen: [Int], for candidate: LoadCandidate, _ builder: inout PlanBuilder) {
    for index in chosen {
      let victim = evictions.evictable[index]
      let cause =
        switch candidate.claim {
        case .enforced: "must be loaded"
        case .demanded, .none: "is asked for"
        }
      builder.add(
        .clear,
        victim.model.unload(
          victim.observed, drain: victim.model.drain, .evicted,
          "unload: \(candidate.model.identity) \(cause) and needs its room; last needed at \(victim.lastNeed)"))
    }
    evictions.remove(chosen)
    evictions.expectRoom()
  }

  /// True when one more model may be loaded. If not, a slot is made or waited for.
  private mutating func hasSlot(_ candidate: LoadCandidate, _ builder: inout PlanBuilder) -> Bool {
    let identity = candidate.model.identity
    switch slots.state(for: candidate) {
    case .free: return true
    case .exceeded(let limit):
      builder.add(
        Wait(
          identity, .capacityExceeded,
          "\(limit) models are loaded, as many as loading.maxLoadedModels allows, and all of them must stay; "
            + "raise it or set desiredState of one to OnDemand", isTerminal: true))
    case .taken(let limit):
      let message = "waits for one of \(limit) loaded models to be unloaded (loading.maxLoadedModels)"
      let isFreeing = slots.claim()
      let victim = evictions.evictable.firstIndex { $0.model.identity != identity }
      if !isFreeing, candidate.claim != .none, let victim { evict([victim], for: candidate, &builder) }
      var isHopeless = false
      if case .demanded = candidate.claim { isHopeless = !slots.hasLeaving && victim == nil && !evictions.hasProspects }
      builder.add(
        Wait(
          identity, .capacityExceeded, message, until: isFreeing ? nil : chance(for: candidate), isTerminal: isHopeless)
      )
    }
    return false
  }
}
