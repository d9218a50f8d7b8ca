/// Where a number stands (RFC 8259 section 6).
enum NumberPart: Sendable {
  case minus, zero, integer, point, fraction, exponent, exponentSign, exponentDigits
}

/// The words that are values.
enum JSONWord: Sendable {
  case true_, false_, null

  var text: StaticString {
    switch self {
    case .true_: "true"
    case .false_: "false"
    case .null: "null"
    }
  }
}

extension ObjectScanner {
  mutating func begin(_ byte: UInt8, _ offset: Int) throws(JSONScanError) {
    switch byte {
    case UInt8(ascii: "\""):
      note(.string, offset)
      state = .string(isKey: false)
    case UInt8(ascii: "{"):
      note(.object, offset)
      try open(isArray: false, offset)
    case UInt8(ascii: "["):
      note(.array, offset)
      try open(isArray: true, offset)
    case UInt8(ascii: "t"): beginWord(.true_, .true_, offset)
    case UInt8(ascii: "f"): beginWord(.false_, .false_, offset)
    case UInt8(ascii: "n"): beginWord(.null, .null, offset)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      note(.number, offset)
      state = .number(byte == UInt8(ascii: "-") ? .minus : byte == UInt8(ascii: "0") ? .zero : .integer)
    default: throw .syntax(offset: offset)
    }
  }

  private mutating func beginWord(_ word: JSONWord, _ kind: ScannedObject.Kind, _ offset: Int) {
    note(kind, offset)
    state = .word(word, 1)
  }

  /// A value of this kind begins.
  private mutating func note(_ kind: ScannedObject.Kind, _ offset: Int) {
    guard found != nil else { return }
    if depth == 1 {
      found?.value = ScannedObject.Value(kind: kind, range: offset..<offset, elements: 0)
    } else if depth == 2, found?.value.kind == .array {
      if found?.value.elements == 0 { found?.value.firstElement = kind }
      found?.value.elements += 1
    }
  }

  /// A value ends before this offset.
  mutating func endValue(_ offset: Int) {
    state = .afterValue
    guard depth == 1, let (index, begun) = found else { return }
    var value = begun
    value.range = value.range.lowerBound..<offset
    object.values[index] = value
    found = nil
  }

  mutating func word(_ byte: UInt8, _ word: JSONWord, _ count: Int, _ offset: Int) throws(JSONScanError) {
    guard byte == word.text.utf8Start[count] else { throw .syntax(offset: offset) }
    if count + 1 == word.text.utf8CodeUnitCount { endValue(offset + 1) } else { state = .word(word, count + 1) }
  }

  /// Whether the number ended before this byte, which is then still to be taken.
  mutating func number(_ byte: UInt8, _ part: NumberPart, _ offset: Int) throws(JSONScanError) -> Bool {
    let isDigit = HTTPByte.isDigit(byte)
    switch (part, byte) {
    case (.minus, UInt8(ascii: "0")): state = .number(.zero)
    case (.minus, _) where isDigit: state = .number(.integer)
    case (.integer, _) where isDigit: break
    case (.zero, UInt8(ascii: ".")), (.integer, UInt8(ascii: ".")): state = .number(.point)
    case (.point, _) where isDigit: state = .number(.fraction)
    case (.fraction, _) where isDigit: break
    case (.zero, UInt8(ascii: "e")), (.zero, UInt8(ascii: "E")), (.integer, UInt8(ascii: "e")),
      (.integer, UInt8(ascii: "E")), (.fraction, UInt8(ascii: "e")), (.fraction, UInt8(ascii: "E")):
      state = .number(.exponent)
    case (.exponent, UInt8(ascii: "+")), (.exponent, UInt8(ascii: "-")): state = .number(.exponentSign)
    case (.exponent, _) where isDigit, (.exponentSign, _) where isDigit: state = .number(.exponentDigits)
    case (.exponentDigits, _) where isDigit: break
    case (.zero, _), (.integer, _), (.fraction, _), (.exponentDigits, _):
      if isDigit { throw .syntax(offset: offset) }
      endValue(offset)
      return true
    default: throw .syntax(offset: offset)
    }
    return false
  }
}
