import DroverCore

/// A world in which a proposed tree is the newest one: what vanishes is absent for long enough, and generations count on
/// from what is registered.
struct ProposedWorld {
  /// With the registrations of the base, so that its plan says what is accepted.
  private(set) var world: World
  /// What the accepted registrations would be; the plan of this one loads and unloads.
  private(set) var accepted: World
  /// What is removed once the rest is accepted: absence counts only after a grace period, and what a manifest named
  /// before this very change no longer holds anything by then.
  let verdict: PruneVerdict

  init(base: World, proposed: DesiredFleet) {
    var desired = ProposedWorld.completed(proposed, base)
    ProposedWorld.findRenames(&desired, base)
    var world = base
    world.desired = desired
    self.world = world
    accepted = ProposedWorld.accepted(world)
    verdict = PruneGuard.verdict(accepted)
  }

  private static func completed(_ proposed: DesiredFleet, _ base: World) -> DesiredFleet {
    var desired = proposed
    desired.confirmedPrunes = base.desired.confirmedPrunes
    let gone = NewestDocument.absent(since: Timestamp(milliseconds: 0), scans: PruneGuard.scans)
    var next = 0
    var left: [DesiredObject] = []
    func leave() {
      let registration = base.registered[next]
      left.append(
        DesiredObject(
          identity: registration.identity, resource: registration.resource, generation: registration.generation,
          newest: gone, source: registration.source, firstSeen: registration.firstSeen))
      next += 1
    }
    for index in desired.objects.indices {
      while next < base.registered.count, base.registered[next].identity < desired.objects[index].identity { leave() }
      if next < base.registered.count, base.registered[next].identity == desired.objects[index].identity {
        desired.objects[index].follow(base.registered[next])
        next += 1
      } else {
        desired.objects[index].follow(nil)
      }
      if case .absent = desired.objects[index].newest { desired.objects[index].newest = gone }
    }
    while next < base.registered.count { leave() }
    if !left.isEmpty {
      desired.objects += left
      desired.objects.sort { $0.identity < $1.identity }
    }
    let listed = Set(desired.roots.map(\.path))
    let objects = desired.objects
    let roots = Set(objects.indices.lazy.compactMap { objects[$0].resource?.source.root }).subtracting(listed)
    desired.roots += roots.sorted().map { RootState(path: $0) }
    return desired
  }

  /// A new model with the key and the reload hash of a vanished one is that model under another name.
  private static func findRenames(_ desired: inout DesiredFleet, _ base: World) {
    func key(_ object: DesiredObject) -> String? {
      guard object.identity.kind == .model, let resource = object.resource, !resource.reloadHash.isEmpty else {
        return nil
      }
      let wish = resource.wish
      return wish.provider + ":" + wish.modelID + " " + resource.reloadHash
    }
    var vanished: [String: Identity] = [:]
    for index in desired.objects.indices {
      guard case .absent = desired.objects[index].newest else { continue }
      let object = desired.objects[index]
      if base.isRegistered(object.identity), let key = key(object) { vanished[key] = object.identity }
    }
    guard !vanished.isEmpty else { return }
    for index in desired.objects.indices where !desired.objects[index].isAbsent {
      let object = desired.objects[index]
      guard object.renamedFrom == nil, !base.isRegistered(object.identity), let key = key(object) else { continue }
      desired.objects[index].renamedFrom = vanished.removeValue(forKey: key)
    }
  }

  private static func accepted(_ world: World) -> World {
    var accepted = world
    let objects = world.desired.objects
    var renames: [Identity: Identity] = [:]
    for index in objects.indices {
      guard let former = objects[index].renamedFrom, renames[former] == nil else { continue }
      renames[former] = objects[index].identity
    }
    accepted.registered = objects.indices.compactMap { index in
      guard let resource = objects[index].resource, renames.isEmpty || renames[objects[index].identity] == nil else {
        return nil
      }
      return Registration(
        generation: objects[index].generation, firstSeen: objects[index].firstSeen, resource: resource)
    }
    guard !renames.isEmpty else { return accepted }
    accepted.desired.objects.removeAll { renames[$0.identity] != nil }
    for index in accepted.observed.instances.indices {
      let old = Identity(.model, accepted.observed.instances[index].instance.model)
      if let new = renames[old] { accepted.observed.instances[index].instance.model = new.name }
    }
    return accepted
  }
}

extension DesiredObject {
  /// Counts the generation on from a registration, and stands on its resource where the proposed document is refused.
  fileprivate mutating func follow(_ registration: Registration?) {
    if case .refused = newest, let registration {
      resource = registration.resource
      generation = registration.generation
      newestGeneration = max(newestGeneration, registration.generation + 1)
      return
    }
    guard let registration else {
      generation = resource == nil ? 0 : max(generation, 1)
      return
    }
    generation =
      registration.specHash == resource?.specHash
      ? registration.generation : max(generation, registration.generation + 1)
    newestGeneration = generation
  }
}
