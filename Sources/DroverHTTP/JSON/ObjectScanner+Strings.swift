extension ObjectScanner {
  /// Takes a string from `start` on up to its next quote, escape or the end of `input`; returns the place behind.
  mutating func string(_ input: Span<UInt8>, _ start: Int, _ isKey: Bool) throws(JSONScanError) -> Int {
    let stop = ByteSearch.stringStop(input, from: start)
    if isKey, depth == 1 {
      for place in start..<stop { key.take(input[place]) }
    }
    guard stop < input.count else { return stop }
    switch input[stop] {
    case UInt8(ascii: "\""):
      if isKey { try endKey() } else { endValue(base + stop + 1) }
    case UInt8(ascii: "\\"): state = .escape(isKey: isKey)
    default: throw .syntax(offset: base + stop)
    }
    return stop + 1
  }

  mutating func escape(_ byte: UInt8, _ isKey: Bool, _ offset: Int) throws(JSONScanError) {
    let unit: UInt16
    switch byte {
    case UInt8(ascii: "u"):
      state = .hex(isKey: isKey, digits: 0, unit: 0)
      return
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): unit = UInt16(byte)
    case UInt8(ascii: "b"): unit = 0x08
    case UInt8(ascii: "f"): unit = 0x0C
    case UInt8(ascii: "n"): unit = 0x0A
    case UInt8(ascii: "r"): unit = 0x0D
    case UInt8(ascii: "t"): unit = 0x09
    default: throw .syntax(offset: offset)
    }
    endEscape(unit, isKey)
  }

  mutating func hex(
    _ byte: UInt8, _ isKey: Bool, _ digits: Int, _ unit: UInt16, _ offset: Int
  ) throws(JSONScanError) {
    guard let digit = HTTPByte.hexValue(byte) else { throw .syntax(offset: offset) }
    let unit = unit << 4 | UInt16(digit)
    if digits == 3 {
      endEscape(unit, isKey)
    } else {
      state = .hex(isKey: isKey, digits: digits + 1, unit: unit)
    }
  }

  private mutating func endEscape(_ unit: UInt16, _ isKey: Bool) {
    if isKey, depth == 1 { key.takeEscaped(unit) }
    state = .string(isKey: isKey)
  }

  private mutating func endKey() throws(JSONScanError) {
    state = .colon
    guard depth == 1, let match = names.match(key) else { return }
    switch match {
    case .misspelt(let index): throw .misspelt(field: names.spellings[index])
    case .exact(let index):
      guard object.values[index] == nil else { throw .duplicate(field: names.spellings[index]) }
      found = (index, ScannedObject.Value(kind: .null, range: 0..<0, elements: 0))
    }
  }
}
