package import DroverCore

/// Turns the records of journals into rows: each hold becomes one, with the first settlement that names it.
package struct FoldMachine: Sendable {
  /// All holds that are not settled, those of earlier batches among them.
  package private(set) var open: [AttemptID: Hold] = [:]
  /// Records that were taken since the last batch.
  package private(set) var taken = 0
  private var entries: [LedgerBatch.Entry] = []
  /// Opened since the last batch; settled ones are only in ``open`` no more.
  private var opened: [AttemptID] = []

  package init(open: [Hold] = []) {
    for hold in open { self.open[hold.id] = hold }
  }

  package var isEmpty: Bool { entries.isEmpty && opened.isEmpty }

  package mutating func take(_ record: JournalRecord, from segment: SegmentScanner) {
    taken += 1
    let header = segment.header
    func id(_ request: UInt64, _ attempt: UInt16) -> AttemptID {
      AttemptID(incarnation: header.incarnation, loop: header.loop, request: request, attempt: attempt)
    }
    switch record {
    case .hold(let record):
      let hold = Hold(id: id(record.request, record.attempt), record) { segment.name($0) }
      guard open[hold.id] == nil else { return }
      open[hold.id] = hold
      opened.append(hold.id)
    case .settle(let record):
      let id = id(record.request, record.attempt)
      guard let hold = open.removeValue(forKey: id) else { return }
      entries.append(.row(UsageRow(hold, Settlement(id: id, record))))
    case .reset(let record):
      guard let model = segment.name(record.model) else { return }
      entries.append(.reset(UsageReset(model: model.name, at: record.at)))
    case .name, .grant, .close: return
    }
  }

  /// Settles every open hold of a process that has ended at its worst case. Returns the rows.
  @discardableResult
  package mutating func lose(_ isGone: (AttemptID) -> Bool, at now: Timestamp) -> [UsageRow] {
    let rows = open.values.filter { isGone($0.id) }.sorted { $0.id < $1.id }.map { UsageRow($0, $0.lost(at: now)) }
    for row in rows {
      open[row.id] = nil
      entries.append(.row(row))
    }
    return rows
  }

  /// Adds a row that no journal tells of.
  package mutating func add(_ row: UsageRow) { entries.append(.row(row)) }

  /// What was taken since the last batch.
  package mutating func takeBatch(
    node: String, cursors: [LedgerCursor], finished: [Incarnation] = []
  ) -> LedgerBatch {
    defer {
      entries = []
      opened = []
      taken = 0
    }
    return LedgerBatch(
      node: node, entries: entries, opened: opened.compactMap { open[$0] }, cursors: cursors, finished: finished)
  }
}
