import Crypto

/// The SHA-256 of a file, as four words: compared at once, and without memory of its own.
struct FileDigest: Hashable, Sendable {
  private let words: SIMD4<UInt64>

  init(of bytes: [UInt8]) {
    words = SHA256.hash(data: bytes).withUnsafeBytes { digest in
      SIMD4(
        UInt64(bigEndian: digest.loadUnaligned(fromByteOffset: 0, as: UInt64.self)),
        UInt64(bigEndian: digest.loadUnaligned(fromByteOffset: 8, as: UInt64.self)),
        UInt64(bigEndian: digest.loadUnaligned(fromByteOffset: 16, as: UInt64.self)),
        UInt64(bigEndian: digest.loadUnaligned(fromByteOffset: 24, as: UInt64.self)))
    }
  }

  /// 64 digits, in lower case.
  var hexadecimal: String {
    let digits = Array("0123456789abcdef".utf8)
    return String(unsafeUninitializedCapacity: 64) { text in
      for place in 0..<64 {
        let shift = UInt64(60 - place % 16 * 4)
        text[place] = digits[Int(words[place / 16] >> shift & 15)]
      }
      return 64
    }
  }
}
