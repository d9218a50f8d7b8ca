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
    case trailer(isLineEmpty: Bool)
    case trailerEnd(isLineEmpty: Bool)
    case done
  }

  private var state = State.size(value: 0, digits: 0, inExtension: false)
  /// Bytes of the present size line, or of all trailers.
  private var lineBytes = 0

  package init() {}

  package var isDone: Bool { if case .done = state { true } else { false } }

  /// Takes bytes from the front of `bytes`, and returns the next piece of data. Nil: more bytes are needed, or the body
  /// is done; what follows it stays in `bytes`.
  package mutating func scan(_ bytes: inout ArraySlice<UInt8>) throws(HTTPSyntaxError) -> ArraySlice<UInt8>? {
    while !isDone, !bytes.isEmpty {
      if case .data(let left) = state {
        let count = Int(min(left, UInt64(bytes.count)))
        let piece = bytes.prefix(count)
        bytes = bytes.dropFirst(count)
        state = left == UInt64(count) ? .dataReturn : .data(left: left - UInt64(count))
        return piece
      }
      guard let byte = bytes.popFirst() else { return nil }
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
      state = value == 0 ? .trailer(isLineEmpty: true) : .data(left: value)
    case .dataReturn:
      guard byte == HTTPByte.cr else { throw .chunk }
      state = .dataEnd
    case .dataEnd:
      guard byte == HTTPByte.lf else { throw .bareLineEnd }
      state = .size(value: 0, digits: 0, inExtension: false)
    case .trailer(let isLineEmpty):
      try count()
      try checkText(byte)
      state = byte == HTTPByte.cr ? .trailerEnd(isLineEmpty: isLineEmpty) : .trailer(isLineEmpty: false)
    case .trailerEnd(let isLineEmpty):
      guard byte == HTTPByte.lf else { throw .bareLineEnd }
      state = isLineEmpty ? .done : .trailer(isLineEmpty: true)
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
    } else if let digit = HTTPByte.hexValue(byte) {
      guard digits < 15 else { throw .chunk }
      state = .size(value: value << 4 | digit, digits: digits + 1, inExtension: false)
    } else {
      guard digits > 0, byte == UInt8(ascii: ";") else { throw byte == HTTPByte.lf ? .bareLineEnd : .chunk }
      state = .size(value: value, digits: digits, inExtension: true)
    }
  }

  private func checkText(_ byte: UInt8) throws(HTTPSyntaxError) {
    if byte == HTTPByte.lf { throw .bareLineEnd }
    if byte == 0 { throw .controlCharacter }
  }

  private mutating func count() throws(HTTPSyntaxError) {
    lineBytes += 1
    if lineBytes > HTTPLimits.chunkLineBytes { throw .chunkLineTooLong }
  }
}
