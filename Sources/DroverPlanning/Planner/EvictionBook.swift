import DroverCore

/// The models that may be unloaded to make room, over one planning pass: OnDemand, not pinned, not the current model,
/// loaded and for long enough. The least recently used idle one goes first; busy ones come after all idle ones and are
/// drained, so that steady traffic to one model does not keep another out for ever.
struct EvictionBook {
  struct Evictable {
    var model: ModelCase
    var observed: ObservedInstance
    var isBusy: Bool
    /// When it was last used, loaded or asked for.
    var lastNeed: Timestamp
  }

  /// In the order in which they go.
  private(set) var evictable: [Evictable] = []
  /// When the next model may be unloaded that was not loaded for long enough yet; nil where there is none.
  private(set) var nextChance: Timestamp?
  /// Whether models are loading that may be unloaded some time later.
  private var hasLoading = false
  /// Whether models are unloaded in this round anyway, or others are loaded that may be unloaded again.
  private var hasLeaving = false

  init(_ builder: PlanBuilder) {
    let world = builder.world
    for observed in world.observed.instances where observed.isLive {
      guard observed.instance.isManaged || builder.fleet.countHosted,
        let object = world.desired[Identity(.model, observed.instance.model)], !object.isSuspended,
        let resource = object.resource
      else { continue }
      let model = ModelCase(object, resource, builder)
      guard model.isEvictable, model.isCurrent(observed) else { continue }
      guard !builder.leaving.contains(observed.instance.id) else {
        hasLeaving = true
        continue
      }
      guard observed.isServing, let loadedAt = observed.instance.loadedAt else {
        hasLoading = hasLoading || observed.isLoading || observed.phase == .ready
        continue
      }
      let free = loadedAt + builder.fleet.minLoadedFor
      guard free <= world.now else {
        nextChance = nextChance.map { min($0, free) } ?? free
        continue
      }
      evictable.append(
        Evictable(
          model: model, observed: observed, isBusy: IdleRule.isBusy(observed, model.demand),
          lastNeed: IdleRule.lastNeed([observed], model.demand) ?? loadedAt))
    }
    evictable.sort { left, right in
      if left.isBusy != right.isBusy { return right.isBusy }
      return (left.lastNeed, left.observed.instance.id) < (right.lastNeed, right.observed.instance.id)
    }
  }

  /// Whether room may come about although nothing can be unloaded now.
  var hasProspects: Bool { nextChance != nil || hasLoading || hasLeaving }

  /// Something is loaded or unloaded in this round that leaves room later.
  mutating func expectRoom() { hasLeaving = true }

  mutating func remove(_ chosen: [Int]) {
    for index in chosen.sorted().reversed() { evictable.remove(at: index) }
  }
}

extension ModelCase {
  /// Whether it may make room for another one, as far as manifests go.
  var isEvictable: Bool {
    wish.desiredState == .onDemand && !wish.isPinned && (!isKept || isYielding) && set == nil
  }
}
