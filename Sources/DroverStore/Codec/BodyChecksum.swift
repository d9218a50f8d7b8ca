/// Tells damaged bodies from whole ones: SQLite checks no bytes of its own. Not a defence against forgery.
enum BodyChecksum {
  /// Bytes that it takes at the end of a body, little-endian.
  static let length = 8

  /// Multiplies and folds eight bytes at a time, the length mixed in, so that a 10,000-object start stays cheap.
  static func of(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    var sum = UInt64(bytes.count) &* 0x9E37_79B9_7F4A_7C15
    var offset = 0
    while offset + 8 <= bytes.count {
      let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
      sum = mixed(sum ^ word)
      offset += 8
    }
    var tail: UInt64 = 0
    while offset < bytes.count {
      tail = tail << 8 | UInt64(bytes[offset])
      offset += 1
    }
    return mixed(sum ^ tail)
  }

  private static func mixed(_ word: UInt64) -> UInt64 {
    let product = word.multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
    return product.low ^ product.high ^ word.byteSwapped
  }
}
