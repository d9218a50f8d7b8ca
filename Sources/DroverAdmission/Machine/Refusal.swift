package import DroverCore

/// Why a request may not be sent.
package enum Refusal: Equatable, Sendable {
  /// A RateLimit.
  case limit(name: String, subject: String, LimitExcess)
  /// The Model's own `rateLimit`: another model may still serve.
  case upstream(model: String, LimitExcess)
  case budget(BudgetExcess)
  /// A budget, or a limit of tokens, applies to what has no bound or no price.
  case unbounded(Unbounded)
}

/// Why a budget lets a request not through.
package struct BudgetExcess: Equatable, Sendable {
  package enum Cause: Equatable, Sendable {
    /// Not enough is left.
    case exhausted
    /// One request costs more than one may.
    case perRequest(Money)
    /// The model is priced in another currency.
    case currency(String)
    /// Enough is left, and not granted to this node yet: ask for a grant of the window, and then again.
    case notGranted
  }

  package var cause: Cause
  package var budget: String
  /// The name that the budget splits by; empty where it does not.
  package var subject: String
  package var currency: String
  package var amount: Money
  package var spent: Money
  package var held: Money
  /// The most that the request may cost.
  package var cost: Money
  package var window: BudgetSpan
  package var onExhausted: BudgetRule.Exhaustion
}

extension Refusal {
  /// Whether asking again can only help after something was changed.
  package var isFinal: Bool {
    switch self {
    case .limit(_, _, let excess), .upstream(_, let excess): excess.isHopeless
    case .unbounded: true
    case .budget(let excess):
      switch excess.cause {
      case .perRequest, .currency: true
      case .exhausted: excess.window.isEndless && excess.held == .zero
      case .notGranted: false
      }
    }
  }

  /// When asking again may help, from `now`; nil where nobody can tell.
  package func retryAfter(at now: Timestamp) -> Duration? {
    guard !isFinal else { return nil }
    switch self {
    case .limit(_, _, let excess), .upstream(_, let excess): return excess.retryAfter.map { .milliseconds(Int64($0)) }
    case .unbounded: return nil
    case .budget(let excess):
      if excess.cause == .notGranted { return .seconds(1) }
      // Holds are given back as soon as requests end: then there may be room before the window is over.
      if excess.held > .zero { return .seconds(1) }
      return excess.window.isEndless ? nil : excess.window.end - now
    }
  }

  /// One sentence: what refused, how much is used and held, and when it is free again.
  package func message(at now: Timestamp) -> String {
    switch self {
    case .limit(let name, let subject, let excess):
      "Rate limit exceeded: \(excess.sentence(of: "'\(name)'" + (subject.isEmpty ? "" : " for '\(subject)'")))"
    case .upstream(let model, let excess): "Rate limit exceeded: \(excess.sentence(of: "model '\(model)'"))"
    case .budget(let excess): excess.message
    case .unbounded(let unbounded): unbounded.message
    }
  }
}

extension LimitExcess {
  func sentence(of owner: String) -> String {
    let what = "\(window.rawValue) of \(owner)"
    if isHopeless { return "\(what) is \(limit), and this request alone may take \(requested); lower 'max_tokens'" }
    let use = "\(what) is \(limit), \(used) used"
    switch window {
    case .concurrency: return use + "; free when a request ends"
    case .tokensPerMinute: return use + " and \(requested) asked for" + free
    case .requestsPerMinute, .requestsPerDay: return use + free
    }
  }

  private var free: String {
    guard let retryAfter else { return "" }
    return "; free in \((Int64(retryAfter) + 999) / 1000) s"
  }
}

extension BudgetExcess {
  var message: String {
    let name = "budget '\(budget)'" + (subject.isEmpty ? "" : " for '\(subject)'")
    switch cause {
    case .perRequest(let most):
      return
        "Cost \(cost.text(in: currency)) exceeds budget: \(name) allows \(most.text(in: currency)) a request; lower "
        + "'max_tokens'"
    case .currency(let other):
      return "\(name) is in \(currency) and the model is priced in \(other); give both the same currency"
    case .notGranted: return "\(name) has not been granted to this node yet; try again"
    case .exhausted:
      let use = "\(spent.text(in: currency)) of \(amount.text(in: currency)) spent, \(held.text(in: currency)) held"
      let reset = window.isEndless ? "" : "; it begins anew at \(window.end)"
      return "Cost \(cost.text(in: currency)) exceeds budget: \(name) has \(use)\(reset)"
    }
  }
}

extension Money {
  /// For people, with at least four digits behind the point: `$0.0500`, `1.2500 EUR`.
  package func text(in currency: String) -> String {
    var text = description
    if !text.contains(".") { text += "." }
    let digits =
      text.utf8.count
      - (text.utf8.firstIndex(of: UInt8(ascii: ".")).map {
        text.utf8.distance(from: text.utf8.startIndex, to: $0) + 1
      } ?? 0)
    text += String(repeating: "0", count: max(0, 4 - digits))
    return currency == "USD" ? "$" + text : text + " " + currency
  }
}
