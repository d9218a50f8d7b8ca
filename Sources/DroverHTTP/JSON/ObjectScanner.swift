/// Reads one JSON object (RFC 8259, nothing more lenient) from bytes that come in any pieces, and tells where the members
/// that are looked for stand at its first level. Nothing is decoded but their names; memory and time a byte are bounded
/// whatever comes.
package struct ObjectScanner: Sendable {
  package static let maxDepth = 512

  enum State: Sendable {
    case start, firstKey, key, colon, value, firstElement, afterValue, end
    case string(isKey: Bool)
    case escape(isKey: Bool)
    case hex(isKey: Bool, digits: Int, unit: UInt16)
    case number(NumberPart)
    case word(JSONWord, Int)
  }

  let names: FieldNames
  var state = State.start
  var depth = 0
  /// A bit for each level: whether it is an array.
  var arrays = SIMD8<UInt64>()
  var key = KeyReader()
  /// The member whose value is being read, and the value so far.
  var found: (index: Int, value: ScannedObject.Value)?
  var object: ScannedObject
  /// Bytes taken by earlier calls.
  var base = 0

  package init(names: FieldNames) {
    self.names = names
    object = ScannedObject(values: Array(repeating: nil, count: names.spellings.count), start: 0, isEmpty: true)
  }

  /// Takes all of `input`.
  package mutating func scan(_ input: Span<UInt8>) throws(JSONScanError) {
    var place = 0
    while place < input.count {
      if case .string(let isKey) = state {
        place = try string(input, place, isKey)
        continue
      }
      let byte = input[place]
      let offset = base + place
      place += 1
      switch state {
      case .string: break
      case .escape(let isKey): try escape(byte, isKey, offset)
      case .hex(let isKey, let digits, let unit): try hex(byte, isKey, digits, unit, offset)
      case .word(let word, let count): try self.word(byte, word, count, offset)
      case .number(let part): if try number(byte, part, offset) { try structure(byte, offset) }
      default: try structure(byte, offset)
      }
    }
    base += input.count
  }

  /// The body has ended.
  package func finish() throws(JSONScanError) -> ScannedObject {
    switch state {
    case .end: return object
    case .start: throw .notAnObject
    default: throw .incomplete
    }
  }

  private mutating func structure(_ byte: UInt8, _ offset: Int) throws(JSONScanError) {
    if byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { return }
    switch (state, byte) {
    case (.start, UInt8(ascii: "{")):
      object.start = offset + 1
      try open(isArray: false, offset)
    case (.start, _): throw .notAnObject
    case (.end, _): throw .trailing(offset: offset)
    case (.firstKey, UInt8(ascii: "\"")), (.key, UInt8(ascii: "\"")):
      if depth == 1 {
        object.isEmpty = false
        key.begin()
      }
      state = .string(isKey: true)
    case (.firstKey, UInt8(ascii: "}")), (.firstElement, UInt8(ascii: "]")): close(offset)
    case (.colon, UInt8(ascii: ":")): state = .value
    case (.value, _), (.firstElement, _): try begin(byte, offset)
    case (.afterValue, UInt8(ascii: ",")): state = isInArray ? .value : .key
    case (.afterValue, UInt8(ascii: "}")) where !isInArray: close(offset)
    case (.afterValue, UInt8(ascii: "]")) where isInArray: close(offset)
    default: throw .syntax(offset: offset)
    }
  }

  var isInArray: Bool { arrays[(depth - 1) >> 6] >> UInt64((depth - 1) & 63) & 1 == 1 }

  mutating func open(isArray: Bool, _ offset: Int) throws(JSONScanError) {
    guard depth < ObjectScanner.maxDepth else { throw .tooDeep(offset: offset) }
    let bit = UInt64(1) << UInt64(depth & 63)
    if isArray { arrays[depth >> 6] |= bit } else { arrays[depth >> 6] &= ~bit }
    depth += 1
    state = isArray ? .firstElement : .firstKey
  }

  private mutating func close(_ offset: Int) {
    depth -= 1
    if depth == 0 {
      state = .end
    } else {
      endValue(offset + 1)
    }
  }
}
