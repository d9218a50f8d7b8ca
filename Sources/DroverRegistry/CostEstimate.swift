import DroverCore

/// What a request would cost by the base prices of a model; nothing is held or charged.
package struct CostEstimate: Hashable, Sendable {
  package var amount: PriceAmount
  package var currency: String

  /// The most tokens that an estimate is made for, of each sort: what fits the arithmetic by far.
  package static let tokens: ClosedRange<Int64> = 0...1_000_000_000_000

  /// `inputTokens · cost.inputTokens / per + outputTokens · cost.outputTokens / per`, rounded up to 10^-12 of the
  /// currency's unit. Nil for a model without prices, or numbers outside of ``tokens``.
  package init?(of entry: ModelEntry, inputTokens: Int64, outputTokens: Int64) {
    guard let cost = entry.spec["cost"], CostEstimate.tokens.contains(inputTokens),
      CostEstimate.tokens.contains(outputTokens), CostPerToken(cost: cost) != nil,
      let input = PriceAmount(cost["inputTokens"] ?? .integer(0)),
      let output = PriceAmount(cost["outputTokens"] ?? .integer(0))
    else { return nil }
    let per = UInt128(max(1, cost["per"]?.integer ?? 1000))
    let total = input.trillionths * UInt128(inputTokens) + output.trillionths * UInt128(outputTokens)
    amount = PriceAmount(trillionths: (total + per - 1) / per)
    currency = cost["currency"]?.string ?? "USD"
  }
}
