/// What some reader of YAML, old or new, would not take for the string it is when it stands without quotes.
enum YAMLAmbiguity {
  /// Whether a reader of YAML 1.1 (https://yaml.org/type/), 1.2 or Go's YAML would resolve the plain text to a null,
  /// a boolean, a number, a date or a merge key. Errs towards yes.
  static func meansAnotherType(_ text: String) -> Bool {
    let utf8 = text.utf8
    guard let first = utf8.first else { return true }
    switch first {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
      return isNumeric(utf8)
    default: return utf8.count <= 5 && words.contains(text.lowercased())
    }
  }

  private static let words: Set<String> = [
    "y", "yes", "n", "no", "true", "false", "on", "off", "null", "~", "=", "<<",
  ]

  /// Whether the text is a number, a date or a time anywhere: decimal, with `_`, sexagesimal, with a prefix, with any
  /// number of points, infinite, or not a number.
  private static func isNumeric(_ text: String.UTF8View) -> Bool {
    var rest = text[...]
    if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
    if rest.first == UInt8(ascii: "."), rest.count == 4 {
      let word = rest.dropFirst().map { $0 | 0x20 }
      if word.elementsEqual("inf".utf8) || word.elementsEqual("nan".utf8) { return true }
    }
    guard let first = rest.first, first.isASCIIDigit || first == UInt8(ascii: ".") else { return false }
    if first == UInt8(ascii: "0"), let letter = rest.dropFirst().first.map({ $0 | 0x20 }) {
      let digits = rest.dropFirst(2)
      switch letter {
      case UInt8(ascii: "x"): return digits.allSatisfy { $0.isASCIIHexDigit || $0 == UInt8(ascii: "_") }
      case UInt8(ascii: "o"), UInt8(ascii: "b"): return digits.allSatisfy { $0.isASCIIDigit || $0 == UInt8(ascii: "_") }
      default: break
      }
    }
    return isDate(rest) || rest.allSatisfy(isNumberByte)
  }

  private static func isNumberByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: ":"),
      UInt8(ascii: "e"), UInt8(ascii: "E"), UInt8(ascii: "+"), UInt8(ascii: "-"):
      return true
    default: return false
    }
  }

  /// Whether the text begins like a date and holds nothing that no timestamp has.
  private static func isDate(_ text: Substring.UTF8View) -> Bool {
    guard text.prefix(4).allSatisfy(\.isASCIIDigit), text.dropFirst(4).first == UInt8(ascii: "-") else { return false }
    return text.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "t"), UInt8(ascii: "T"), UInt8(ascii: "z"), UInt8(ascii: "Z"), UInt8(ascii: " "): true
      default: isNumberByte(byte)
      }
    }
  }

  /// Whether every reader takes the text for the same number: `[-]digits[.digits[e±digits]]` without leading zeros.
  /// YAML 1.1 knows an exponent only after a point, and reads `0777` in base 8.
  static func isDecimal(_ text: String) -> Bool {
    var rest = text.utf8[...]
    if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
    let whole = rest.prefix(while: \.isASCIIDigit).count
    if whole == 0 || (whole > 1 && rest.first == UInt8(ascii: "0")) { return false }
    rest = rest.dropFirst(whole)
    if rest.isEmpty { return true }
    guard rest.first == UInt8(ascii: ".") else { return false }
    let fraction = rest.dropFirst().prefix(while: \.isASCIIDigit).count
    if fraction == 0 { return false }
    rest = rest.dropFirst(fraction + 1)
    if rest.isEmpty { return true }
    guard rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") else { return false }
    rest = rest.dropFirst()
    guard rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") else { return false }
    rest = rest.dropFirst()
    return !rest.isEmpty && rest.allSatisfy(\.isASCIIDigit)
  }

  /// Whether the grammar lets the text stand without quotes as a key or a value outside `[]` and `{}`. The text is not
  /// empty and on one line.
  static func isSafePlain(_ text: String.UTF8View) -> Bool {
    guard let first = text.first, let last = text.last else { return false }
    if first == UInt8(ascii: " ") || last == UInt8(ascii: " ") || last == UInt8(ascii: ":") { return false }
    switch first {
    case UInt8(ascii: "-"):
      // A dash begins a flag such as `--port`, but alone or before a space it is a list item, and thrice a document.
      guard let second = text.dropFirst().first, second != UInt8(ascii: " ") else { return false }
      if text.starts(with: "---".utf8) { return false }
    case UInt8(ascii: "."):
      if text.starts(with: "...".utf8) { return false }
    case UInt8(ascii: "?"), UInt8(ascii: ":"), UInt8(ascii: ","), UInt8(ascii: "["), UInt8(ascii: "]"),
      UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "#"), UInt8(ascii: "&"), UInt8(ascii: "*"),
      UInt8(ascii: "!"), UInt8(ascii: "|"), UInt8(ascii: ">"), UInt8(ascii: "'"), UInt8(ascii: "\""),
      UInt8(ascii: "%"), UInt8(ascii: "@"), UInt8(ascii: "`"), UInt8(ascii: "="):
      return false
    default: break
    }
    var previous: UInt8 = 0
    for byte in text {
      if previous == UInt8(ascii: ":"), byte == UInt8(ascii: " ") { return false }
      if previous == UInt8(ascii: " "), byte == UInt8(ascii: "#") { return false }
      previous = byte
    }
    return true
  }
}
