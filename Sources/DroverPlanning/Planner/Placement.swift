import DroverCore

/// The one pass over the whole fleet that decides which candidates are loaded now: memory and the number of loaded
/// models cross providers.
struct Placement {
  /// Child processes that load at once; more would only slow each other down.
  static let concurrentLoads = 4

  private var memory: MemoryBook
  private var slots: SlotBook
  private var loads: Int
  private var evictable: [Evictable]

  /// A model that may be unloaded to make room for one that must be loaded.
  private struct Evictable {
    var model: ModelCase
    var observed: ObservedInstance
  }

  static func apply(to builder: inout PlanBuilder) {
    guard !builder.candidates.isEmpty else { return }
    var placement = Placement(builder)
    // They come in the order of their names, so one pass for each rank sorts them.
    let candidates = builder.candidates
    for rank in LoadCandidate.Rank.allCases {
      for index in candidates.indices where candidates[index].rank == rank {
        placement.place(candidates[index], &builder)
      }
    }
  }

  private init(_ builder: PlanBuilder) {
    let world = builder.world
    memory = MemoryBook(world, providers: builder.providers)
    slots = SlotBook(builder)
    loads = world.observed.instances.count { $0.instance.isManaged && $0.isLoading }
    evictable = Placement.evictable(builder)
  }

  private mutating func place(_ candidate: LoadCandidate, _ builder: inout PlanBuilder) {
    guard candidate.provider.spec.isManaged || slots.counts(candidate.provider) else {
      return load(candidate, &builder)
    }
    guard hasSlot(candidate, &builder) else { return }
    guard candidate.provider.spec.isManaged else { return load(candidate, &builder) }
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
    let isReload = !candidate.serving.isEmpty || !candidate.stopped.isEmpty || !candidate.stopping.isEmpty
    let failure = candidate.rank == .retried ? builder.world.attempts[model.identity]?.reason : nil
    builder.add(
      .load,
      model.step(
        .load(reserve: candidate.need), isReload ? .specChanged : failure ?? .created,
        "load generation \(model.generation) at provider/\(candidate.provider.spec.name)"))
  }
}

// MARK: Memory

extension Placement {
  /// True when the candidate fits now. If not, room is made or waited for.
  private mutating func hasMemory(_ candidate: LoadCandidate, _ builder: inout PlanBuilder) -> Bool {
    let provider = candidate.provider.spec
    let drainsFirst = candidate.model.wish.transition == .drain && !candidate.isMove
    let mustDrain = drainsFirst && !(candidate.serving.isEmpty && candidate.stopping.isEmpty)
    guard let obstacle = memory.obstacle(candidate.need, provider: provider) else {
      if !mustDrain { return true }
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
    if drainsFirst || candidate.model.wish.transition == .auto || candidate.isMove, !candidate.serving.isEmpty,
      memory.obstacle(candidate.need, provider: provider, freed: going + candidate.serving) == nil
    {
      drain(candidate, "both do not fit", &builder)
      return false
    }
    if candidate.model.wish.desiredState == .loaded || candidate.model.isKept,
      evict(for: candidate, going: going, &builder)
    {
      return false
    }
    refuse(candidate, obstacle, &builder)
    return false
  }

  private mutating func keepRoom(_ candidate: LoadCandidate, _ message: String, _ builder: inout PlanBuilder) {
    memory.enter(candidate.need, provider: candidate.provider.spec)
    slots.take(candidate)
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

  private func refuse(
    _ candidate: LoadCandidate, _ obstacle: MemoryBook.Obstacle, _ builder: inout PlanBuilder
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
    builder.add(Wait(model.identity, .insufficientMemory, obstacle.message))
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
  /// Loaded OnDemand models, the longest loaded first.
  private static func evictable(_ builder: PlanBuilder) -> [Evictable] {
    var found: [Evictable] = []
    for observed in builder.world.observed.instances where observed.isServing && observed.instance.isManaged {
      guard let object = builder.world.desired[Identity(.model, observed.instance.model)],
        !object.isSuspended, let resource = object.resource
      else { continue }
      let model = ModelCase(object, resource, builder)
      guard model.wish.desiredState == .onDemand, !model.wish.isPinned, !model.isKept, model.isCurrent(observed) else {
        continue
      }
      found.append(Evictable(model: model, observed: observed))
    }
    return found.sorted { left, right in
      let (a, b) = (left.observed.instance, right.observed.instance)
      return (a.loadedAt ?? a.intendedAt, a.id) < (b.loadedAt ?? b.intendedAt, b.id)
    }
  }

  /// Unloads as few OnDemand models as make room. False, and nothing done, if all of them together would not.
  private mutating func evict(
    for candidate: LoadCandidate, going: [ObservedInstance], _ builder: inout PlanBuilder
  ) -> Bool {
    var freed = going
    var chosen: [Int] = []
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
      let victim = evictable[index]
      builder.add(
        .clear,
        victim.model.unload(
          victim.observed, drain: victim.model.drain, .evicted,
          "unload: \(candidate.model.identity) must be loaded and needs its room"))
    }
    for index in chosen.reversed() { evictable.remove(at: index) }
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
      if !isFreeing, candidate.model.wish.desiredState == .loaded || candidate.model.isKept, !evictable.isEmpty {
        evict([0], for: candidate, &builder)
      }
      builder.add(Wait(identity, .capacityExceeded, message))
    }
    return false
  }
}
