import DroverCore

/// Reads the records of one segment in order, from bytes as they come. A record that is damaged or out of order ends it.
package struct SegmentScanner: Sendable {
  package let header: SegmentHeader
  /// What the numbers of this segment stand for so far.
  private var names: [NameID: JournalName] = [:]
  /// Number of the next record.
  package private(set) var sequence: UInt64
  /// Bytes of the segment that were read, its header among them.
  package private(set) var offset = SegmentHeader.size
  /// Whether something stands at ``offset`` that no writer put there.
  package private(set) var isDamaged = false
  /// Whether the journal was closed in order.
  package private(set) var isClosed = false
  private let seed: UInt32

  /// Nil where `bytes` do not begin with a header.
  package init?(_ bytes: UnsafeRawBufferPointer) {
    guard let (header, checksum) = SegmentHeader.read(bytes) else { return nil }
    self.header = header
    seed = checksum
    sequence = header.firstSequence
  }

  /// The record at the front of `bytes`, which stand at ``offset``. Nil where there is none that is whole, or only ones
  /// from number `end` on.
  package mutating func next(in bytes: UnsafeRawBufferPointer, before end: UInt64 = .max) -> JournalRecord? {
    guard sequence < end, !isDamaged, !isClosed else { return nil }
    switch RecordFrame.read(bytes, sequence: sequence, seed: seed) {
    case .cut: return nil
    case .damage:
      isDamaged = true
      return nil
    case .record(let record, let length):
      offset += length
      sequence += 1
      if case .name(let id, let name) = record { names[id] = name }
      if case .close = record { isClosed = true }
      return record
    }
  }

  package func name(_ id: NameID) -> JournalName? { names[id] }
}
