import DroverCore

/// One fold in progress. Refusals only ever grow, so settling ends.
struct FoldRound {
  let previous: DesiredFleet
  let scan: ManifestScan
  let files: [ManifestFile]
  let policy: HostPolicy?
  /// Files with a document whose identity could not be read.
  let blind: [Int]
  /// The previous objects in their order, then the new ones in the order of the scan.
  var entries: [FoldEntry] = []
  var slots: [Identity: Int] = [:]
  /// Slots of the Fleets, the Providers, the Models and the rest.
  var fleets: [Int] = []
  var providers: [Int] = []
  var models: [Int] = []
  var others: [Int] = []
  /// Provider name to what its models inherit, by what is in force now.
  var contexts: [String: ModelContext] = [:]
  /// Providers whose part in their models differs from the previous fleet's.
  var changedProviders: Set<String> = []
  var isFleetChanged = false
  var defaultProvider: String?
  /// How many dangling names were looked up among all others.
  var suggestions = 0
  /// The effective spec of the Fleet in force.
  var fleetSpec: FieldValue?

  init(previous: DesiredFleet, scan: ManifestScan, policy: HostPolicy?) {
    self.previous = previous
    self.scan = scan
    self.policy = policy
    let files = scan.files
    self.files = files
    blind = files.indices.filter { files[$0].isBlind }
    gather()
  }

  /// The order in which the first of two equals wins: by root, as the user named them, then by path. The scan itself
  /// may be in any order.
  func precedes(_ left: FoldEntry.Place, _ right: FoldEntry.Place) -> Bool {
    if left.file == right.file { return left.document < right.document }
    let (first, second) = (Int(left.file), Int(right.file))
    if files[first].root != files[second].root {
      let ranks = (rank(files[first].root), rank(files[second].root))
      return ranks.0 == ranks.1 ? files[first].root < files[second].root : ranks.0 < ranks.1
    }
    return files[first].path < files[second].path
  }

  private func rank(_ root: String) -> Int { scan.roots.firstIndex { $0.path == root } ?? .max }

  /// The slots in the order in which the first of two equals wins.
  func inFileOrder(_ slots: [Int]) -> [Int] {
    slots.sorted { left, right in
      guard let first = entries[left].place, let second = entries[right].place else { return left < right }
      return precedes(first, second)
    }
  }

  private mutating func gather() {
    entries.reserveCapacity(previous.objects.count + 16)
    slots.reserveCapacity(max(previous.objects.count, files.count) + 16)
    for index in previous.objects.indices {
      let identity = previous.objects[index].identity
      slots[identity] = index
      entries.append(
        FoldEntry(identity: identity, previous: index, hadResource: previous.objects[index].resource != nil))
    }
    for file in files.indices {
      for document in files[file].documents.indices {
        guard let identity = files[file].documents[document].identity else { continue }
        let place = FoldEntry.Place(file: Int32(file), document: Int32(document))
        guard let slot = slots[identity] else {
          slots[identity] = entries.count
          entries.append(FoldEntry(identity: identity, previous: -1, place: place))
          continue
        }
        if entries[slot].place == nil { entries[slot].place = place } else { entries[slot].twins.append(place) }
      }
    }
    for slot in entries.indices {
      switch entries[slot].identity.kind {
      case .fleet: fleets.append(slot)
      case .provider: providers.append(slot)
      case .model: models.append(slot)
      default: others.append(slot)
      }
    }
  }

  func document(_ place: FoldEntry.Place) -> ManifestDocument { files[Int(place.file)].documents[Int(place.document)] }

  func draft(_ slot: Int) -> ResourceDraft? {
    guard let place = entries[slot].place else { return nil }
    return files[Int(place.file)].documents[Int(place.document)].draft
  }

  func previousObject(_ slot: Int) -> DesiredObject? {
    entries[slot].previous < 0 ? nil : previous.objects[entries[slot].previous]
  }

  /// What would be in force for an object as things stand: its candidate, or its last good resource.
  func inForce(_ slot: Int) -> Resource? {
    if entries[slot].isRenamed { return nil }
    if isTaken(slot) { return candidate(slot) }
    return entries[slot].previous < 0 ? nil : previous.objects[entries[slot].previous].resource
  }

  /// Whether ``inForce(_:)`` gives anything; cheaper.
  func isInForce(_ slot: Int) -> Bool {
    if entries[slot].isRenamed { return false }
    if isTaken(slot) { return entries[slot].isReused || entries[slot].derived != nil }
    return entries[slot].hadResource
  }

  /// Whether the object's document is, so far, taken.
  func isTaken(_ slot: Int) -> Bool { entries[slot].refusal == nil && entries[slot].place != nil }

  /// What the document of an object gives, whether it is taken or not.
  func candidate(_ slot: Int) -> Resource? {
    entries[slot].isReused ? previous.objects[entries[slot].previous].resource : entries[slot].derived
  }

  mutating func refuse(_ slot: Int, _ reason: Reason, _ diagnostics: [Diagnostic]) {
    // A new name that is not taken takes nothing over.
    if let former = entries[slot].renamedFrom, let old = slots[former] {
      entries[old].isRenamed = false
      entries[slot].renamedFrom = nil
    }
    if entries[slot].refusal == nil {
      entries[slot].refusal = Refusal(reason: reason, diagnostics: diagnostics)
    } else {
      entries[slot].refusal?.diagnostics += diagnostics
    }
  }

  private mutating func deriveAgain() {
    deriveFleetAndProviders()
    deriveModels()
  }

  /// Finds out which documents are taken.
  mutating func settle() {
    begin()
    deriveModels()
    end()
  }

  /// ``settle()``, with the Models derived on all cores.
  mutating func settleOnAllCores() async {
    begin()
    let stale = staleModels()
    take(await stale.concurrentMap { $0.derived }, for: stale)
    end()
  }

  private mutating func begin() {
    refuseBrokenDocuments()
    chooseFleet()
    deriveFleetAndProviders()
  }

  private mutating func end() {
    deriveOthers()
    findRenames()
    checkStrayReferences()
    while true {
      if holdBack() { deriveAgain() }
      let refused = checkSet()
      if refused.isEmpty { break }
      for each in refused { refuse(each.slot, each.reason, each.diagnostics) }
      if refused.contains(where: { entries[$0.slot].identity.kind.order <= Kind.provider.order }) { deriveAgain() }
    }
  }
}

extension FoldRound {
  /// Documents with errors of their own, and identities that several documents claim.
  private mutating func refuseBrokenDocuments() {
    for slot in entries.indices {
      guard let place = entries[slot].place else { continue }
      if !entries[slot].twins.isEmpty {
        refuseTwins(slot)
      } else if draft(slot) == nil {
        refuse(slot, .invalidManifest, document(place).diagnostics.filter { $0.severity == .error })
      }
    }
  }

  /// All documents of one identity are at fault; the one that was in force before goes on speaking for the object.
  private mutating func refuseTwins(_ slot: Int) {
    guard let first = entries[slot].place else { return }
    let places = ([first] + entries[slot].twins).sorted(by: precedes)
    entries[slot].place = places.first
    entries[slot].twins = Array(places.dropFirst())
    if let source = previousObject(slot)?.source,
      let incumbent = places.first(where: {
        let other = document($0).source
        return other.root == source.root && other.path == source.path
      })
    {
      entries[slot].place = incumbent
      entries[slot].twins = places.filter { $0 != incumbent }
    }
    let diagnostics = places.map { place in
      let document = document(place)
      let other = places.first { $0 != place }.map { self.document($0) }
      let elsewhere = other.map { "\($0.file):\($0.source.line):\($0.column)" } ?? ""
      return Diagnostic(
        .error, .duplicateIdentity, file: document.file, line: document.source.line, column: document.column,
        "\(entries[slot].identity) is declared at \(elsewhere) too; remove or rename one", identity: document.identity)
    }
    refuse(slot, .duplicateIdentity, diagnostics)
  }

  /// Of several Fleets the one in force stays, else the first in the order of the files is taken.
  private mutating func chooseFleet() {
    let fleets = inFileOrder(fleets.filter { isTaken($0) })
    guard fleets.count > 1 else { return }
    let winner = fleets.first { entries[$0].hadResource } ?? fleets[0]
    guard let kept = entries[winner].place.map({ document($0) }) else { return }
    for slot in fleets where slot != winner {
      guard let place = entries[slot].place else { continue }
      let document = document(place)
      refuse(
        slot, .duplicateIdentity,
        [
          Diagnostic(
            .error, .duplicateName, file: document.file, line: document.source.line, column: document.column,
            "there is a Fleet already, '\(entries[winner].identity.name)' (\(kept.file):\(kept.source.line):"
              + "\(kept.column)); remove one", identity: document.identity)
        ])
    }
  }
}
