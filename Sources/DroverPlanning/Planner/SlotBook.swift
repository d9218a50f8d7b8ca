import DroverCore

/// Which models count against `loading.maxLoadedModels`.
struct SlotBook {
  enum State: Equatable {
    case free
    /// All slots are held by models that must stay loaded.
    case exceeded(limit: Int)
    /// No slot is free now.
    case taken(limit: Int)
  }

  private let limit: Int
  private let countsHosted: Bool
  /// Models that hold a slot now.
  private var occupied: Set<String> = []
  /// Those among them that must stay.
  private var enforced: Set<String> = []
  /// Slots of models that are on their way out, less those that are spoken for.
  private var freeing = 0
  /// Whether models are on their way out.
  private(set) var hasLeaving = false

  init(_ builder: PlanBuilder) {
    limit = builder.fleet.maxLoadedModels
    countsHosted = builder.fleet.countHosted
    var staying: Set<String> = []
    for observed in builder.world.observed.instances where !observed.hasEnded {
      guard observed.instance.isManaged || countsHosted else { continue }
      occupied.insert(observed.instance.model)
      if !observed.isStopping { staying.insert(observed.instance.model) }
    }
    guard occupied.count + builder.candidates.count > limit else { return }
    freeing = occupied.count - staying.count
    hasLeaving = freeing > 0
    for name in staying {
      guard let object = builder.world.desired[Identity(.model, name)], let resource = object.resource else { continue }
      let wish = resource.wish
      if object.isSuspended || wish.desiredState == .loaded || wish.isPinned
        || builder.kept.contains(name) && builder.yielding != name || builder.sets.claim(on: name) != nil
      {
        enforced.insert(name)
      }
    }
  }

  func counts(_ provider: ProviderState) -> Bool { provider.spec.isManaged || countsHosted }

  func state(for candidate: LoadCandidate) -> State {
    if occupied.contains(candidate.model.identity.name) || occupied.count < limit { return .free }
    return enforced.count >= limit ? .exceeded(limit: limit) : .taken(limit: limit)
  }

  mutating func take(_ candidate: LoadCandidate) {
    guard counts(candidate.provider) else { return }
    occupied.insert(candidate.model.identity.name)
    if !candidate.model.isEvictable { enforced.insert(candidate.model.identity.name) }
  }

  /// Speaks for a slot that is being freed; false if there is none left to speak for.
  mutating func claim() -> Bool {
    guard freeing > 0 else { return false }
    freeing -= 1
    return true
  }
}
