package import DroverCore

/// Which boot of which machine wrote a segment.
package struct BootMark: Hashable, Sendable {
  package var hash: UInt64

  package init(hash: UInt64) { self.hash = hash }

  /// Of the kernel's boot id: FNV-1a, 64 bits.
  package init(bootID: String) {
    hash = bootID.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
  }
}

/// The first 64 bytes of a segment.
package struct SegmentHeader: Hashable, Sendable {
  package static let size = 64
  /// `DRJ1`
  static let magic: UInt32 = 0x314A_5244
  static let format: UInt16 = 1

  package var incarnation: Incarnation
  package var loop: UInt16
  /// Rises from segment to segment of a loop; some may be missing.
  package var segment: UInt32
  package var boot: BootMark
  package var createdAt: Timestamp
  /// Number of the segment's first record. Records with this number or a later one that stand in an earlier segment were
  /// never acknowledged: they were left there by a write that failed.
  package var firstSequence: UInt64

  package init(
    incarnation: Incarnation, loop: UInt16, segment: UInt32, boot: BootMark, createdAt: Timestamp,
    firstSequence: UInt64
  ) {
    self.incarnation = incarnation
    self.loop = loop
    self.segment = segment
    self.boot = boot
    self.createdAt = createdAt
    self.firstSequence = firstSequence
  }

  /// Appends the header, and returns its checksum, from which those of the records go on: so none of them passes for a
  /// record of another segment.
  func write(to buffer: inout RecordBuffer) -> UInt32 {
    let start = buffer.count
    buffer.put(Self.magic)
    buffer.put(Self.format)
    buffer.put(loop)
    buffer.put(incarnation.high)
    buffer.put(incarnation.low)
    buffer.put(segment)
    buffer.put(UInt32(0))
    buffer.put(boot.hash)
    buffer.put(createdAt.milliseconds)
    buffer.put(firstSequence)
    buffer.put(UInt32(0))
    let checksum = buffer.checksum(from: start, seed: 0)
    buffer.put(checksum)
    return checksum
  }

  /// Reads what ``write(to:)`` wrote; nil for anything else.
  static func read(_ bytes: UnsafeRawBufferPointer) -> (header: SegmentHeader, checksum: UInt32)? {
    guard bytes.count >= size else { return nil }
    var reader = RecordReader(UnsafeRawBufferPointer(rebasing: bytes[..<size]))
    guard reader.take(UInt32.self) == magic, reader.take(UInt16.self) == format else { return nil }
    let loop = reader.take(UInt16.self)
    let incarnation = Incarnation(high: reader.take(UInt64.self), low: reader.take(UInt64.self))
    let segment = reader.take(UInt32.self)
    reader.skip(4)
    let boot = BootMark(hash: reader.take(UInt64.self))
    let createdAt = Timestamp(milliseconds: reader.take(Int64.self))
    let firstSequence = reader.take(UInt64.self)
    reader.skip(4)
    let checksum = reader.take(UInt32.self)
    guard checksum == JournalChecksum.of(UnsafeRawBufferPointer(rebasing: bytes[..<(size - 4)]), seed: 0) else {
      return nil
    }
    let header = SegmentHeader(
      incarnation: incarnation, loop: loop, segment: segment, boot: boot, createdAt: createdAt,
      firstSequence: firstSequence)
    return (header, checksum)
  }
}

/// Segments as bytes.
package enum SegmentBytes {
  /// A whole segment of these records.
  package static func make(_ header: SegmentHeader, _ records: [JournalRecord]) -> [UInt8] {
    var buffer = RecordBuffer()
    let seed = header.write(to: &buffer)
    for (index, record) in records.enumerated() {
      buffer.write(record, sequence: header.firstSequence + UInt64(index), seed: seed)
    }
    return Array(buffer.bytes)
  }
}
