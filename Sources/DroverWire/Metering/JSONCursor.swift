/// Steps through JSON text in place: what is not asked for is skipped, and nothing is copied.
///
/// Lenient: it reads what providers answer, and decides nothing that policy hangs on. Text that is no JSON makes it
/// ``isBroken``, and every further step fails.
struct JSONCursor {
  enum Kind { case object, array, string, number, word, none }

  private let bytes: UnsafeBufferPointer<UInt8>
  private var place = 0
  private(set) var isBroken = false

  init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  private var current: UInt8 { place < bytes.count ? bytes[place] : 0 }

  private mutating func skipSpace() {
    while place < bytes.count, bytes[place] == 0x20 || bytes[place] == 0x0A || bytes[place] == 0x0D || bytes[place] == 9
    {
      place += 1
    }
  }

  /// The kind of the value that comes next.
  mutating func kind() -> Kind {
    skipSpace()
    switch current {
    case UInt8(ascii: "{"): return .object
    case UInt8(ascii: "["): return .array
    case UInt8(ascii: "\""): return .string
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
    case UInt8(ascii: "t"), UInt8(ascii: "f"), UInt8(ascii: "n"): return .word
    default: return .none
    }
  }

  /// Enters the object that comes next; false where something else comes, which is skipped.
  mutating func enterObject() -> Bool { enter(.object) }

  mutating func enterArray() -> Bool { enter(.array) }

  private mutating func enter(_ wanted: Kind) -> Bool {
    guard kind() == wanted else {
      skip()
      return false
    }
    place += 1
    return true
  }

  /// The name of the next member of the object that was entered; nil behind its last one, which leaves it.
  mutating func key() -> JSONText? {
    guard separator(before: UInt8(ascii: "}")), let key = literal() else { return nil }
    skipSpace()
    guard current == UInt8(ascii: ":") else {
      isBroken = true
      return nil
    }
    place += 1
    return key
  }

  /// Moves to the next element of the array that was entered; false behind its last one, which leaves it.
  mutating func element() -> Bool { separator(before: UInt8(ascii: "]")) }

  private mutating func separator(before end: UInt8) -> Bool {
    skipSpace()
    if current == UInt8(ascii: ",") {
      place += 1
      skipSpace()
    }
    if current == end {
      place += 1
      return false
    }
    if place >= bytes.count { isBroken = true }
    return !isBroken
  }

  /// The string that comes next; nil where something else comes, which is skipped.
  mutating func string() -> JSONText? {
    guard kind() == .string else {
      skip()
      return nil
    }
    return literal()
  }

  private mutating func literal() -> JSONText? {
    skipSpace()
    guard current == UInt8(ascii: "\"") else {
      isBroken = true
      return nil
    }
    place += 1
    let start = place
    while place < bytes.count {
      switch bytes[place] {
      case UInt8(ascii: "\\"): place += 2
      case UInt8(ascii: "\""):
        place += 1
        return JSONText(UnsafeBufferPointer(rebasing: bytes[start..<place - 1]))
      default: place += 1
      }
    }
    isBroken = true
    return nil
  }

  /// The whole number that comes next, its fraction left out; nil for anything else, which is skipped, for what is
  /// negative or too large, and for one with an exponent.
  mutating func count() -> Int64? {
    guard kind() == .number else {
      skip()
      return nil
    }
    let start = place
    var value: Int64? = 0
    while place < bytes.count, bytes[place] >= 0x30, bytes[place] <= 0x39 {
      let (product, overflow) = (value ?? 0).multipliedReportingOverflow(by: 10)
      let (sum, more) = product.addingReportingOverflow(Int64(bytes[place] - 0x30))
      value = value == nil || overflow || more ? nil : sum
      place += 1
    }
    let isWhole = place > start && current | 0x20 != UInt8(ascii: "e")
    if place < bytes.count { skipRest() }
    return isWhole ? value : nil
  }

  /// Skips the value that comes next.
  mutating func skip() {
    var depth = 0
    repeat {
      skipSpace()
      guard place < bytes.count, !isBroken else {
        isBroken = true
        return
      }
      switch bytes[place] {
      case UInt8(ascii: "\""): _ = literal()
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        depth += 1
        place += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        place += 1
      case UInt8(ascii: ","), UInt8(ascii: ":"):
        place += 1
        // Between values of something that was entered here there is more to skip.
        if depth > 0 { continue }
        isBroken = true
      default: skipScalar()
      }
    } while depth > 0
    if depth < 0 { isBroken = true }
  }

  private mutating func skipScalar() {
    let start = place
    skipRest()
    if place == start { isBroken = true }
  }

  /// Moves behind the scalar that is being read.
  private mutating func skipRest() {
    loop: while place < bytes.count {
      switch bytes[place] {
      case UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "}"), UInt8(ascii: "]"), 0x20, 0x0A, 0x0D, 9: break loop
      default: place += 1
      }
    }
  }
}

/// A string as it stands in JSON text, without its quotes.
struct JSONText {
  private let bytes: UnsafeBufferPointer<UInt8>

  init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  var isEmpty: Bool { bytes.isEmpty }

  /// Whether it is this name, which holds nothing that is escaped.
  static func ~= (name: StaticString, text: JSONText) -> Bool {
    let count = name.utf8CodeUnitCount
    guard count == text.bytes.count else { return false }
    for index in 0..<count where name.utf8Start[index] != text.bytes[index] { return false }
    return true
  }

  func hasPrefix(_ name: StaticString) -> Bool {
    let count = name.utf8CodeUnitCount
    guard count <= bytes.count else { return false }
    return (0..<count).allSatisfy { name.utf8Start[$0] == bytes[$0] }
  }

  /// As it stands: an escape stays one. For names that providers make up.
  var raw: String { String(decoding: bytes, as: UTF8.self) }

  /// How long it is when its escapes are decoded, ASCII and the rest apart.
  var length: TextLength {
    var length = TextLength()
    var place = 0
    while place < bytes.count {
      let byte = bytes[place]
      if byte == UInt8(ascii: "\\") {
        let isUnit = place + 1 < bytes.count && bytes[place + 1] == UInt8(ascii: "u")
        if isUnit { length.other += 3 } else { length.ascii += 1 }
        place += isUnit ? 6 : 2
      } else {
        if byte < 0x80 { length.ascii += 1 } else { length.other += 1 }
        place += 1
      }
    }
    return length
  }
}

/// Bytes of text.
struct TextLength: Equatable, Sendable {
  var ascii: Int64 = 0
  var other: Int64 = 0

  static func += (left: inout TextLength, right: TextLength) {
    left.ascii += right.ascii
    left.other += right.other
  }

  /// About how many tokens it is: four letters of a Western language, or one sign of most others.
  var tokens: Int64 { (ascii + 3) / 4 + (other + 2) / 3 }
}
