/// Takes a head (a start line, fields, an empty line) from bytes that come in any pieces, and refuses what no head may
/// hold at the byte where it stands. RFC 9112 sections 2 and 5, without its leniencies: every line ends in CR LF,
/// nothing is folded, a name is followed by its colon at once.
struct HeadScanner: Sendable {
  private enum Place: Sendable { case lineStart, startLine, name, space, value, lineFeed, lastLineFeed }

  private var place = Place.lineStart
  private var bytes: [UInt8] = []
  private var startLine: Range<Int>?
  private var entries: [HeadFields.Entry] = []
  /// Where the present line begins, its name ends, and its value begins and last was no space.
  private var (lineStart, nameEnd, valueStart, valueEnd) = (0, 0, 0, 0)
  /// An empty line before the start line may be passed over (RFC 9112 section 2.2), once.
  private var mayBeginEmpty: Bool

  init(mayBeginEmpty: Bool = false) { self.mayBeginEmpty = mayBeginEmpty }

  /// Whether part of a head was taken.
  var hasBegun: Bool { !bytes.isEmpty || place != .lineStart }

  /// Takes bytes of `input` from `position` on, and moves it behind them; returns the head once it is complete.
  mutating func scan(_ input: Span<UInt8>, at position: inout Int) throws(HTTPSyntaxError) -> HeadFields? {
    let first = position
    // Offsets into the head are counted as if the bytes of this call were appended already.
    let shift = bytes.count - first
    while position < input.count {
      let byte = input[position]
      let offset = position + shift
      guard offset < HTTPLimits.headBytes else { throw .headTooLarge }
      position += 1
      switch place {
      case .lineStart: try begin(byte, offset)
      case .startLine, .value:
        if byte == HTTPByte.cr {
          try endLine(offset)
        } else {
          guard HTTPByte.isValue(byte) else { throw HeadScanner.refusal(of: byte) }
          if byte != HTTPByte.space, byte != HTTPByte.tab { valueEnd = offset + 1 }
        }
      case .name:
        if byte == HTTPByte.colon {
          nameEnd = offset
          place = .space
          (valueStart, valueEnd) = (offset + 1, offset + 1)
        } else if !HTTPByte.isToken(byte) {
          throw byte == HTTPByte.lf
            ? .bareLineEnd : byte < 0x20 && byte != HTTPByte.cr ? .controlCharacter : .headerName
        }
      case .space:
        guard byte != HTTPByte.space, byte != HTTPByte.tab else { continue }
        (valueStart, valueEnd) = (offset, offset)
        place = .value
        if byte == HTTPByte.cr {
          try endLine(offset)
        } else {
          guard HTTPByte.isValue(byte) else { throw HeadScanner.refusal(of: byte) }
          valueEnd = offset + 1
        }
      case .lineFeed:
        guard byte == HTTPByte.lf else { throw .bareLineEnd }
        place = .lineStart
      case .lastLineFeed:
        guard byte == HTTPByte.lf else { throw .bareLineEnd }
        append(input, first..<position)
        guard startLine == nil, mayBeginEmpty else { return finish() }
        self = HeadScanner()
        return try scan(input, at: &position)
      }
    }
    append(input, first..<position)
    return nil
  }

  private mutating func begin(_ byte: UInt8, _ offset: Int) throws(HTTPSyntaxError) {
    lineStart = offset
    if byte == HTTPByte.cr {
      place = .lastLineFeed
    } else if startLine == nil {
      guard HTTPByte.isValue(byte) else { throw HeadScanner.refusal(of: byte) }
      place = .startLine
    } else if byte == HTTPByte.space || byte == HTTPByte.tab {
      throw .foldedLine
    } else {
      guard HTTPByte.isToken(byte) else {
        throw byte == HTTPByte.lf ? .bareLineEnd : HTTPByte.isValue(byte) ? .headerName : .controlCharacter
      }
      place = .name
    }
  }

  private mutating func endLine(_ offset: Int) throws(HTTPSyntaxError) {
    if startLine == nil {
      startLine = lineStart..<offset
    } else {
      guard entries.count < HTTPLimits.fields else { throw .tooManyFields }
      // Named once the bytes are at hand.
      entries.append(HeadFields.Entry(name: lineStart..<nameEnd, value: valueStart..<valueEnd, known: .other))
    }
    place = .lineFeed
  }

  private static func refusal(of byte: UInt8) -> HTTPSyntaxError {
    byte == HTTPByte.lf ? .bareLineEnd : .controlCharacter
  }

  private mutating func append(_ input: Span<UInt8>, _ range: Range<Int>) {
    input.withUnsafeBufferPointer { bytes.append(contentsOf: $0[range]) }
  }

  private mutating func finish() -> HeadFields {
    for index in entries.indices { entries[index].known = FieldName(bytes[entries[index].name]) }
    let head = HeadFields(bytes: bytes, startLine: startLine ?? 0..<0, entries: entries)
    self = HeadScanner()
    return head
  }
}
