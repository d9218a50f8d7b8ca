import DroverCore

/// Numbers as people read them.
enum NumberText {
  /// `902`, `610K`, `19.10M`.
  static func tokens(_ count: Int64) -> String {
    if count < 1000 { return String(count) }
    if count < 999_500 { return "\((count + 500) / 1000)K" }
    if count < 999_995_000 { return hundredths((count + 5_000) / 10_000) + "M" }
    return hundredths((count + 5_000_000) / 10_000_000) + "G"
  }

  private static func hundredths(_ number: Int64) -> String {
    let rest = number % 100
    return "\(number / 100).\(rest < 10 ? "0" : "")\(rest)"
  }

  /// `598,720,000`.
  static func separated(_ count: Int64) -> String {
    var text = ""
    for (place, digit) in String(count.magnitude).reversed().enumerated() {
      if place > 0, place % 3 == 0 { text.append(",") }
      text.append(digit)
    }
    return (count < 0 ? "-" : "") + String(text.reversed())
  }

  /// Rounded to `digits` behind the point, a half away from zero.
  static func money(_ amount: Money, digits: Int) -> String {
    let unit = (digits..<12).reduce(UInt128(1)) { power, _ in power * 10 }
    let rounded = (amount.picos.magnitude + unit / 2) / unit
    var text = String(rounded)
    if text.utf8.count <= digits { text = String(repeating: "0", count: digits + 1 - text.utf8.count) + text }
    let sign = amount.picos < 0 && rounded > 0 ? "-" : ""
    return sign + text.dropLast(digits) + "." + text.suffix(digits)
  }

  /// Whole percents, `88%`.
  static func percent(_ part: Money, of whole: Money) -> String {
    guard whole.picos > 0 else { return "0%" }
    return "\((part.picos * 100 + whole.picos / 2) / whole.picos)%"
  }

  /// `99.8%`, cut off rather than rounded up to a hundred.
  static func rate(_ part: Int64, of whole: Int64) -> String {
    guard whole > 0 else { return "<none>" }
    let thousandths = part * 1000 / whole
    return "\(thousandths / 10).\(thousandths % 10)%"
  }
}
