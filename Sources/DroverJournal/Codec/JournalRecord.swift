package import DroverCore

/// One record of a journal. The letters stand in journals, and never change their meaning.
package enum JournalRecord: Hashable, Sendable {
  /// `N`: what a number stands for from here to the end of the segment.
  case name(NameID, JournalName)
  /// `H`: money and tokens are set aside for an attempt, which may be dispatched once this is written.
  case hold(HoldRecord)
  /// `S`: what became of it. What it tells may be told to the client once this is written.
  case settle(SettleRecord)
  /// `R`: the statistics of a model begin anew.
  case reset(ResetRecord)
  /// `G`: this node was granted money.
  case grant(GrantRecord)
  /// `C`: the journal was closed in order at this time; nothing follows.
  case close(at: Timestamp)

  enum Letter: UInt8 {
    case name = 0x4E
    case hold = 0x48
    case settle = 0x53
    case reset = 0x52
    case grant = 0x47
    case close = 0x43
  }
}

/// A ``Hold`` in numbers.
package struct HoldRecord: Hashable, Sendable {
  package struct Charge: Hashable, Sendable {
    package var budget: NameID
    package var start: Timestamp

    package init(budget: NameID, start: Timestamp) {
      self.budget = budget
      self.start = start
    }
  }

  package static let maxBudgets = 255
  package static let maxLimits = 4095

  package var request: UInt64
  package var attempt: UInt16
  package var takenAt: Timestamp
  package var purpose: UsagePurpose
  package var accessKey: NameID
  package var model: NameID
  package var route: NameID
  package var currency: NameID
  package var reservedTokens: Int64
  package var worstCost: Money
  /// At most ``maxBudgets``.
  package var budgets: [Charge]
  /// At most ``maxLimits``.
  package var limits: [NameID]

  package init(
    request: UInt64, attempt: UInt16 = 0, takenAt: Timestamp, purpose: UsagePurpose = .inference,
    accessKey: NameID = .none, model: NameID, route: NameID = .none, currency: NameID = .none,
    reservedTokens: Int64 = 0, worstCost: Money = .zero, budgets: [Charge] = [], limits: [NameID] = []
  ) {
    self.request = request
    self.attempt = attempt
    self.takenAt = takenAt
    self.purpose = purpose
    self.accessKey = accessKey
    self.model = model
    self.route = route
    self.currency = currency
    self.reservedTokens = reservedTokens
    self.worstCost = worstCost
    self.budgets = budgets
    self.limits = limits
  }
}

/// A ``Settlement`` in numbers. Durations are kept to a microsecond, up to 71 minutes for the first token.
package struct SettleRecord: Hashable, Sendable {
  package var request: UInt64
  package var attempt: UInt16
  package var settledAt: Timestamp
  package var outcome: UsageOutcome
  package var flags: UsageFlags
  package var status: UInt16
  package var tokens: TokenCounts
  package var cost: Money
  /// Microseconds.
  package var timeToFirstToken: UInt32?
  /// Microseconds.
  package var duration: Int64

  package init(
    request: UInt64, attempt: UInt16 = 0, settledAt: Timestamp, outcome: UsageOutcome, flags: UsageFlags = [],
    status: UInt16 = 0, tokens: TokenCounts = .zero, cost: Money = .zero, timeToFirstToken: UInt32? = nil,
    duration: Int64 = 0
  ) {
    self.request = request
    self.attempt = attempt
    self.settledAt = settledAt
    self.outcome = outcome
    self.flags = flags
    self.status = status
    self.tokens = tokens
    self.cost = cost
    self.timeToFirstToken = timeToFirstToken
    self.duration = duration
  }
}

/// A ``UsageReset`` in numbers.
package struct ResetRecord: Hashable, Sendable {
  package var model: NameID
  package var at: Timestamp

  package init(model: NameID, at: Timestamp) {
    self.model = model
    self.at = at
  }
}

/// A ``Grant`` in numbers: what a node may still spend when its ledger cannot be reached.
package struct GrantRecord: Hashable, Sendable {
  package var budget: NameID
  package var start: Timestamp
  package var amount: Money

  package init(budget: NameID, start: Timestamp, amount: Money) {
    self.budget = budget
    self.start = start
    self.amount = amount
  }
}
