/// How far the journal of one event loop was folded.
package struct LedgerCursor: Hashable, Sendable {
  package var incarnation: Incarnation
  package var loop: UInt16
  /// Number of the segment.
  package var segment: UInt32
  /// Bytes of that segment that are in the ledger.
  package var offset: UInt32

  package init(incarnation: Incarnation, loop: UInt16, segment: UInt32, offset: UInt32) {
    self.incarnation = incarnation
    self.loop = loop
    self.segment = segment
    self.offset = offset
  }
}

/// Sets the statistics of a model to zero; rows and budgets stay.
package struct UsageReset: Hashable, Sendable {
  package var model: String
  package var at: Timestamp

  package init(model: String, at: Timestamp) {
    self.model = model
    self.at = at
  }
}

/// What one pass over journals brings: in the ledger whole or not at all, with the cursors that say so.
package struct LedgerBatch: Hashable, Sendable {
  /// Statistics change in this order.
  package enum Entry: Hashable, Sendable {
    case row(UsageRow)
    case reset(UsageReset)
  }

  /// Who folds: what a row costs is taken from what this node was granted.
  package var node: String
  package var entries: [Entry]
  /// Holds of which the batch holds no settlement.
  package var opened: [Hold]
  package var cursors: [LedgerCursor]
  /// Incarnations that wrote their last record; their cursors are dropped.
  package var finished: [Incarnation]

  package init(
    node: String, entries: [Entry] = [], opened: [Hold] = [], cursors: [LedgerCursor] = [],
    finished: [Incarnation] = []
  ) {
    self.node = node
    self.entries = entries
    self.opened = opened
    self.cursors = cursors
    self.finished = finished
  }

  package var isEmpty: Bool { entries.isEmpty && opened.isEmpty && cursors.isEmpty && finished.isEmpty }
}
