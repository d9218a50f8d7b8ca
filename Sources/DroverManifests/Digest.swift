import Crypto

/// SHA-256 as lower-case hexadecimal.
package enum Digest {
  private static let hex = Array("0123456789abcdef".utf8)

  package static func sha256(_ bytes: [UInt8]) -> String {
    var out = [UInt8](repeating: 0, count: 64)
    var index = 0
    for byte in SHA256.hash(data: bytes) {
      out[index] = hex[Int(byte >> 4)]
      out[index + 1] = hex[Int(byte & 15)]
      index += 2
    }
    return String(decoding: out, as: UTF8.self)
  }
}
