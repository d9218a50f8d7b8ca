extension YAMLEmitter {
  /// How a string can be written.
  private enum Form {
    case plain
    case singleQuoted
    case doubleQuoted
    case literal
  }

  /// Writes a string in the lightest form that every reader takes for the same string. The lines of a literal block
  /// stand two deeper than `indent`.
  mutating func writeString(_ text: String, indent: Int, allowsBlock: Bool) {
    switch Self.form(of: text) {
    case .plain: append(contentsOf: text)
    case .singleQuoted: writeSingleQuoted(text)
    case .literal where allowsBlock: writeLiteral(text, indent: indent + 2)
    case .literal, .doubleQuoted: writeDoubleQuoted(text)
    }
  }

  private static func form(of text: String) -> Form {
    var hasLineFeed = false
    var hasTab = false
    var isASCII = true
    for byte in text.utf8 {
      switch byte {
      case 0x20...0x7E: continue
      case UInt8(ascii: "\n"): hasLineFeed = true
      case UInt8(ascii: "\t"): hasTab = true
      case 0x80...: isASCII = false
      default: return .doubleQuoted
      }
    }
    if !isASCII, !text.unicodeScalars.allSatisfy(\.standsAsItIs) { return .doubleQuoted }
    if hasLineFeed { return isCleanBlock(text) ? .literal : .doubleQuoted }
    if hasTab || YAMLAmbiguity.meansAnotherType(text) { return .doubleQuoted }
    return YAMLAmbiguity.isSafePlain(text.utf8) ? .plain : .singleQuoted
  }

  /// Whether a literal block shows the text without surprises: no line begins or ends in white space where it would
  /// be taken for indentation or be lost to an editor, and at most one line feed ends it.
  private static func isCleanBlock(_ text: String) -> Bool {
    let utf8 = text.utf8
    guard let first = utf8.first, first != UInt8(ascii: " "), first != UInt8(ascii: "\n") else { return false }
    var previous: UInt8 = UInt8(ascii: "\n")
    var beforePrevious: UInt8 = 0
    for byte in utf8 {
      if byte == UInt8(ascii: "\n"), previous == UInt8(ascii: " ") || previous == UInt8(ascii: "\t") { return false }
      if byte == UInt8(ascii: "\t"), previous == UInt8(ascii: "\n") { return false }
      beforePrevious = previous
      previous = byte
    }
    let endsBlank = previous == UInt8(ascii: " ") || previous == UInt8(ascii: "\t")
    return !endsBlank && !(previous == UInt8(ascii: "\n") && beforePrevious == UInt8(ascii: "\n"))
  }

  private mutating func writeLiteral(_ text: String, indent: Int) {
    var text = text[...]
    if text.utf8.last == UInt8(ascii: "\n") {
      append("|")
      text = text.dropLast()
    } else {
      append("|-")
    }
    var startsLine = true
    append("\n")
    for byte in text.utf8 {
      if startsLine, byte != UInt8(ascii: "\n") { pad(indent) }
      startsLine = byte == UInt8(ascii: "\n")
      append(byte)
    }
  }

  private mutating func writeSingleQuoted(_ text: String) {
    append("'")
    for byte in text.utf8 {
      if byte == UInt8(ascii: "'") { append(byte) }
      append(byte)
    }
    append("'")
  }

  private mutating func writeDoubleQuoted(_ text: String) {
    append("\"")
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": append("\\\"")
      case "\\": append("\\\\")
      case "\n": append("\\n")
      case "\t": append("\\t")
      case "\r": append("\\r")
      default:
        if scalar.standsAsItIs {
          for byte in UTF8.encode(scalar) ?? .init() { append(byte) }
        } else {
          append(contentsOf: scalar.yamlEscape)
        }
      }
    }
    append("\"")
  }
}
