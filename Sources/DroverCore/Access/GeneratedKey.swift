/// The form of the keys that `drover keygen` makes: a prefix by which people and scanners know one, and 256 random bits.
///
/// Only such a key may be known by a digest that stands in a manifest: whoever reads the repository may try to find the
/// key of a digest, which is hopeless for 256 random bits and easy for what a person made up.
package enum GeneratedKey {
  package static let prefix = "drover_"
  private static let digitCount = 64

  /// The key of four random words.
  package static func text(random: () -> UInt64) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var bytes = Array(prefix.utf8)
    for _ in 0..<4 {
      let word = random()
      for shift in stride(from: 60, through: 0, by: -4) { bytes.append(digits[Int(word >> UInt64(shift) & 15)]) }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Whether these bytes have the form.
  package static func isOne(_ bytes: some Collection<UInt8>) -> Bool {
    guard bytes.count == prefix.utf8.count + digitCount, bytes.starts(with: prefix.utf8) else { return false }
    return bytes.dropFirst(prefix.utf8.count).allSatisfy {
      (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
    }
  }
}
