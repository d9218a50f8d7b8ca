import CDrover

/// Bytes of records that wait to be written: little-endian, in one block that grows and is used again.
struct RecordBuffer: ~Copyable {
  private var storage: UnsafeMutableRawBufferPointer
  private(set) var count = 0

  init(capacity: Int = 16 << 10) {
    storage = .allocate(byteCount: capacity, alignment: 8)
  }

  deinit { storage.deallocate() }

  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: storage[..<count]) }

  mutating func removeAll() { count = 0 }

  mutating func removeLast(to count: Int) { self.count = count }

  @inline(__always)
  mutating func put<Number: FixedWidthInteger>(_ number: Number) {
    let width = MemoryLayout<Number>.size
    reserve(width)
    storage.storeBytes(of: number.littleEndian, toByteOffset: count, as: Number.self)
    count += width
  }

  mutating func put(_ text: String) {
    var text = text
    text.withUTF8 { utf8 in
      reserve(utf8.count)
      UnsafeMutableRawBufferPointer(rebasing: storage[count...]).copyMemory(from: UnsafeRawBufferPointer(utf8))
      count += utf8.count
    }
  }

  /// Fills up with zeros to a multiple of eight.
  mutating func pad() {
    while count % 8 != 0 { put(UInt8(0)) }
  }

  mutating func store<Number: FixedWidthInteger>(_ number: Number, at offset: Int) {
    storage.storeBytes(of: number.littleEndian, toByteOffset: offset, as: Number.self)
  }

  /// CRC-32C from `offset` to the end, going on from `seed`.
  func checksum(from offset: Int, seed: UInt32) -> UInt32 {
    JournalChecksum.of(UnsafeRawBufferPointer(rebasing: storage[offset..<count]), seed: seed)
  }

  private mutating func reserve(_ width: Int) {
    guard count + width > storage.count else { return }
    let larger = UnsafeMutableRawBufferPointer.allocate(
      byteCount: max(storage.count * 2, count + width), alignment: 8)
    larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: storage[..<count]))
    storage.deallocate()
    storage = larger
  }
}

enum JournalChecksum {
  /// CRC-32C, going on from `seed`.
  static func of(_ bytes: UnsafeRawBufferPointer, seed: UInt32) -> UInt32 {
    drover_crc32c(seed, bytes.baseAddress, bytes.count)
  }
}
