import DroverCore

/// Decides which objects whose manifests are gone may be removed. Absence alone is never proof.
package enum PruneGuard {
  /// How long a manifest must have been absent.
  package static let grace = Duration.seconds(2)
  /// How many complete scans must have missed it.
  package static let scans = 2

  package static func verdict(_ world: World) -> PruneVerdict {
    let objects = world.desired.objects
    let absent = objects.indices.filter { isPastGrace(objects[$0].newest, now: world.now) }.map { objects[$0] }
    guard !absent.isEmpty else { return PruneVerdict() }
    if world.isPruningOff {
      return blockAll(
        absent, .pruneBlocked,
        "pruning is off since the durable state was rebuilt; it resumes once all objects are known")
    }
    if let first = world.desired.unreadable.first {
      return blockAll(
        absent, .unreadableDocument,
        "kept while the identity of a document cannot be read: \(first.place): \(first.message)")
    }
    return Sorting(world, absent).verdict()
  }

  /// When an absent object's grace ends; nil for objects that are there.
  static func graceEnd(of newest: NewestDocument) -> Timestamp? {
    guard case .absent(let since, _) = newest else { return nil }
    return since + grace
  }

  private static func isPastGrace(_ newest: NewestDocument, now: Timestamp) -> Bool {
    guard case .absent(let since, let seen) = newest else { return false }
    return seen >= scans && since + grace <= now
  }

  private static func blockAll(_ objects: [DesiredObject], _ reason: Reason, _ message: String) -> PruneVerdict {
    PruneVerdict(blocked: objects.map { PruneVerdict.Blocked($0.identity, reason, message) })
  }

  /// The digest of a doomed set: FNV-1a, the first 12 of 16 hexadecimal digits.
  static func token(of identities: [Identity]) -> String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for identity in identities {
      for byte in identity.description.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
      hash = (hash ^ 0x0A) &* 0x100_0000_01b3
    }
    let text = String(hash, radix: 16)
    return String((String(repeating: "0", count: 16 - text.utf8.count) + text).prefix(12))
  }
}

/// One run of the guard over the objects that are absent past their grace.
private struct Sorting {
  let world: World
  let absent: [DesiredObject]

  init(_ world: World, _ absent: [DesiredObject]) {
    self.world = world
    self.absent = absent
  }

  func verdict() -> PruneVerdict {
    var blocked: [PruneVerdict.Blocked] = []
    let failures = Dictionary(world.desired.roots.map { ($0.path, $0.failure) }, uniquingKeysWith: { $1 })
    var doomed: [DesiredObject] = []
    for object in absent {
      if let message = rootProblem(of: object, failures) {
        blocked.append(PruneVerdict.Blocked(object.identity, .rootUnavailable, message))
      } else if object.resource?.annotation(Annotation.prune) == Annotation.disabled {
        blocked.append(
          PruneVerdict.Blocked(
            object.identity, .pruneDisabled, "kept by annotation \(Annotation.prune): disabled"))
      } else {
        doomed.append(object)
      }
    }
    let identities = doomed.map(\.identity)
    let token = PruneGuard.token(of: identities)
    // What a manifest still refers to stays anyway: were it counted, what is left of a confirmed set would have to be
    // confirmed once more.
    let named = referrers(of: Set(identities), andRegistered: false)
    let excess = limit(doomed.filter { named[$0.identity] == nil })
    if let excess, !world.desired.confirmedPrunes.contains(token) {
      blocked += identities.map {
        PruneVerdict.Blocked($0, .pruneLimit, excess + "; confirm with 'drover confirm-prune \(token)'")
      }
      return PruneVerdict(blocked: blocked.sorted { $0.identity < $1.identity }, confirmation: token)
    }
    let referenced = referrers(of: Set(identities))
    blocked += identities.compactMap { identity in
      referenced[identity].map {
        PruneVerdict.Blocked(identity, .referenced, "\($0) still refers to it; remove that reference first")
      }
    }
    return PruneVerdict(
      allowed: identities.filter { referenced[$0] == nil }, blocked: blocked.sorted { $0.identity < $1.identity },
      isWhole: excess != nil)
  }

  private func rootProblem(of object: DesiredObject, _ failures: [String: String?]) -> String? {
    guard let root = object.resource?.source.root ?? object.source?.root else { return nil }
    guard let failure = failures[root] else {
      return "manifest root \(root) is no longer read; nothing of it is pruned"
    }
    return failure.map { "manifest root \(root) cannot be read: \($0)" }
  }

  /// Why so many objects may not go at once; nil if they may.
  private func limit(_ doomed: [DesiredObject]) -> String? {
    let settings = world.desired.fleetSpec
    for kind in [Kind.provider, .model] {
      let going = doomed.count { $0.identity.kind == kind && $0.resource != nil }
      let total = world.desired.objects.count { $0.identity.kind == kind && $0.resource != nil }
      guard going > 0 else { continue }
      if going == total {
        if settings.pruneAllowEmpty { continue }
        return "this would remove every \(kind.rawValue) (\(total) of \(total))"
      }
      if total >= 3, going * 100 > settings.pruneMaxPercent * total {
        return "this would remove \(going) of \(total) \(kind.plural), more than \(settings.pruneMaxPercent) %"
      }
    }
    return nil
  }

  /// For each doomed object that something staying refers to, the first such thing. What stays because it is referred
  /// to keeps what it refers to in turn.
  private func referrers(of doomed: Set<Identity>, andRegistered: Bool = true) -> [Identity: Identity] {
    var result: [Identity: Identity] = [:]
    var outgoing: [Identity: [Identity]] = [:]
    var staying: [(Identity, [Identity])] = []
    func note(_ resource: Resource) {
      let targets = References.of(resource).filter(doomed.contains)
      guard !targets.isEmpty else { return }
      if doomed.contains(resource.identity) {
        outgoing[resource.identity, default: []] += targets
      } else {
        staying.append((resource.identity, targets))
      }
    }
    for object in world.desired.objects { if let resource = object.resource { note(resource) } }
    if andRegistered { for registration in world.registered { note(registration.resource) } }
    var queue = staying.sorted { $0.0 < $1.0 }
    var next = 0
    while next < queue.count {
      let (referrer, targets) = queue[next]
      next += 1
      for target in targets where result[target] == nil {
        result[target] = referrer
        if let further = outgoing[target] { queue.append((target, further)) }
      }
    }
    return result
  }
}
