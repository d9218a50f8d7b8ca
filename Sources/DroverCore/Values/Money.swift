/// An amount of money, exact to 10^-12 of its currency's unit.
///
/// The currency stands beside it, never in it. Amounts are exact up to 10^12 units and far beyond; sums stop at the
/// largest number (about 10^26 units) instead of wrapping around.
package struct Money: Hashable, Sendable {
  /// 10^-12 units.
  package var picos: Int128

  package static let zero = Money(picos: 0)
  /// 10^-12 units of one unit.
  package static let picosPerUnit: Int128 = 1_000_000_000_000

  package init(picos: Int128) { self.picos = picos }

  /// Whole units.
  package init(units: Int64) { picos = Int128(units) * Self.picosPerUnit }

  /// Reads a decimal such as `0.0015`; nil for anything else, and for more than 12 digits on either side of the point:
  /// no amount is ever rounded.
  package init?(_ text: String) {
    guard let canonical = DecimalText.canonical(text), DecimalText.fractionDigits(canonical) <= 12,
      DecimalText.wholeDigits(canonical) <= 12
    else { return nil }
    var digits = canonical.filter { $0 != "." && $0 != "-" }
    digits += String(repeating: "0", count: 12 - DecimalText.fractionDigits(canonical))
    guard let magnitude = Int128(digits) else { return nil }
    picos = canonical.hasPrefix("-") ? -magnitude : magnitude
  }

  package static func + (left: Money, right: Money) -> Money {
    let (sum, overflow) = left.picos.addingReportingOverflow(right.picos)
    return Money(picos: overflow ? (right.picos < 0 ? .min : .max) : sum)
  }

  package static func - (left: Money, right: Money) -> Money {
    let (difference, overflow) = left.picos.subtractingReportingOverflow(right.picos)
    return Money(picos: overflow ? (right.picos < 0 ? .max : .min) : difference)
  }

  package static prefix func - (money: Money) -> Money { .zero - money }

  package static func += (left: inout Money, right: Money) { left = left + right }

  package static func -= (left: inout Money, right: Money) { left = left - right }
}

extension Money: Comparable {
  package static func < (left: Money, right: Money) -> Bool { left.picos < right.picos }
}

extension Money: CustomStringConvertible {
  /// The canonical decimal, `0.0015`: what ``init(_:)`` reads.
  package var description: String {
    let magnitude = picos.magnitude
    let unit = UInt128(Self.picosPerUnit)
    var text = (picos < 0 ? "-" : "") + String(magnitude / unit)
    let rest = magnitude % unit
    guard rest > 0 else { return text }
    let digits = String(rest)
    text += "." + String(repeating: "0", count: 12 - digits.utf8.count) + digits
    while text.utf8.last == UInt8(ascii: "0") { text.removeLast() }
    return text
  }
}
