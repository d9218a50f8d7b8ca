package import DroverCore

/// From what was desired before and what a scan found to what is desired now.
package enum DesiredFold {
  /// Pure and total. `policy` nil leaves out the checks that need the host's policy, as `validate` does.
  ///
  /// The same scan folded again changes nothing but the count of scans of absent objects. An object whose document,
  /// provider and fleet stayed the same is taken over as it is, so a scan costs little where little changed.
  package static func fold(
    previous: DesiredFleet, scan: ManifestScan, policy: HostPolicy?, now: Timestamp
  ) -> DesiredFleet {
    var round = FoldRound(previous: previous, scan: scan, policy: policy)
    round.settle()
    round.warnOfDeprecations(now: now)
    return round.result(now: now)
  }

  /// ``fold(previous:scan:policy:now:)`` where much is new: many Models are derived at once.
  static func foldOnAllCores(
    previous: DesiredFleet, scan: ManifestScan, policy: HostPolicy?, now: Timestamp
  ) async -> DesiredFleet {
    var round = FoldRound(previous: previous, scan: scan, policy: policy)
    await round.settleOnAllCores()
    round.warnOfDeprecations(now: now)
    return round.result(now: now)
  }
}

extension DesiredFleet {
  /// What was desired when the durable records were written. Every object counts as not yet seen, so that the next
  /// fold derives it anew; nothing is pruned before complete scans agree.
  package static func restored(from registrations: [Registration], now: Timestamp) -> DesiredFleet {
    DesiredFleet(
      objects: registrations.map {
        DesiredObject(
          identity: $0.identity, resource: $0.resource, generation: $0.generation,
          newest: .absent(since: now, scans: 0), source: $0.source, firstSeen: $0.firstSeen)
      }.sorted { $0.identity < $1.identity })
  }

  /// Drops an object that was pruned: the fold keeps an absent object until its owner says that it is gone.
  package mutating func forget(_ identity: Identity) {
    if let index = index(of: identity), objects[index].isAbsent { objects.remove(at: index) }
  }
}
