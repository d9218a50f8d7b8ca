import DroverCore

/// Compares what is desired with what was accepted: which objects are registered, updated, renamed and removed.
struct RegistryRules {
  /// What became of one desired object.
  enum Standing {
    /// Registered as it is desired.
    case accepted
    /// A step accepts it first; nothing else is done for it in this round.
    case beingAccepted
    /// No valid spec was ever seen.
    case unknown
    /// May be removed.
    case doomed
    /// The former name of an object that is being renamed.
    case renamedAway
  }

  /// One for each desired object.
  private(set) var standings: [Standing] = []
  private var steps: [Step] = []
  private(set) var renamedFrom: Set<String> = []
  private let world: World

  init(_ world: World, allowed: [Identity]) {
    self.world = world
    let doomed = Set(allowed)
    let renames = Renames(world)
    standings.reserveCapacity(world.desired.objects.count)
    // In place: of thousands of objects that nothing happened to none is copied.
    let (objects, registered) = (world.desired.objects.span, world.registered.span)
    let isCalm = doomed.isEmpty && renames.sources.isEmpty
    var next = 0
    for index in objects.indices {
      while next < registered.count, registered[next].identity < objects[index].identity { next += 1 }
      let isRegistered = next < registered.count && registered[next].identity == objects[index].identity
      if isCalm, isRegistered, RegistryRules.isUnchanged(objects[index], registered[next]) {
        standings.append(.accepted)
      } else {
        standings.append(standing(index, registration: isRegistered ? next : nil, doomed: doomed, renames: renames))
      }
    }
    renamedFrom = Set(renames.sources.lazy.filter { $0.kind == .model }.map(\.name))
  }

  private mutating func standing(
    _ index: Int, registration: Int?, doomed: Set<Identity>, renames: Renames
  ) -> Standing {
    if !renames.sources.isEmpty, renames.sources.contains(world.desired.objects[index].identity) { return .renamedAway }
    if !doomed.isEmpty, doomed.contains(world.desired.objects[index].identity) { return .doomed }
    let object = world.desired.objects[index]
    if let registration, RegistryRules.isUnchanged(object, world.registered[registration]) { return .accepted }
    guard let resource = object.resource else { return .unknown }
    return compare(object, resource, registration.map { world.registered[$0] }, renames)
  }

  /// Whether an object is registered exactly as it is desired; copies neither.
  private static func isUnchanged(_ object: DesiredObject, _ registration: Registration) -> Bool {
    guard let resource = object.resource, object.generation == registration.generation else { return false }
    let accepted = registration.resource
    return resource.isCopy(of: accepted)
      || resource.specHash == accepted.specHash && resource.reloadHash == accepted.reloadHash
        && resource.source == accepted.source && resource.labels == accepted.labels
        && resource.annotations == accepted.annotations && resource.spec["cost"] == accepted.spec["cost"]
  }

  private mutating func compare(
    _ object: DesiredObject, _ resource: Resource, _ registration: Registration?, _ renames: Renames
  ) -> Standing {
    guard let registration else {
      if let source = renames.sourceByTarget[object.identity] {
        steps.append(
          Step(
            object.identity, .rename(from: source), generation: object.generation, reason: .renamed,
            message: "\(source) is now \(object.identity); nothing restarts"))
      } else {
        steps.append(
          Step(
            object.identity, .register, generation: object.generation, reason: .created,
            message: "accept generation \(object.generation)"))
      }
      return .beingAccepted
    }
    if registration.specHash != resource.specHash || registration.reloadHash != resource.reloadHash {
      let change = SpecDifference.changeClass(
        old: registration.resource.spec, new: resource.spec, kind: object.identity.kind)
      steps.append(
        Step(
          object.identity, .update(change), generation: object.generation, reason: .specChanged,
          message: "accept generation \(object.generation)"))
      return .beingAccepted
    }
    if registration.generation != object.generation {
      steps.append(
        Step(
          object.identity, .update(.live), generation: object.generation, reason: .specChanged,
          message: "accept generation \(object.generation)"))
      return .beingAccepted
    }
    let old = registration.resource
    if let former = old.spec["cost"], let cost = resource.spec.entry("cost"), cost.mark.layer == .catalogue,
      former != cost.value
    {
      steps.append(
        Step(
          object.identity, .update(.live), generation: object.generation, reason: .priceChanged,
          message: PriceChange.sentence(from: former, to: cost.value)))
      return .accepted
    }
    if old.spec["cost"] != resource.spec["cost"] || registration.source != resource.source
      || old.labels != resource.labels
      || old.annotations != resource.annotations
    {
      steps.append(
        Step(
          object.identity, .update(.live), generation: object.generation, reason: .accepted,
          message: "note its new metadata or place"))
    }
    return .accepted
  }

  /// Adds the steps, and what later rules look up: the providers.
  func apply(to builder: inout PlanBuilder) {
    for step in steps { builder.add(.accept, step) }
    let objects = world.desired.objects.span
    for index in objects.indices {
      if standings[index] != .doomed, let end = PruneGuard.graceEnd(of: objects[index].newest) {
        builder.wake(at: end)
      }
      guard objects[index].identity.kind == .provider else { continue }
      let object = objects[index]
      guard let resource = object.resource else { continue }
      let spec = ProviderSpec(name: object.identity.name, spec: resource.spec)
      builder.add(
        ProviderState(
          spec: spec, isRegistered: standings[index] == .accepted || standings[index] == .doomed,
          isOnThisNode: spec.node == nil || spec.node == world.node,
          observation: world.observed.providers[object.identity.name],
          retirements: world.observed.providers[object.identity.name]?.retirements ?? [:]))
    }
    removals(&builder)
  }

  /// Unregisters doomed objects once nothing runs for them and nothing of a later kind refers to them any more. A set
  /// that was confirmed as a whole waits for its last process and then goes in one round.
  private func removals(_ builder: inout PlanBuilder) {
    let doomed = world.desired.objects.indices.filter { standings[$0] == .doomed }
    guard !doomed.isEmpty, world.observed.isComplete else { return }
    let identities = Set(doomed.map { world.desired.objects[$0].identity })
    let isWhole = builder.verdict.isWhole
    var inUse: Set<Identity> = []
    for registration in world.registered where !(isWhole && identities.contains(registration.identity)) {
      for target in References.of(registration.resource)
      where identities.contains(target) && target.kind < registration.identity.kind { inUse.insert(target) }
    }
    for observed in world.observed.instances {
      inUse.insert(Identity(.model, observed.instance.model))
      inUse.insert(Identity(.provider, observed.instance.provider))
    }
    if isWhole, !inUse.isDisjoint(with: identities) { return }
    for index in doomed {
      let object = world.desired.objects[index]
      guard !inUse.contains(object.identity), world.isRegistered(object.identity) else { continue }
      builder.add(
        .remove,
        Step(
          object.identity, .unregister, generation: object.generation, reason: .removed,
          message: "its manifest is gone"))
    }
  }
}

/// The renames of one round: new names of objects that are registered under an old one.
private struct Renames {
  var sources: Set<Identity> = []
  var sourceByTarget: [Identity: Identity] = [:]

  init(_ world: World) {
    for index in world.desired.objects.indices where world.desired.objects[index].renamedFrom != nil {
      let object = world.desired.objects[index]
      guard let source = object.renamedFrom, object.resource != nil, world.isRegistered(source),
        !world.isRegistered(object.identity), world.desired[source]?.isAbsent ?? true, !sources.contains(source)
      else { continue }
      sources.insert(source)
      sourceByTarget[object.identity] = source
    }
  }
}

extension World {
  /// The registration of `identity`, by bisection.
  func registration(of identity: Identity) -> Registration? { registrationIndex(of: identity).map { registered[$0] } }

  private func registrationIndex(of identity: Identity) -> Int? {
    var (low, high) = (0, registered.count)
    while low < high {
      let middle = (low + high) / 2
      if registered[middle].identity < identity { low = middle + 1 } else { high = middle }
    }
    return low < registered.count && registered[low].identity == identity ? low : nil
  }

  func isRegistered(_ identity: Identity) -> Bool { registrationIndex(of: identity) != nil }
}
