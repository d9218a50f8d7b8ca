package import DroverCore
import Glibc

extension LedgerFolder {
  /// Reads the journals of earlier processes to their end, settles what they left open at its worst case, and returns
  /// what this process starts from. To be called once, before ``run()`` and before anything is written.
  package func recover(
    node: String, boot: BootMark, durability: LedgerDurability
  ) async throws(StoreError) -> (image: LedgerImage, recovery: LedgerRecovery) {
    let before = try await ledger.open(node: node, at: surroundings.now())
    var recovery = LedgerRecovery()
    let root = String(folder.path.dropLast(folder.incarnation.description.utf8.count + 1))
    let mine = folder.incarnation
    let incarnations = try await disk.map { () throws(JournalFailure) in
      try JournalListing.incarnations(below: root).filter { $0 != mine }
    }
    var machine = FoldMachine(open: before.openHolds)
    var living: Set<Incarnation> = [mine]
    var dead: [DeadJournal] = []
    for incarnation in incarnations {
      let found = try await disk.map { () throws(JournalFailure) in
        try DeadJournal.take(root + "/" + incarnation.description, incarnation)
      }
      guard let journal = found else {
        living.insert(incarnation)
        continue
      }
      dead.append(journal)
      try await fold(journal, cursors: before.cursors, node: node, machine: &machine, recovery: &recovery, boot: boot)
    }
    let now = surroundings.now()
    recovery.lost = machine.lose({ !living.contains($0.incarnation) }, at: now)
    let finished = Set(dead.map(\.incarnation)).union(before.cursors.map(\.incarnation)).subtracting(living)
    try await ledger.fold(machine.takeBatch(node: node, cursors: [], finished: finished.sorted()))
    if recovery.powerWasLost, durability == .power {
      recovery.lost += try await loseGrants(of: node, dead: dead.map(\.incarnation), at: now)
    }
    let open = try await ledger.open(node: node, at: now)
    try await ledger.returnGrants(open.grants, from: node)
    try await ledger.synchronize()
    try await disk.map { [dead] () throws(JournalFailure) in
      for journal in dead { journal.remove() }
    }
    return (try await ledger.open(node: node, at: now), recovery)
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

  private func fold(
    _ journal: DeadJournal, cursors: [LedgerCursor], node: String, machine: inout FoldMachine,
    recovery: inout LedgerRecovery, boot: BootMark
  ) async throws(StoreError) {
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
          try await ledger.fold(machine.takeBatch(node: node, cursors: [tail.cursor(journal.incarnation)]))
        }
      }
      recovery.damaged += tail.damaged
      if let scanner = tail.scanner, !scanner.isClosed, scanner.header.boot != boot { recovery.powerWasLost = true }
    }
  }
}

/// The journal of a process that has ended, locked until it is removed.
final class DeadJournal: Sendable {
  let path: String
  let incarnation: Incarnation
  let segments: [UInt16: [UInt32]]
  private let lock: Int32

  /// Nil where its process lives.
  static func take(_ path: String, _ incarnation: Incarnation) throws(JournalFailure) -> DeadJournal? {
    let lock = open(path + "/" + JournalFolder.lockName, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard lock >= 0 else { throw .last("open", path + "/" + JournalFolder.lockName) }
    guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
      close(lock)
      return nil
    }
    return DeadJournal(path, incarnation, try JournalListing.segments(in: path), lock)
  }

  private init(_ path: String, _ incarnation: Incarnation, _ segments: [UInt16: [UInt32]], _ lock: Int32) {
    self.path = path
    self.incarnation = incarnation
    self.segments = segments
    self.lock = lock
  }

  /// Its folder, unless somebody put other files there.
  func remove() {
    for (loop, numbers) in segments {
      for number in numbers { JournalListing.remove(path + "/" + JournalFolder.name(loop: loop, segment: number)) }
    }
    JournalListing.remove(path + "/" + JournalFolder.lockName)
    rmdir(path)
  }

  deinit { close(lock) }
}
