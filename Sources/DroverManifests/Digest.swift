import Crypto

/// SHA-256 as lower-case hexadecimal.
package enum Digest {
  package static func sha256(_ bytes: [UInt8]) -> String {
    var hash = SHA256()
    bytes.withUnsafeBytes { hash.update(bufferPointer: $0) }
    let digest = hash.finalize()
    return String(unsafeUninitializedCapacity: 64) { out in
      var index = 0
      for byte in digest {
        out[index] = digit(byte >> 4)
        out[index + 1] = digit(byte & 15)
        index += 2
      }
      return index
    }
  }

  private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x57 + value }
}
