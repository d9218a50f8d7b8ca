/// Text from elsewhere made harmless for a terminal.
package enum TerminalText {
  /// Control characters in caret or numeric notation, so that no message moves the cursor or hides text. Line ends
  /// become `\n`; characters that turn the direction of writing are written as numbers.
  package static func escaped(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: isDangerous) else { return text }
    var out = ""
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x0A: out += "\\n"
      case 0x0D: out += "\\r"
      case 0x09: out += "\\t"
      case 0..<0x20: out += "^" + String(Unicode.Scalar(UInt8(scalar.value) + 0x40))
      default: out += isDangerous(scalar) ? "<U+" + hex(scalar.value) + ">" : String(scalar)
      }
    }
    return out
  }

  /// As ``escaped(_:)``, for text of several lines: line ends and tabs stay.
  package static func escapedLines(_ text: String) -> String {
    // By scalars: CR LF is a single character, and its line end must stay.
    text.unicodeScalars.split(omittingEmptySubsequences: false) { $0 == "\n" }
      .map { line in
        line.split(omittingEmptySubsequences: false) { $0 == "\t" }.map { escaped(String($0)) }.joined(separator: "\t")
      }
      .joined(separator: "\n")
  }

  /// One table cell: as kubectl, cut at the first line end.
  package static func cell(_ text: String) -> String {
    guard let end = text.unicodeScalars.firstIndex(where: { $0 == "\n" || $0 == "\r" || $0 == "\u{0C}" }) else {
      return escaped(text)
    }
    return escaped(String(text.unicodeScalars[..<end])) + "..."
  }

  private static func isDangerous(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F...0x9F, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true
    default: false
    }
  }

  private static func hex(_ value: UInt32) -> String {
    let text = String(value, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, 4 - text.utf8.count)) + text
  }
}
