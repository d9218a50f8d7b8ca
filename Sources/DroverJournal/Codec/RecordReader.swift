/// Takes little-endian numbers from the front of some bytes. What is taken beyond their end is zero, and remembered.
struct RecordReader {
  private let bytes: UnsafeRawBufferPointer
  private var offset = 0
  /// Whether more was taken than there is.
  private(set) var isOverrun = false

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// Whether everything was taken, and no more.
  var isAtEnd: Bool { !isOverrun && offset == bytes.count }

  mutating func take<Number: FixedWidthInteger>(_: Number.Type) -> Number {
    let width = MemoryLayout<Number>.size
    guard offset + width <= bytes.count else {
      isOverrun = true
      return 0
    }
    defer { offset += width }
    return Number(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Number.self))
  }

  mutating func text(_ length: Int) -> String? {
    guard offset + length <= bytes.count else {
      isOverrun = true
      return nil
    }
    defer { offset += length }
    return String(validating: bytes[offset..<offset + length], as: UTF8.self)
  }

  mutating func skip(_ width: Int) {
    isOverrun = isOverrun || offset + width > bytes.count
    offset = min(offset + width, bytes.count)
  }
}
