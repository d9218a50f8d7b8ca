/// Usage that somebody reports who made the request elsewhere.
package struct UsageReport: Hashable, Sendable {
  /// Key of the model.
  package var model: String
  package var purpose: UsagePurpose
  package var accessKey: String?
  package var tokens: TokenCounts
  package var succeeded: Bool
  /// At the price of now.
  package var cost: Money
  package var currency: String
  /// What it is charged to, and what it counts for.
  package var budgets: [BudgetWindow]
  package var limits: [LimitSubject]
  package var duration: Duration

  package init(
    model: String, purpose: UsagePurpose = .reported, accessKey: String? = nil, tokens: TokenCounts, succeeded: Bool,
    cost: Money, currency: String = "USD", budgets: [BudgetWindow] = [], limits: [LimitSubject] = [],
    duration: Duration = .zero
  ) {
    self.model = model
    self.purpose = purpose
    self.accessKey = accessKey
    self.tokens = tokens
    self.succeeded = succeeded
    self.cost = cost
    self.currency = currency
    self.budgets = budgets
    self.limits = limits
    self.duration = duration
  }
}

/// Usage as whoever operates the fleet records, reads and resets it. What was recorded or reset before a question is in
/// the answer.
package protocol UsageControl: Sendable {
  /// Returns once the report survives the end of this process.
  func record(_ report: UsageReport) async throws(StoreError)
  /// Sets the statistics of a model to zero; rows and budgets stay.
  func resetUsage(of model: String) async throws(StoreError)
  /// Statistics since their last reset; with a model its own, else of all. Sorted by model and currency.
  func modelUsage(of model: String?) async throws(StoreError) -> [ModelUsage]
  /// Sorted by group.
  func usage(_ query: UsageQuery) async throws(StoreError) -> [UsageSum]
}
