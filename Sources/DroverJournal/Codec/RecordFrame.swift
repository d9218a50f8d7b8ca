/// How a record lies in a segment: checksum (4 bytes, CRC-32C of all that follows, going on from the header's), length of
/// the payload (2), letter (1), zero (1), sequence (8), payload, zeros up to a multiple of eight. Little-endian.
enum RecordFrame {
  static let size = 16
  static let longest = size + (1 << 16)

  /// Where the payload of a record that begins now will end up.
  static func begin(_ letter: JournalRecord.Letter, sequence: UInt64, in buffer: inout RecordBuffer) -> Int {
    let start = buffer.count
    buffer.put(UInt32(0))
    buffer.put(UInt16(0))
    buffer.put(letter.rawValue)
    buffer.put(UInt8(0))
    buffer.put(sequence)
    return start
  }

  static func end(_ start: Int, seed: UInt32, in buffer: inout RecordBuffer) {
    buffer.store(UInt16(truncatingIfNeeded: buffer.count - start - size), at: start + 4)
    buffer.pad()
    buffer.store(buffer.checksum(from: start + 4, seed: seed), at: start)
  }

  /// What stands at the front of `bytes`.
  enum Found {
    case record(JournalRecord, length: Int)
    /// The bytes end before the record does.
    case cut
    /// Not what this program writes at this place.
    case damage
  }

  static func read(_ bytes: UnsafeRawBufferPointer, sequence: UInt64, seed: UInt32) -> Found {
    guard bytes.count >= size else { return .cut }
    var reader = RecordReader(bytes)
    let checksum = reader.take(UInt32.self)
    let payload = Int(reader.take(UInt16.self))
    let letter = JournalRecord.Letter(rawValue: reader.take(UInt8.self))
    reader.skip(1)
    guard let letter, reader.take(UInt64.self) == sequence else { return .damage }
    let length = (size + payload + 7) & ~7
    guard length <= bytes.count else { return .cut }
    guard JournalChecksum.of(UnsafeRawBufferPointer(rebasing: bytes[4..<length]), seed: seed) == checksum,
      let record = JournalRecord.read(letter, UnsafeRawBufferPointer(rebasing: bytes[size..<size + payload]))
    else { return .damage }
    return .record(record, length: length)
  }
}
