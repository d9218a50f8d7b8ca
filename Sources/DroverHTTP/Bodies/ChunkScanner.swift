/// Takes a chunked body apart (RFC 9112 section 7.1), from bytes that come in any pieces. Extensions and trailers are
/// checked for their form and dropped.
package struct ChunkScanner: Sendable {
  private enum State: Sendable {
    /// In a chunk-size line; `digits` of the size were read, and an extension began or not.
    case size(value: UInt64, digits: Int, inExtension: Bool)
    case sizeEnd(value: UInt64)
    case data(left: UInt64)
    case dataReturn
    case dataEnd
    case trailerStart
    case trailerName
    case trailerValue
    case trailerEnd(isLast: Bool)
    case done
  }

  private var state = State.size(value: 0, digits: 0, inExtension: false)
  /// Bytes of the present size line, or of all trailers.
  private var lineBytes = 0
  /// Bytes of all extensions.
  private var extensionBytes = 0

  package init() {}

  package var isDone: Bool { if case .done = state { true } else { false } }

  /// The range in `input` of the next piece of data from `position` on, which moves behind what was taken. Nil: more
  /// bytes are needed, or the body is done; what follows it is not taken.
  package mutating func scan(_ input: Span<UInt8>, at position: inout Int) throws(HTTPSyntaxError) -> Range<Int>? {
    while !isDone, position < input.count {
      if case .data(let left) = state {
        let start = position
        let count = Int(min(left, UInt64(input.count - position)))
        position += count
        state = left == UInt64(count) ? .dataReturn : .data(left: left - UInt64(count))
        return start..<position
      }
      let byte = input[position]
      position += 1
      try take(byte)
    }
    return nil
  }

  private mutating func take(_ byte: UInt8) throws(HTTPSyntaxError) {
    switch state {
    case .size(let value, let digits, let inExtension):
      try count()
      try takeSize(byte, value, digits, inExtension)
    case .sizeEnd(let value):
      guard byte == HTTPByte.lf else { throw .bareLineEnd }
      lineBytes = 0
      state = value == 0 ? .trailerStart : .data(left: value)
    case .dataReturn:
      guard byte == HTTPByte.cr else { throw .chunk }
      state = .dataEnd
    case .dataEnd:
      guard byte == HTTPByte.lf else { throw .bareLineEnd }
      state = .size(value: 0, digits: 0, inExtension: false)
    case .trailerStart, .trailerName, .trailerValue:
      try count()
      try takeTrailer(byte)
    case .trailerEnd(let isLast):
      guard byte == HTTPByte.lf else { throw .bareLineEnd }
      state = isLast ? .done : .trailerStart
    case .data, .done: break
    }
  }

  private mutating func takeSize(
    _ byte: UInt8, _ value: UInt64, _ digits: Int, _ inExtension: Bool
  ) throws(HTTPSyntaxError) {
    if byte == HTTPByte.cr {
      guard digits > 0 else { throw .chunk }
      state = .sizeEnd(value: value)
    } else if inExtension {
      try checkText(byte)
      extensionBytes += 1
      if extensionBytes > HTTPLimits.chunkExtensionBytes { throw .chunkLineTooLong }
    } else if let digit = HTTPByte.hexValue(byte) {
      guard digits < 15 else { throw .chunk }
      state = .size(value: value << 4 | digit, digits: digits + 1, inExtension: false)
    } else {
      guard digits > 0, byte == UInt8(ascii: ";") else { throw byte == HTTPByte.lf ? .bareLineEnd : .chunk }
      state = .size(value: value, digits: digits, inExtension: true)
    }
  }

  /// A trailer has the form of a header field.
  private mutating func takeTrailer(_ byte: UInt8) throws(HTTPSyntaxError) {
    switch state {
    case .trailerStart where byte == HTTPByte.cr: state = .trailerEnd(isLast: true)
    case .trailerName where byte == HTTPByte.colon: state = .trailerValue
    case .trailerValue where byte == HTTPByte.cr: state = .trailerEnd(isLast: false)
    case .trailerValue: try checkText(byte)
    default:
      if byte == HTTPByte.lf { throw .bareLineEnd }
      guard HTTPByte.isToken(byte) else { throw .headerName }
      state = .trailerName
    }
  }

  private func checkText(_ byte: UInt8) throws(HTTPSyntaxError) {
    if byte == HTTPByte.lf { throw .bareLineEnd }
    if !HTTPByte.isValue(byte) { throw .controlCharacter }
  }

  private mutating func count() throws(HTTPSyntaxError) {
    lineBytes += 1
    if lineBytes > HTTPLimits.chunkLineBytes { throw .chunkLineTooLong }
  }
}
