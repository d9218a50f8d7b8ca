/// The statistics of one model as people and programs are told of them.
package struct UsageStatement: Equatable, Sendable {
  package var inputTokens: Int64 = 0
  package var outputTokens: Int64 = 0
  package var requests: Int64 = 0
  package var succeeded: Int64 = 0
  package var failed: Int64 = 0
  /// The currency that the model is priced in now.
  package var currency: String
  package var costs: [String: Money] = [:]
  package var lastReset: Timestamp?

  /// `usage` is that of one model, a sum for each currency.
  package init(_ usage: [ModelUsage], currency: String) {
    self.currency = currency
    for sum in usage {
      inputTokens &+= sum.totals.tokens.prompt
      outputTokens &+= sum.totals.tokens.output
      requests &+= sum.totals.requests
      succeeded &+= sum.totals.succeeded
      failed &+= sum.totals.failed
      costs[sum.currency, default: .zero] += sum.totals.cost
      lastReset = max(lastReset ?? Timestamp(milliseconds: .min), sum.lastReset ?? Timestamp(milliseconds: .min))
    }
    if lastReset?.milliseconds == .min { lastReset = nil }
  }

  /// In ``currency``.
  package var cost: Money { costs[currency] ?? .zero }

  /// `totalCost` is that in `currency`; where there was usage in others, `costByCurrency` has all.
  package var fieldValue: FieldValue {
    let others = costs.contains { $0.key != currency && $0.value != .zero }
    return .object([
      "totalInputTokens": .integer(inputTokens), "totalOutputTokens": .integer(outputTokens),
      "totalCost": .money(cost), "currency": .string(currency),
      "costByCurrency": others
        ? .map(costs.sorted { $0.key < $1.key }.map { FieldEntry($0.key, .money($0.value)) }) : nil,
      "lastReset": lastReset.map { .string($0.description) } ?? .null, "requestCount": .integer(requests),
      "successfulRequests": .integer(succeeded), "failedRequests": .integer(failed),
    ])
  }
}

extension FieldValue {
  /// A number with every digit, and none that is not needed.
  package static func money(_ amount: Money) -> FieldValue {
    let text = amount.description
    return Int64(text).map { .integer($0) } ?? .decimal(text)
  }
}
