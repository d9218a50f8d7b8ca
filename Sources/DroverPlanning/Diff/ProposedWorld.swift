import DroverCore

/// A world in which a proposed tree is the newest one: what vanishes is absent for long enough, and generations count on
/// from what is registered.
struct ProposedWorld {
  /// With the registrations of the base, so that its plan says what is accepted.
  private(set) var world: World
  /// What the accepted registrations would be; the plan of this one loads and unloads.
  private(set) var accepted: World
  let verdict: PruneVerdict

  init(base: World, proposed: DesiredFleet) {
    var desired = ProposedWorld.completed(proposed, base)
    ProposedWorld.findRenames(&desired, base)
    var world = base
    world.desired = desired
    self.world = world
    verdict = PruneGuard.verdict(world)
    accepted = ProposedWorld.accepted(world)
  }

  private static func completed(_ proposed: DesiredFleet, _ base: World) -> DesiredFleet {
    var desired = proposed
    desired.confirmedPrunes = base.desired.confirmedPrunes
    let gone = NewestDocument.absent(since: Timestamp(milliseconds: 0), scans: PruneGuard.scans)
    let named = Set(proposed.objects.map(\.identity))
    for index in desired.objects.indices {
      let registration = base.registration(of: desired.objects[index].identity)
      desired.objects[index].follow(registration)
      if desired.objects[index].isAbsent { desired.objects[index].newest = gone }
    }
    for registration in base.registered where !named.contains(registration.identity) {
      desired.objects.append(
        DesiredObject(
          identity: registration.identity, resource: registration.resource, generation: registration.generation,
          newest: gone, source: registration.source, firstSeen: registration.firstSeen))
    }
    desired.objects.sort { $0.identity < $1.identity }
    let listed = Set(desired.roots.map(\.path))
    let roots = Set(desired.objects.compactMap { $0.resource?.source.root }).subtracting(listed)
    desired.roots += roots.sorted().map { RootState(path: $0) }
    return desired
  }

  /// A new model with the key and the reload hash of a vanished one is that model under another name.
  private static func findRenames(_ desired: inout DesiredFleet, _ base: World) {
    func key(_ object: DesiredObject) -> String? {
      guard object.identity.kind == .model, let resource = object.resource, !resource.reloadHash.isEmpty else {
        return nil
      }
      let wish = ModelWish(resource)
      return wish.provider + ":" + wish.modelID + " " + resource.reloadHash
    }
    var vanished: [String: Identity] = [:]
    for object in desired.objects where object.isAbsent && base.isRegistered(object.identity) {
      if let key = key(object) { vanished[key] = object.identity }
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
    let renames = Dictionary(
      world.desired.objects.compactMap { object in object.renamedFrom.map { ($0, object.identity) } },
      uniquingKeysWith: { first, _ in first })
    accepted.registered = world.desired.objects.compactMap { object in
      guard let resource = object.resource, renames[object.identity] == nil else { return nil }
      return Registration(generation: object.generation, firstSeen: object.firstSeen, resource: resource)
    }
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
