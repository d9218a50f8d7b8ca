import CLibYAML

/// The bytes of a text without its byte order mark, and the facts about them that are found once.
struct YAMLText {
  let bytes: UnsafeRawBufferPointer
  /// How many bytes of byte order mark were skipped.
  let skipped: Int
  let isASCII: Bool
  /// Whether a carriage return stands without a line feed somewhere; it ends a line then.
  let hasLoneReturn: Bool

  init(_ whole: UnsafeRawBufferPointer) {
    skipped = whole.starts(with: [0xEF, 0xBB, 0xBF] as [UInt8]) ? 3 : 0
    bytes = UnsafeRawBufferPointer(rebasing: whole[skipped...])
    isASCII = Self.isASCII(bytes)
    hasLoneReturn = Self.hasLoneReturn(bytes)
  }

  private static func isASCII(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var offset = 0
    var seen: UInt64 = 0
    while offset + 8 <= bytes.count {
      seen |= bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      offset += 8
    }
    while offset < bytes.count {
      seen |= UInt64(bytes[offset])
      offset += 1
    }
    return seen & 0x8080_8080_8080_8080 == 0
  }

  private static func hasLoneReturn(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var offset = 0
    while let found = find(UInt8(ascii: "\r"), in: bytes, from: offset) {
      guard found + 1 < bytes.count, bytes[found + 1] == UInt8(ascii: "\n") else { return true }
      offset = found + 2
    }
    return false
  }

  private static func find(_ byte: UInt8, in bytes: UnsafeRawBufferPointer, from offset: Int) -> Int? {
    guard let base = bytes.baseAddress, offset < bytes.count,
      let found = memchr(base + offset, Int32(byte), bytes.count - offset)
    else { return nil }
    return UnsafeRawPointer(found) - base
  }

  /// Where the line after the one at `offset` begins; the end of the text after the last.
  func nextLine(after offset: Int) -> Int {
    guard hasLoneReturn else {
      return Self.find(UInt8(ascii: "\n"), in: bytes, from: offset).map { $0 + 1 } ?? bytes.count
    }
    var offset = offset
    while offset < bytes.count {
      defer { offset += 1 }
      if bytes[offset] == UInt8(ascii: "\n") { return offset + 1 }
      if bytes[offset] == UInt8(ascii: "\r") {
        return offset + 1 < bytes.count && bytes[offset + 1] == UInt8(ascii: "\n") ? offset + 2 : offset + 1
      }
    }
    return bytes.count
  }

  /// The place of the byte at `offset`, counted from a line start at or before it.
  func mark(of offset: Int, fromLine line: Int32, at start: Int) -> YAMLMark {
    var line = line
    var lineStart = start
    while true {
      let next = nextLine(after: lineStart)
      guard next <= offset, next > lineStart, endsLine(at: next) else { break }
      lineStart = next
      line += 1
    }
    var column: Int32 = 1
    for byte in bytes[lineStart..<min(offset, bytes.count)] where byte & 0xC0 != 0x80 { column += 1 }
    return YAMLMark(line: line, column: column)
  }

  /// Whether the byte before `offset` is a line break.
  func endsLine(at offset: Int) -> Bool {
    offset > 0 && (bytes[offset - 1] == UInt8(ascii: "\n") || bytes[offset - 1] == UInt8(ascii: "\r"))
  }
}

extension YAMLText {
  /// Refuses characters that mean something else to libyaml, which reads YAML 1.1, than to the one who wrote them:
  /// U+0085, U+2028 and U+2029 are line breaks to it, where YAML 1.2 and every editor see one line, and a byte order
  /// mark is an invisible part of a word. Escaped in double quotes they are welcome.
  func checkCharacters(of segment: YAMLSegment, index: Int) throws(YAMLError) {
    guard !isASCII else { return }
    for offset in segment.range where bytes[offset] >= 0xC2 {
      let tail = UnsafeRawBufferPointer(rebasing: bytes[offset..<min(offset + 3, segment.range.upperBound)])
      guard let message = Self.refusal(of: tail, at: offset + skipped) else { continue }
      throw YAMLError(
        mark: mark(of: offset, fromLine: segment.line, at: segment.range.lowerBound), message: message,
        byteOffset: offset + skipped, documentIndex: index)
    }
  }

  private static func refusal(of bytes: UnsafeRawBufferPointer, at offset: Int) -> String? {
    let name: String
    switch (bytes[0], bytes.count > 1 ? bytes[1] : 0, bytes.count > 2 ? bytes[2] : 0) {
    case (0xC2, 0x85, _): name = "0085"
    case (0xE2, 0x80, 0xA8): name = "2028"
    case (0xE2, 0x80, 0xA9): name = "2029"
    case (0xEF, 0xBB, 0xBF):
      return "a byte order mark (byte \(offset)) may stand only at the beginning of a file: remove it"
    default: return nil
    }
    return "the line separator U+\(name) (byte \(offset)) may not stand in the text:"
      + " remove it or write \"\\u\(name)\" in double quotes"
  }
}
