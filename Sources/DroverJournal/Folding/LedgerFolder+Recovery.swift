package import DroverCore

extension LedgerFolder {
  /// Reads the journals of earlier processes to their end, settles what they left open at its worst case, and returns
  /// what this process starts from. To be called once, before ``run()`` and before anything is written.
  package func recover(
    node: String, boot: BootMark, durability: LedgerDurability
  ) async throws(StoreError) -> (image: LedgerImage, recovery: LedgerRecovery) {
    let found = try await readJournals(node: node, boot: boot, mayKeep: false)
    return try await complete(found, node: node, durability: durability)
  }

  /// As ``recover(node:boot:durability:)``, but sooner: the image has everything in it, and the ledger takes it in while
  /// ``run()`` runs. Whoever asks the ledger itself has to pass ``barrier()`` first, as at any time.
  package func begin(
    node: String, boot: BootMark, durability: LedgerDurability
  ) async throws(StoreError) -> (image: LedgerImage, recovery: LedgerRecovery) {
    // What was granted hangs on what the ledger knows.
    let found = try await readJournals(node: node, boot: boot, mayKeep: durability != .power)
    guard found.isKept, found.before.grants.isEmpty else {
      return try await complete(found, node: node, durability: durability)
    }
    keep(Backlog(batches: found.batches, dead: found.dead))
    return (found.before.adding(found.batches, at: surroundings.now()), found.recovery)
  }

  /// What lies in the journals of earlier processes.
  private struct Found {
    /// The ledger without ``batches``.
    var before: LedgerImage
    /// Not folded yet, in their order.
    var batches: [LedgerBatch] = []
    var dead: [DeadJournal] = []
    var recovery = LedgerRecovery()
    /// Whether nothing but ``batches`` has to be taken in.
    var isKept = true
  }

  /// So many records are held in memory at most; a backlog that is longer is folded as it is read.
  private static var mostKept: Int { 500_000 }

  private func readJournals(
    node: String, boot: BootMark, mayKeep: Bool
  ) async throws(StoreError) -> Found {
    var found = Found(before: try await ledger.open(node: node, at: surroundings.now()), isKept: mayKeep)
    let root = String(folder.path.dropLast(folder.incarnation.description.utf8.count + 1))
    let mine = folder.incarnation
    let incarnations = try await disk.map { () throws(JournalFailure) in
      try JournalListing.incarnations(below: root).filter { $0 != mine }
    }
    var machine = FoldMachine(open: found.before.openHolds)
    var living: Set<Incarnation> = [mine]
    for incarnation in incarnations {
      let taken = try await disk.map { () throws(JournalFailure) in
        try DeadJournal.take(root + "/" + incarnation.description, incarnation)
      }
      guard let journal = taken else {
        living.insert(incarnation)
        continue
      }
      found.dead.append(journal)
      // One that the ledger has no cursor of is new to it, or was folded to its end and not removed: it tells which.
      if !found.before.cursors.contains(where: { $0.incarnation == incarnation }), !journal.segments.isEmpty {
        found.isKept = false
      }
      try await read(journal, node: node, machine: &machine, boot: boot, into: &found)
    }
    found.recovery.lost = machine.lose({ !living.contains($0.incarnation) }, at: surroundings.now())
    let finished = Set(found.dead.map(\.incarnation)).union(found.before.cursors.map(\.incarnation))
      .subtracting(living)
    try await take(machine.takeBatch(node: node, cursors: [], finished: finished.sorted()), into: &found)
    return found
  }

  /// Keeps a batch, or folds it and all before it.
  private func take(_ batch: LedgerBatch, into found: inout Found) async throws(StoreError) {
    found.batches.append(batch)
    let kept = found.batches.reduce(0) { $0 + $1.entries.count }
    if kept > Self.mostKept { found.isKept = false }
    guard !found.isKept else { return }
    for batch in found.batches { try await ledger.fold(batch) }
    found.batches = []
  }

  /// Brings the ledger to the state that the journals tell of.
  private func complete(
    _ found: Found, node: String, durability: LedgerDurability
  ) async throws(StoreError) -> (image: LedgerImage, recovery: LedgerRecovery) {
    var recovery = found.recovery
    for batch in found.batches { try await ledger.fold(batch) }
    let now = surroundings.now()
    if recovery.powerWasLost, durability == .power {
      recovery.lost += try await loseGrants(of: node, dead: found.dead.map(\.incarnation), at: now)
    }
    let open = try await ledger.open(node: node, at: now)
    try await ledger.returnGrants(open.grants, from: node)
    try await ledger.synchronize()
    try await remove(found.dead)
    return (try await ledger.open(node: node, at: now), recovery)
  }

  func remove(_ dead: [DeadJournal]) async throws(StoreError) {
    try await disk.map { () throws(JournalFailure) in
      for journal in dead { journal.remove() }
    }
  }

  /// What was granted and is not accounted for may have been spent in records that went with the power.
  private func loseGrants(
    of node: String, dead: [Incarnation], at now: Timestamp
  ) async throws(StoreError) -> [UsageRow] {
    guard let incarnation = dead.max() else { return [] }
    var rows: [UsageRow] = []
    for (index, grant) in try await ledger.open(node: node, at: now).grants.enumerated() {
      let hold = Hold(
        id: AttemptID(incarnation: incarnation, loop: .max, request: UInt64(index)), takenAt: now,
        purpose: .correction, model: "unknown:power-loss", worstCost: grant.amount, budgets: [grant.window])
      rows.append(UsageRow(hold, hold.lost(at: now)))
    }
    try await ledger.fold(LedgerBatch(node: node, entries: rows.map { .row($0) }))
    return rows
  }

  private func read(
    _ journal: DeadJournal, node: String, machine: inout FoldMachine, boot: BootMark, into found: inout Found
  ) async throws(StoreError) {
    let cursors = found.before.cursors
    for (loop, segments) in journal.segments.sorted(by: { $0.key < $1.key }) {
      let cursor = cursors.first { $0.incarnation == journal.incarnation && $0.loop == loop }
      var tail = JournalTail(
        folder: journal.path, loop: loop,
        from: cursor.map { JournalProgress.Position(segment: $0.segment, offset: $0.offset) })
      var goesOn = true
      while goesOn {
        let step = try await disk.map { [tail, machine] () throws(JournalFailure) in
          var (tail, machine) = (tail, machine)
          let goesOn = try tail.read(to: nil, segments: segments) { record, segment in
            machine.take(record, from: segment)
            return machine.taken < 30_000
          }
          return (tail: tail, machine: machine, goesOn: goesOn)
        }
        (tail, machine, goesOn) = step
        if tail.position.segment > 0 {
          try await take(
            machine.takeBatch(node: node, cursors: [tail.cursor(journal.incarnation)]), into: &found)
        }
      }
      found.recovery.damaged += tail.damaged
      if let scanner = tail.scanner, !scanner.isClosed, scanner.header.boot != boot {
        found.recovery.powerWasLost = true
      }
    }
  }
}
