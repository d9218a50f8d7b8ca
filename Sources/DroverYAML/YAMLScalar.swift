/// What a scalar means under the core schema of YAML 1.2 (section 10.3): `no`, `off` and `12:30` are strings.
package enum YAMLScalar: Equatable, Hashable, Sendable {
  case null
  case bool(Bool)
  case integer(Int64)
  /// A number with a point or an exponent, an infinity, not-a-number, or an integer beyond `Int64`; as written.
  case float(String)
  case string(String)
}

extension YAMLNode {
  /// The meaning of a scalar; nil for a sequence or a mapping.
  package var resolved: YAMLScalar? {
    guard case .scalar(let text, let style) = content else { return nil }
    guard style == .plain else { return .string(text) }
    return YAMLScalar(plain: text)
  }
}

extension YAMLScalar {
  /// Resolves a plain (unquoted) scalar.
  package init(plain text: String) {
    let utf8 = text.utf8
    guard let first = utf8.first else {
      self = .null
      return
    }
    switch first {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
      self = YAMLNumberForm(utf8).resolve(text)
    case UInt8(ascii: "n"), UInt8(ascii: "N"), UInt8(ascii: "~"), UInt8(ascii: "t"), UInt8(ascii: "T"),
      UInt8(ascii: "f"), UInt8(ascii: "F"):
      switch text {
      case "~", "null", "Null", "NULL": self = .null
      case "true", "True", "TRUE": self = .bool(true)
      case "false", "False", "FALSE": self = .bool(false)
      default: self = .string(text)
      }
    default: self = .string(text)
    }
  }
}

/// Which number of the core schema a plain scalar is written as.
enum YAMLNumberForm: Equatable {
  case none
  case decimal
  /// Digits after a prefix of two characters: `0o` or `0x`.
  case prefixed(radix: Int)
  case float

  init(_ utf8: String.UTF8View) {
    var rest = utf8[...]
    let signed = rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-")
    if signed { rest = rest.dropFirst() }
    if !signed, let form = Self.prefixed(rest) {
      self = form
      return
    }
    self = Self.unsigned(rest, signed: signed)
  }

  private static func prefixed(_ text: Substring.UTF8View) -> YAMLNumberForm? {
    guard text.first == UInt8(ascii: "0"), let letter = text.dropFirst().first else { return nil }
    let digits = text.dropFirst(2)
    switch letter {
    case UInt8(ascii: "o"):
      let isOctal = !digits.isEmpty && digits.allSatisfy { $0 >= 0x30 && $0 <= 0x37 }
      return isOctal ? .prefixed(radix: 8) : YAMLNumberForm.none
    case UInt8(ascii: "x"):
      return !digits.isEmpty && digits.allSatisfy(\.isASCIIHexDigit) ? .prefixed(radix: 16) : YAMLNumberForm.none
    default: return nil
    }
  }

  private static func unsigned(_ text: Substring.UTF8View, signed: Bool) -> YAMLNumberForm {
    var rest = text
    let whole = rest.prefix(while: \.isASCIIDigit)
    rest = rest.dropFirst(whole.count)
    if rest.isEmpty { return whole.isEmpty ? .none : .decimal }
    var fraction = 0
    if rest.first == UInt8(ascii: ".") {
      rest = rest.dropFirst()
      if whole.isEmpty {
        if rest.elementsEqual("inf".utf8) || rest.elementsEqual("Inf".utf8) || rest.elementsEqual("INF".utf8) {
          return .float
        }
        if rest.elementsEqual("nan".utf8) || rest.elementsEqual("NaN".utf8) || rest.elementsEqual("NAN".utf8) {
          return signed ? .none : .float
        }
      }
      fraction = rest.prefix(while: \.isASCIIDigit).count
      rest = rest.dropFirst(fraction)
    }
    guard !whole.isEmpty || fraction > 0 else { return .none }
    if rest.isEmpty { return .float }
    guard rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") else { return .none }
    rest = rest.dropFirst()
    if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
    return !rest.isEmpty && rest.allSatisfy(\.isASCIIDigit) ? .float : .none
  }

  func resolve(_ text: String) -> YAMLScalar {
    switch self {
    case .none: .string(text)
    case .float: .float(text)
    case .decimal: Int64(text).map(YAMLScalar.integer) ?? .float(text)
    case .prefixed(let radix): Int64(text.dropFirst(2), radix: radix).map(YAMLScalar.integer) ?? .float(text)
    }
  }
}

extension UInt8 {
  var isASCIIDigit: Bool { self >= 0x30 && self <= 0x39 }
  var isASCIIHexDigit: Bool { isASCIIDigit || (self | 0x20 >= 0x61 && self | 0x20 <= 0x66) }
}
