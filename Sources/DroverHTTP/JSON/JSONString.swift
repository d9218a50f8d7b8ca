/// JSON strings between their text and their bytes.
package enum JSONString {
  /// The text of a string literal, quotes included, that ``ObjectScanner`` accepted. Nil where it is no text: its bytes
  /// are not UTF-8, or it escapes half of a surrogate pair.
  package static func decode(_ literal: Span<UInt8>) -> String? {
    guard literal.count >= 2 else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(literal.count)
    var place = 1
    let end = literal.count - 1
    while place < end {
      let byte = literal[place]
      place += 1
      guard byte == UInt8(ascii: "\\") else {
        bytes.append(byte)
        continue
      }
      guard place < end else { return nil }
      let escaped = literal[place]
      place += 1
      guard let scalar = scalar(escaped, literal, &place, end) else { return nil }
      bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }
    return String(validating: bytes, as: UTF8.self)
  }

  /// A literal of this text: valid everywhere, without anything that needs no escape escaped.
  package static func encode(_ text: String) -> [UInt8] {
    var bytes: [UInt8] = [UInt8(ascii: "\"")]
    bytes.reserveCapacity(text.utf8.count + 2)
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
      case 0..<0x20:
        let digits = Array("0123456789abcdef".utf8)
        bytes += Array("\\u00".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
    return bytes
  }

  private static func scalar(
    _ escaped: UInt8, _ literal: Span<UInt8>, _ place: inout Int, _ end: Int
  ) -> Unicode.Scalar? {
    switch escaped {
    case UInt8(ascii: "b"): "\u{8}"
    case UInt8(ascii: "f"): "\u{C}"
    case UInt8(ascii: "n"): "\n"
    case UInt8(ascii: "r"): "\r"
    case UInt8(ascii: "t"): "\t"
    case UInt8(ascii: "u"): unicodeEscape(literal, &place, end)
    default: Unicode.Scalar(escaped)
    }
  }

  /// The scalar of `uXXXX`, or of two of them that are a surrogate pair; `place` is behind the first `u`.
  private static func unicodeEscape(_ literal: Span<UInt8>, _ place: inout Int, _ end: Int) -> Unicode.Scalar? {
    guard let high = unit(literal, &place, end) else { return nil }
    guard UTF16.isLeadSurrogate(high) else { return Unicode.Scalar(high) }
    guard place + 1 < end, literal[place] == UInt8(ascii: "\\"), literal[place + 1] == UInt8(ascii: "u") else {
      return nil
    }
    place += 2
    guard let low = unit(literal, &place, end), UTF16.isTrailSurrogate(low) else { return nil }
    return Unicode.Scalar(0x10000 + (UInt32(high) - 0xD800) << 10 + (UInt32(low) - 0xDC00))
  }

  private static func unit(_ literal: Span<UInt8>, _ place: inout Int, _ end: Int) -> UInt16? {
    guard place + 4 <= end else { return nil }
    var unit: UInt16 = 0
    for _ in 0..<4 {
      guard let digit = HTTPByte.hexValue(literal[place]) else { return nil }
      unit = unit << 4 | UInt16(digit)
      place += 1
    }
    return unit
  }
}
