import DroverCore
import DroverJournal

/// Segments as bytes, without files.
enum JournalText {
  static let incarnation = Incarnation(high: 0x1112_1314_1516_1718, low: 0x2122_2324_2526_2728)

  /// A segment that holds exactly these records.
  static func segment(_ records: [JournalRecord], segment: UInt32 = 1) -> [UInt8] {
    SegmentBytes.make(
      SegmentHeader(
        incarnation: incarnation, loop: 3, segment: segment, boot: BootMark(bootID: "boot"),
        createdAt: Timestamp(milliseconds: 1), firstSequence: 10), records)
  }

  static func read(_ bytes: [UInt8]) -> (records: [JournalRecord], isDamaged: Bool) {
    bytes.withUnsafeBytes { bytes in
      guard var scanner = SegmentScanner(bytes) else { return ([], false) }
      var records: [JournalRecord] = []
      while let record = scanner.next(in: UnsafeRawBufferPointer(rebasing: bytes[scanner.offset...])) {
        records.append(record)
      }
      return (records, scanner.isDamaged)
    }
  }
}
