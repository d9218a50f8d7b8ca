/// The SHA-256 digest of a key, which is all that is kept of it.
///
/// Two digests are compared in the same time wherever they differ. What a dictionary does beside that depends on digests
/// alone, of which nobody can choose one, so that looking one up tells nothing of any key.
package struct KeyDigest: Hashable, Sendable {
  private let words: SIMD4<UInt64>

  /// `bytes` are the 32 of a SHA-256 digest; nil for any other number of them.
  package init?(_ bytes: some Collection<UInt8>) {
    guard bytes.count == 32 else { return nil }
    var words = SIMD4<UInt64>()
    for (index, byte) in bytes.enumerated() { words[index / 8] = words[index / 8] << 8 | UInt64(byte) }
    self.words = words
  }

  /// 64 hexadecimal digits, in either case.
  package init?(hexadecimal text: String) {
    let digits = text.utf8.map(Self.value)
    guard digits.count == 64, !digits.contains(nil) else { return nil }
    self.init(stride(from: 0, to: 64, by: 2).map { (digits[$0] ?? 0) << 4 | (digits[$0 + 1] ?? 0) })
  }

  /// Its first 12 hexadecimal digits, by which people tell keys apart.
  package var beginning: String {
    let digits = String(words[0], radix: 16)
    return String((String(repeating: "0", count: 16 - digits.count) + digits).prefix(12))
  }

  package static func == (left: KeyDigest, right: KeyDigest) -> Bool {
    let difference = left.words ^ right.words
    return difference[0] | difference[1] | difference[2] | difference[3] == 0
  }

  package func hash(into hasher: inout Hasher) { for index in 0..<4 { hasher.combine(words[index]) } }

  private static func value(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
