/// A strict reader of RFC 8259 JSON into ``FieldValue``: integers that fit are `.integer`, other numbers `.decimal`.
///
/// Depth is bounded; a duplicate key keeps the last value.
package struct JSONReader {
  /// What is wrong with a text, and at which byte.
  package struct Failure: Error, Equatable, CustomStringConvertible {
    package var offset: Int
    package var expected: String
    package var description: String { "invalid JSON at byte \(offset): expected \(expected)" }
  }

  private let bytes: UnsafeBufferPointer<UInt8>
  private var index = 0
  private static let depthLimit = 256

  private init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  package static func read(_ text: String) throws(Failure) -> FieldValue { try read(Array(text.utf8)) }

  package static func read(_ bytes: [UInt8]) throws(Failure) -> FieldValue {
    let result = bytes.withUnsafeBufferPointer { buffer -> Result<FieldValue, Failure> in
      var reader = JSONReader(buffer)
      do throws(Failure) {
        let value = try reader.value(depth: 0)
        reader.skipSpace()
        guard reader.index == buffer.count else { throw reader.failure("the end of the text") }
        return .success(value)
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  private func failure(_ expected: String) -> Failure { Failure(offset: index, expected: expected) }

  private var peek: UInt8 { index < bytes.count ? bytes[index] : 0 }

  private mutating func skipSpace() {
    while index < bytes.count, bytes[index] == 0x20 || bytes[index] == 0x0A || bytes[index] == 0x0D || bytes[index] == 9
    {
      index += 1
    }
  }

  private mutating func take(_ literal: StaticString, _ value: FieldValue) throws(Failure) -> FieldValue {
    let count = literal.utf8CodeUnitCount
    guard index + count <= bytes.count,
      (0..<count).allSatisfy({ bytes[index + $0] == literal.utf8Start[$0] })
    else { throw failure("'\(literal)'") }
    index += count
    return value
  }

  private mutating func value(depth: Int) throws(Failure) -> FieldValue {
    guard depth < JSONReader.depthLimit else { throw failure("at most \(JSONReader.depthLimit) levels") }
    skipSpace()
    switch peek {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try take("true", .bool(true))
    case UInt8(ascii: "f"): return try take("false", .bool(false))
    case UInt8(ascii: "n"): return try take("null", .null)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    default: throw failure("a value")
    }
  }

  private mutating func object(depth: Int) throws(Failure) -> FieldValue {
    index += 1
    var entries: [FieldEntry] = []
    // Small objects are searched; large ones are indexed.
    var places: [String: Int] = [:]
    skipSpace()
    if peek == UInt8(ascii: "}") {
      index += 1
      return .map([])
    }
    while true {
      skipSpace()
      guard peek == UInt8(ascii: "\"") else { throw failure("a key in quotes") }
      let key = try string()
      skipSpace()
      guard peek == UInt8(ascii: ":") else { throw failure("':'") }
      index += 1
      let item = try value(depth: depth + 1)
      if entries.count == 32, places.isEmpty {
        for (place, entry) in entries.enumerated() { places[entry.key] = place }
      }
      let twin = places.isEmpty ? entries.firstIndex { $0.key == key } : places[key]
      if let twin {
        entries[twin].value = item
      } else {
        if !places.isEmpty { places[key] = entries.count }
        entries.append(FieldEntry(key, item))
      }
      skipSpace()
      if peek == UInt8(ascii: ",") {
        index += 1
        continue
      }
      guard peek == UInt8(ascii: "}") else { throw failure("',' or '}'") }
      index += 1
      return .map(entries)
    }
  }

  private mutating func array(depth: Int) throws(Failure) -> FieldValue {
    index += 1
    var elements: [FieldElement] = []
    skipSpace()
    if peek == UInt8(ascii: "]") {
      index += 1
      return .list([])
    }
    while true {
      elements.append(FieldElement(try value(depth: depth + 1)))
      skipSpace()
      if peek == UInt8(ascii: ",") {
        index += 1
        continue
      }
      guard peek == UInt8(ascii: "]") else { throw failure("',' or ']'") }
      index += 1
      return .list(elements)
    }
  }

  private mutating func number() throws(Failure) -> FieldValue {
    let start = index
    if peek == UInt8(ascii: "-") { index += 1 }
    let first = peek
    guard digits() > 0, first != UInt8(ascii: "0") || index - start == (bytes[start] == first ? 1 : 2) else {
      throw failure("a number without needless zeros")
    }
    var isInteger = true
    if peek == UInt8(ascii: ".") {
      isInteger = false
      index += 1
      guard digits() > 0 else { throw failure("a digit behind the point") }
    }
    let mark = index
    if peek == UInt8(ascii: "e") || peek == UInt8(ascii: "E") {
      isInteger = false
      index += 1
      if peek == UInt8(ascii: "+") || peek == UInt8(ascii: "-") { index += 1 }
      guard digits() > 0 else { throw failure("a digit of the exponent") }
    }
    let text = String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<index]), as: UTF8.self)
    if isInteger, let value = Int64(text) { return .integer(value) }
    if let canonical = DecimalText.canonical(text) { return .decimal(canonical) }
    // Below every price and probability; engines print such logarithms.
    if mark + 1 < index, bytes[mark + 1] == UInt8(ascii: "-") { return .decimal("0") }
    throw failure("a number of a size that can be held")
  }

  /// Skips digits and tells how many there were.
  private mutating func digits() -> Int {
    let start = index
    while index < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[index]) { index += 1 }
    return index - start
  }

  private mutating func string() throws(Failure) -> String {
    index += 1
    let start = index
    while index < bytes.count, bytes[index] != UInt8(ascii: "\""), bytes[index] != UInt8(ascii: "\\"),
      bytes[index] >= 0x20
    {
      index += 1
    }
    if peek == UInt8(ascii: "\"") {
      let text = String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<index]), as: UTF8.self)
      index += 1
      return text
    }
    var out = Array(bytes[start..<index])
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      if byte == UInt8(ascii: "\"") { return String(decoding: out, as: UTF8.self) }
      guard byte >= 0x20 else { throw failure("no control character in a string") }
      if byte == UInt8(ascii: "\\") { try escape(into: &out) } else { out.append(byte) }
    }
    throw failure("a closing quote")
  }

  private mutating func escape(into out: inout [UInt8]) throws(Failure) {
    let byte = peek
    index += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): out.append(byte)
    case UInt8(ascii: "b"): out.append(8)
    case UInt8(ascii: "f"): out.append(12)
    case UInt8(ascii: "n"): out.append(10)
    case UInt8(ascii: "r"): out.append(13)
    case UInt8(ascii: "t"): out.append(9)
    case UInt8(ascii: "u"):
      var scalar = try hex4()
      if (0xD800..<0xDC00).contains(scalar), peek == UInt8(ascii: "\\") {
        index += 1
        guard peek == UInt8(ascii: "u") else { throw failure("the second half of a surrogate pair") }
        index += 1
        let low = try hex4()
        guard (0xDC00..<0xE000).contains(low) else { throw failure("the second half of a surrogate pair") }
        scalar = 0x10000 + (scalar - 0xD800) << 10 + (low - 0xDC00)
      }
      out.append(contentsOf: Character(Unicode.Scalar(scalar) ?? "\u{FFFD}").utf8)
    default: throw failure("an escape that JSON knows")
    }
  }

  private mutating func hex4() throws(Failure) -> UInt32 {
    guard index + 4 <= bytes.count, bytes[index..<index + 4].allSatisfy(isHexDigit),
      let value = UInt32(
        String(decoding: UnsafeBufferPointer(rebasing: bytes[index..<index + 4]), as: UTF8.self), radix: 16)
    else { throw failure("four hexadecimal digits") }
    index += 4
    return value
  }
}

private func isHexDigit(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
    UInt8(ascii: "A")...UInt8(ascii: "F"):
    true
  default: false
  }
}
