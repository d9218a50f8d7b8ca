import DroverCore
import Glibc

/// What a folder knows between two passes: how far each journal was read, and what waits to be taken in.
struct FoldState {
  let node: String
  private(set) var machine: FoldMachine
  private var tails: [UInt16: JournalTail] = [:]
  /// Read and not in the ledger yet: it is offered again until it is.
  private var pending: LedgerBatch?
  /// Files of which not everything could be read that was written; to be told of.
  private var damaged: [String] = []
  /// How far each journal is known to be on the disk.
  private var synchronized: [UInt16: JournalProgress.Position] = [:]

  /// Most records of one batch. A pass takes what there is, which is far less unless something held it up; the larger a
  /// batch, the fewer times its sums are written.
  private static let batchSize = 8192

  init(node: String, open: [Hold] = []) {
    self.node = node
    machine = FoldMachine(open: open)
  }

  /// The next batch, up to how far the loops have written; nil where there is nothing new.
  mutating func nextBatch(_ folder: JournalFolder) throws(JournalFailure) -> LedgerBatch? {
    if let pending { return pending }
    var cursors: [LedgerCursor] = []
    for progress in folder.progress {
      let end = progress.position
      var tail = tails[progress.loop] ?? JournalTail(folder: folder.path, loop: progress.loop)
      guard tail.position < end, machine.taken < Self.batchSize else { continue }
      let segments = try JournalListing.segments(in: folder.path)[progress.loop] ?? []
      _ = try tail.read(to: end, segments: segments) { record, segment in
        machine.take(record, from: segment)
        return machine.taken < Self.batchSize
      }
      if machine.taken < Self.batchSize, tail.position < end {
        // Somebody removed or damaged a segment under us: what was in it is gone, and what follows is not to wait for it.
        damaged.append(folder.path + "/" + JournalFolder.name(loop: progress.loop, segment: end.segment))
        tail.skip(to: end)
      }
      damaged += tail.takeDamaged()
      tails[progress.loop] = tail
      cursors.append(tail.cursor(folder.incarnation))
    }
    guard !cursors.isEmpty else { return nil }
    pending = machine.takeBatch(node: node, cursors: cursors)
    return pending
  }

  /// Returns the files of which not everything could be read, each once.
  mutating func batchIsFolded() -> [String] {
    pending = nil
    defer { damaged = [] }
    return damaged
  }

  /// Segments that are in the ledger whole, and are written no more.
  func finishedSegments(_ folder: JournalFolder) throws(JournalFailure) -> [String] {
    guard pending == nil, tails.values.contains(where: { $0.position.segment > 1 }) else { return [] }
    var paths: [String] = []
    for (loop, segments) in try JournalListing.segments(in: folder.path) {
      guard let current = tails[loop]?.position.segment else { continue }
      paths += segments.filter { $0 < current }
        .map { folder.path + "/" + JournalFolder.name(loop: loop, segment: $0) }
    }
    return paths.sorted()
  }

  /// Whether the loops have written nothing that is not taken in, and on the disk where that is asked for.
  func isUpToDate(_ folder: JournalFolder, onDisk: Bool) -> Bool {
    pending == nil
      && folder.progress.allSatisfy { progress in
        let end = progress.position
        guard end.segment > 0 else { return true }
        return tails[progress.loop]?.position == end && (!onDisk || synchronized[progress.loop] == end)
      }
  }

  /// Forces what the loops have written to the disk.
  mutating func synchronize(_ folder: JournalFolder) throws(JournalFailure) {
    for progress in folder.progress {
      let end = progress.position
      let known = synchronized[progress.loop] ?? JournalProgress.Position(segment: 0, offset: 0)
      guard known < end else { continue }
      let segments = try JournalListing.segments(in: folder.path)[progress.loop] ?? []
      for segment in segments where segment >= known.segment && segment <= end.segment {
        try ReadableSegment(folder.path + "/" + JournalFolder.name(loop: progress.loop, segment: segment)).synchronize()
      }
      if known.segment < end.segment { try JournalListing.synchronize(folder.path) }
      synchronized[progress.loop] = end
    }
  }
}

extension JournalTail {
  func cursor(_ incarnation: Incarnation) -> LedgerCursor {
    LedgerCursor(incarnation: incarnation, loop: loop, segment: position.segment, offset: position.offset)
  }
}
