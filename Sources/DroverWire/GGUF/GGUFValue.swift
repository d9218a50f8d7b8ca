/// A metadata value as far as it is kept: scalars, text, and short arrays of integers (per-layer settings).
enum GGUFValue: Equatable {
  case integer(UInt64)
  case flag(Bool)
  case text(String)
  case integers([UInt64])
  /// Read past, with its number of elements where it is an array: floats, negative numbers, vocabularies.
  case passed(count: UInt64)

  /// The type tags of the format.
  enum Tag: UInt32 {
    case uint8, int8, uint16, int16, uint32, int32, float32, bool, string, array, uint64, int64, float64

    /// The encoded width of one element; nil for text and arrays, whose elements differ.
    var width: UInt64? {
      switch self {
      case .uint8, .int8, .bool: 1
      case .uint16, .int16: 2
      case .uint32, .int32, .float32: 4
      case .uint64, .int64, .float64: 8
      case .string, .array: nil
      }
    }
  }

  /// More layers than any network has; a longer array is no per-layer setting and is read past.
  static let layerLimit: UInt64 = 4096
}

extension GGUFCursor {
  mutating func tag() throws -> GGUFValue.Tag {
    let raw = try integer(UInt32.self)
    guard let tag = GGUFValue.Tag(rawValue: raw) else {
      throw GGUFError.malformed("value type \(raw) does not exist")
    }
    return tag
  }

  /// Reads the value of a wanted key.
  mutating func value(textLimit: UInt64, key: String) throws -> GGUFValue {
    let tag = try tag()
    switch tag {
    case .string: return .text(try text(limit: textLimit, "the value of '\(key)'"))
    case .array: return try array()
    default: return try scalar(tag)
    }
  }

  /// Reads past the value of any other key.
  mutating func skipValue() throws {
    let tag = try tag()
    try skipElements(tag, 1, depth: 0)
  }

  private mutating func array() throws -> GGUFValue {
    let tag = try tag()
    let count = try integer(UInt64.self)
    guard let width = tag.width, count <= GGUFValue.layerLimit else {
      try skipElements(tag, count, depth: 1)
      return .passed(count: count)
    }
    try require(count * width)
    var integers: [UInt64] = []
    for _ in 0..<count {
      switch try scalar(tag) {
      case .integer(let value): integers.append(value)
      case .flag(let value): integers.append(value ? 1 : 0)
      default: break
      }
    }
    return UInt64(integers.count) == count ? .integers(integers) : .passed(count: count)
  }

  private mutating func scalar(_ tag: GGUFValue.Tag) throws -> GGUFValue {
    switch tag {
    case .uint8: return .integer(UInt64(try integer(UInt8.self)))
    case .uint16: return .integer(UInt64(try integer(UInt16.self)))
    case .uint32: return .integer(UInt64(try integer(UInt32.self)))
    case .uint64: return .integer(try integer(UInt64.self))
    case .int8: return natural(Int64(try integer(Int8.self)))
    case .int16: return natural(Int64(try integer(Int16.self)))
    case .int32: return natural(Int64(try integer(Int32.self)))
    case .int64: return natural(try integer(Int64.self))
    case .bool: return .flag(try integer(UInt8.self) != 0)
    case .float32, .float64, .string, .array:
      try skipElements(tag, 1, depth: 0)
      return .passed(count: 1)
    }
  }

  /// No setting that is kept can be negative, so a negative number counts as absent.
  private func natural(_ value: Int64) -> GGUFValue {
    value < 0 ? .passed(count: 1) : .integer(UInt64(value))
  }

  private mutating func skipElements(_ tag: GGUFValue.Tag, _ count: UInt64, depth: Int) throws {
    if let width = tag.width {
      let (length, overflow) = count.multipliedReportingOverflow(by: width)
      return try skip(overflow ? .max : length)
    }
    guard depth <= 4 else { throw GGUFError.malformed("arrays are nested more than four deep") }
    // Each element takes at least its length field, so a false count runs into the end of the file, not on forever.
    var remaining = count
    while remaining > 0 {
      remaining -= 1
      if tag == .string {
        try skipText()
      } else {
        let element = try self.tag()
        try skipElements(element, try integer(UInt64.self), depth: depth + 1)
      }
    }
  }
}
