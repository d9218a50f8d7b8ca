/// What JSON may say and YAML may not.
package enum JSONText {
  /// JSON writes a character beyond U+FFFF as two escapes, `\ud83d\ude00`, each of half a character; YAML has one escape
  /// for it, `\U0001F600`. The result has that one, and is as long: spaces behind the string make up for it, so that
  /// everything else stays in its place.
  package static func joiningSurrogates(_ bytes: [UInt8]) -> [UInt8] {
    guard mayHoldSurrogates(bytes) else { return bytes }
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count)
    var isInString = false
    var owed = 0
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      if isInString, byte == UInt8(ascii: "\\") {
        if let scalar = pair(in: bytes, at: index) {
          out += "\\U000".utf8
          out += String(scalar, radix: 16, uppercase: true).leftPadded(to: 5).utf8
          owed += 2
          index += 12
        } else {
          out += bytes[index..<min(index + 2, bytes.count)]
          index += 2
        }
        continue
      }
      out.append(byte)
      index += 1
      guard byte == UInt8(ascii: "\"") else { continue }
      isInString.toggle()
      if !isInString {
        for _ in 0..<owed { out.append(UInt8(ascii: " ")) }
        owed = 0
      }
    }
    return out
  }

  private static func mayHoldSurrogates(_ bytes: [UInt8]) -> Bool {
    bytes.indices.dropLast(11).contains { half(of: bytes, at: $0, from: 0xD800) != nil }
  }

  /// The character of two escapes in a row.
  private static func pair(in bytes: [UInt8], at index: Int) -> UInt32? {
    guard let high = half(of: bytes, at: index, from: 0xD800), let low = half(of: bytes, at: index + 6, from: 0xDC00)
    else { return nil }
    return 0x10000 + (high << 10) + low
  }

  /// The lower ten bits of an escape in the 1024 numbers from `base` on.
  private static func half(of bytes: [UInt8], at index: Int, from base: UInt32) -> UInt32? {
    guard index + 6 <= bytes.count, bytes[index] == UInt8(ascii: "\\"), bytes[index + 1] == UInt8(ascii: "u") else {
      return nil
    }
    var value: UInt32 = 0
    for digit in bytes[(index + 2)..<(index + 6)] {
      guard let number = Character(UnicodeScalar(digit)).hexDigitValue else { return nil }
      value = value << 4 | UInt32(number)
    }
    return value & ~0x3FF == base ? value & 0x3FF : nil
  }
}

extension String {
  fileprivate func leftPadded(to count: Int) -> String {
    String(repeating: "0", count: max(0, count - utf8.count)) + self
  }
}
