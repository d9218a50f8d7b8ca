import DroverAdmission
import DroverCore

extension Refusal {
  /// What limits and budgets say, for a client.
  init(_ refusal: DroverAdmission.Refusal, _ rates: RateAllowance, at now: Timestamp) {
    let message = refusal.message(at: now)
    switch refusal {
    case .limit, .upstream:
      self.init(429, "rate_limit_exceeded", message)
    case .budget(let excess):
      if case .currency = excess.cause {
        self.init(400, "policy_currency", message, parameter: "model")
      } else {
        self.init(429, "budget_exceeded", message)
      }
    case .unbounded(let unbounded):
      self.init(400, "policy_unbounded", message, parameter: unbounded.field)
    }
    self.rates = rates
    retryAfter = refusal.retryAfter(at: now)
    if refusal.isFinal { shouldRetry = false }
  }

  static let ledgerUnavailable = Refusal(
    503, "ledger_unavailable",
    "what requests cost cannot be written down now, so that none is sent that costs anything",
    retryAfter: .seconds(1))

  static let tooManyRules = Refusal(
    503, "policy_not_enforced", "more budgets and limits cover this request than can be counted; remove some",
    shouldRetry: false)

  static func outdated(_ model: String) -> Refusal {
    Refusal(503, "model_unavailable", "model '\(model)' was just changed; try again", retryAfter: .seconds(1))
  }
}
