/// A decimal number kept as text, so that no price is ever rounded: optional sign, digits, optional fraction, no
/// exponent, no needless zeros.
package enum DecimalText {
  /// The canonical text of `text`; nil if it is no plain decimal (an exponent is expanded: `5e-07` is `0.0000005`).
  package static func canonical(_ text: String) -> String? {
    if isCanonical(text.utf8) { return text }
    var rest = text[...]
    var negative = false
    if rest.first == "-" || rest.first == "+" {
      negative = rest.first == "-"
      rest = rest.dropFirst()
    }
    var exponent = 0
    if let mark = rest.firstIndex(where: { $0 == "e" || $0 == "E" }) {
      guard let value = Int(rest[rest.index(after: mark)...]), abs(value) <= 40 else { return nil }
      exponent = value
      rest = rest[..<mark]
    }
    let parts = rest.split(separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), parts.contains(where: { !$0.isEmpty }),
      parts.allSatisfy({ $0.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } })
    else { return nil }
    var digits = parts.joined()
    var point = parts[0].utf8.count + exponent
    if point < 0 {
      digits = String(repeating: "0", count: -point) + digits
      point = 0
    }
    if point > digits.utf8.count { digits += String(repeating: "0", count: point - digits.utf8.count) }
    let whole = digits.prefix(point).drop { $0 == "0" }
    var fraction = Substring(digits.dropFirst(point))
    while fraction.last == "0" { fraction = fraction.dropLast() }
    let magnitude = (whole.isEmpty ? "0" : String(whole)) + (fraction.isEmpty ? "" : "." + fraction)
    return negative && magnitude != "0" ? "-" + magnitude : magnitude
  }

  /// `.inf`, `-.inf` or `.nan` for any way in which YAML 1.2 (section 10.3.2) writes it; nil for all else. Only values of
  /// no known field may be such.
  package static func notFinite(_ text: String) -> String? {
    switch text {
    case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": ".inf"
    case "-.inf", "-.Inf", "-.INF": "-.inf"
    case ".nan", ".NaN", ".NAN": ".nan"
    default: nil
    }
  }

  /// Whether a text without a sign is canonical as it stands; hardly any other is ever written.
  private static func isCanonical(_ text: String.UTF8View) -> Bool {
    func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
    let whole = text.prefix(while: isDigit)
    guard let first = whole.first, first != 0x30 || whole.count == 1 else { return false }
    guard whole.endIndex != text.endIndex else { return true }
    guard text[whole.endIndex] == UInt8(ascii: ".") else { return false }
    let fraction = text[text.index(after: whole.endIndex)...]
    return fraction.allSatisfy(isDigit) && fraction.last ?? 0x30 != 0x30
  }

  /// Digits behind the point of a canonical text.
  package static func fractionDigits(_ canonical: String) -> Int {
    guard let point = canonical.firstIndex(of: ".") else { return 0 }
    return canonical.distance(from: point, to: canonical.endIndex) - 1
  }

  /// Digits before the point of a canonical text.
  package static func wholeDigits(_ canonical: String) -> Int {
    canonical.prefix { $0 != "." }.drop { $0 == "-" }.utf8.count
  }
}
