import DroverCore

extension FoldRound {
  func result(now: Timestamp) -> DesiredFleet {
    // What did not change stays where it is: a fold that finds nothing new copies nothing.
    var objects = previous.objects
    var dropped: [Int] = []
    var hasNew = false
    for slot in entries.indices where !isUntouched(slot) {
      switch (object(slot, now: now), entries[slot].previous) {
      case (nil, let index): if index >= 0 { dropped.append(index) }
      case (let object?, ..<0):
        hasNew = true
        objects.append(object)
      case (let object?, let index): objects[index] = object
      }
    }
    for index in dropped.reversed() { objects.remove(at: index) }
    if hasNew {
      objects = objects.sortedByIdentity()
      // A name that is declared anew is no former name of another object any more.
      for index in objects.indices {
        guard let former = objects[index].renamedFrom, let slot = slots[former], entries[slot].place != nil else {
          continue
        }
        objects[index].renamedFrom = nil
      }
    }
    let (diagnostics, unreadable) = diagnose()
    return DesiredFleet(
      objects: objects, roots: scan.roots, unreadable: unreadable.sortedOnce(), diagnostics: diagnostics.sortedOnce(),
      confirmedPrunes: previous.confirmedPrunes)
  }

  /// Whether the previous object holds as it is.
  private func isUntouched(_ slot: Int) -> Bool {
    guard entries[slot].isReused, entries[slot].refusal == nil, entries[slot].warnings.isEmpty,
      let place = entries[slot].place
    else { return false }
    return previous.objects[entries[slot].previous].warnings.count
      == files[Int(place.file)].documents[Int(place.document)].diagnostics.count
  }

  private func diagnose() -> (all: [Diagnostic], unreadable: [Diagnostic]) {
    var diagnostics: [Diagnostic] = []
    var unreadable: [Diagnostic] = []
    for file in files.indices {
      diagnostics += files[file].failures
      unreadable += files[file].failures
      for index in files[file].documents.indices where !files[file].documents[index].diagnostics.isEmpty {
        diagnostics += files[file].documents[index].diagnostics
        if files[file].documents[index].identity == nil {
          unreadable += files[file].documents[index].diagnostics.filter { $0.severity == .error }
        }
      }
    }
    for slot in entries.indices {
      if let refusal = entries[slot].refusal { diagnostics += refusal.diagnostics }
      if !entries[slot].warnings.isEmpty { diagnostics += entries[slot].warnings }
    }
    return (diagnostics, unreadable)
  }

  private func object(_ slot: Int, now: Timestamp) -> DesiredObject? {
    if entries[slot].isRenamed { return nil }
    guard let place = entries[slot].place else { return missing(slot, now: now) }
    guard entries[slot].refusal == nil, let candidate = candidate(slot) else {
      return refused(slot, document(place), now: now)
    }
    let old = entries[slot].renamedFrom.flatMap { previous[$0] } ?? previousObject(slot)
    let highest = max(old?.highestGeneration ?? 0, previousObject(slot)?.highestGeneration ?? 0)
    let found = files[Int(place.file)].documents[Int(place.document)].diagnostics
    return DesiredObject(
      identity: entries[slot].identity, resource: candidate,
      generation: old?.generation(of: candidate) ?? highest + 1, highestGeneration: highest,
      source: files[Int(place.file)].documents[Int(place.document)].source, firstSeen: old?.firstSeen ?? now,
      renamedFrom: entries[slot].renamedFrom ?? previousObject(slot)?.renamedFrom,
      warnings: found.filter { $0.severity == .warning } + entries[slot].warnings)
  }

  private func refused(_ slot: Int, _ document: ManifestDocument, now: Timestamp) -> DesiredObject {
    let entry = entries[slot]
    let old = previousObject(slot)
    let hash = candidate(slot)?.specHash
    return DesiredObject(
      identity: entry.identity, resource: old?.resource, generation: old?.generation ?? 0,
      newestGeneration: refusedGeneration(hash, old), highestGeneration: old?.highestGeneration ?? 0,
      refusedHash: hash,
      newest: .refused(
        entry.refusal?.reason ?? .invalidManifest, (entry.refusal?.diagnostics ?? []).sorted()),
      source: document.source, firstSeen: old?.firstSeen ?? now, renamedFrom: old?.renamedFrom,
      warnings: old?.warnings ?? [])
  }

  /// A number of its own for each spec, and one for all documents without a spec that follow one another.
  private func refusedGeneration(_ hash: String?, _ old: DesiredObject?) -> Int64 {
    guard let old else { return 1 }
    if let hash, hash == old.resource?.specHash { return old.generation }
    return old.newestGeneration > old.generation && old.refusedHash == hash
      ? old.newestGeneration : old.highestGeneration + 1
  }

  /// An object without a document: unread, or absent.
  private func missing(_ slot: Int, now: Timestamp) -> DesiredObject? {
    guard var object = previousObject(slot) else { return nil }
    if let refusal = hidden(object) {
      object.newest = .refused(refusal.reason, refusal.diagnostics)
      return object
    }
    guard scan.isComplete else { return object }
    guard object.resource != nil else { return nil }
    object.newestGeneration = object.generation
    object.refusedHash = nil
    if case .absent(let since, let scans) = object.newest {
      object.newest = .absent(since: since, scans: scans + 1)
    } else {
      object.newest = .absent(since: now, scans: 1)
    }
    return object
  }
}

extension [DesiredObject] {
  /// Sorts their places and moves each object once: they are large.
  fileprivate func sortedByIdentity() -> [DesiredObject] {
    indices.sorted { self[$0].identity < self[$1].identity }.map { self[$0] }
  }
}

extension DesiredObject {
  /// The generation that this spec already has: that of what is in force, or of what was refused until now.
  fileprivate func generation(of candidate: Resource) -> Int64? {
    if resource?.specHash == candidate.specHash { return generation }
    return refusedHash == candidate.specHash ? newestGeneration : nil
  }
}
