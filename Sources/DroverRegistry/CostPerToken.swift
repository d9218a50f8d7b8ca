package import DroverCore

/// What one token costs on average, half of them input and half output: an exact fraction, never rounded.
///
/// Prices have at most 12 digits behind the point and 12 before it, see the schema of `cost`; `per` is at most 10^9.
package struct CostPerToken: Hashable, Sendable, Comparable {
  /// Units of the currency times 10^12.
  private let numerator: UInt128
  /// Tokens times 10^12.
  private let denominator: UInt128

  /// Of a `cost` as a Model has it: (input + output) / (2 · per). Nil where neither price is given or one is no price.
  package init?(cost: FieldValue) {
    guard let input = PriceAmount(cost["inputTokens"] ?? .integer(0)),
      let output = PriceAmount(cost["outputTokens"] ?? .integer(0)),
      cost["inputTokens"] != nil || cost["outputTokens"] != nil
    else { return nil }
    let per = max(1, cost["per"]?.integer ?? 1000)
    numerator = input.trillionths + output.trillionths
    denominator = UInt128(per) * 2 * PriceAmount.scale
  }

  /// Reads a bound, `0.00002`; nil for what is no number from 0 with at most 24 digits behind the point.
  package init?(_ text: String) {
    guard let canonical = DecimalText.canonical(text), canonical.first != "-" else { return nil }
    let digits = DecimalText.fractionDigits(canonical)
    guard digits <= 24, DecimalText.wholeDigits(canonical) <= 12,
      let number = UInt128(canonical.filter { $0 != "." })
    else { return nil }
    numerator = number
    denominator = (0..<digits).reduce(UInt128(1)) { power, _ in power * 10 }
  }

  package var isZero: Bool { numerator == 0 }

  package static func < (left: CostPerToken, right: CostPerToken) -> Bool {
    product(left.numerator, right.denominator) < product(right.numerator, left.denominator)
  }

  package static func == (left: CostPerToken, right: CostPerToken) -> Bool { !(left < right) && !(right < left) }

  package func hash(into hasher: inout Hasher) { hasher.combine(numerator == 0) }

  private static func product(_ first: UInt128, _ second: UInt128) -> (UInt128, UInt128) {
    let product = first.multipliedFullWidth(by: second)
    return (product.high, product.low)
  }
}

/// A price as a whole number of 10^-12 of its currency's unit.
package struct PriceAmount: Hashable, Sendable {
  package static let scale: UInt128 = 1_000_000_000_000

  package var trillionths: UInt128

  package init(trillionths: UInt128) { self.trillionths = trillionths }

  /// Of an integer or a decimal from 0 with at most 12 digits before and behind the point; nil for anything else.
  package init?(_ value: FieldValue) {
    guard let canonical = value.scalarText.flatMap(DecimalText.canonical), canonical.first != "-",
      DecimalText.wholeDigits(canonical) <= 12
    else { return nil }
    let digits = DecimalText.fractionDigits(canonical)
    guard digits <= 12, let number = UInt128(canonical.filter { $0 != "." }) else { return nil }
    trillionths = (digits..<12).reduce(number) { amount, _ in amount * 10 }
  }

  /// With every digit, and none that is not needed.
  package var fieldValue: FieldValue {
    let whole = trillionths / PriceAmount.scale
    var fraction = String(trillionths % PriceAmount.scale)
    fraction = String(repeating: "0", count: 12 - fraction.utf8.count) + fraction
    while fraction.hasSuffix("0") { fraction.removeLast() }
    if fraction.isEmpty { return Int64(exactly: whole).map { .integer($0) } ?? .decimal(String(whole)) }
    return .decimal("\(whole).\(fraction)")
  }
}
