/// How an attempt ended. The raw values stand in journals and databases, and never change their meaning.
package enum UsageOutcome: UInt8, Hashable, Sendable, CaseIterable {
  /// A whole answer.
  case ok = 0
  /// Refused or failed by the provider; what was billed before is charged.
  case error = 1
  /// Ended by the client.
  case cancelled = 2
  /// The answer broke off; charged for what was produced, or at the hold.
  case cut = 3
  /// What became of it cannot be known; charged at the hold.
  case lost = 4

  package var word: String {
    switch self {
    case .ok: "ok"
    case .error: "error"
    case .cancelled: "cancelled"
    case .cut: "cut"
    case .lost: "lost"
    }
  }
}

/// What tokens were used for. The raw values stand in journals and databases, and never change their meaning.
package enum UsagePurpose: UInt8, Hashable, Sendable, CaseIterable {
  /// A request of a client.
  case inference = 0
  case profile = 1
  case warmup = 2
  case probe = 3
  /// Reported over the control API by somebody who made the request elsewhere.
  case reported = 4
  /// Puts earlier rows right; its amounts may be negative, and it counts as no request.
  case correction = 5

  package var word: String {
    switch self {
    case .inference: "inference"
    case .profile: "profile"
    case .warmup: "warmup"
    case .probe: "probe"
    case .reported: "reported"
    case .correction: "correction"
    }
  }
}

/// Remarks on a usage row. The bits stand in journals and databases, and never change their meaning.
package struct UsageFlags: OptionSet, Hashable, Sendable {
  package let rawValue: UInt16

  package init(rawValue: UInt16) { self.rawValue = rawValue }

  /// Tokens were counted here, since the provider did not say.
  package static let estimated = UsageFlags(rawValue: 1 << 0)
  /// Priced at another tier than the standard one.
  package static let tier = UsageFlags(rawValue: 1 << 1)
  /// `max_tokens` was lowered to what was left of a budget.
  package static let clamped = UsageFlags(rawValue: 1 << 2)
}
