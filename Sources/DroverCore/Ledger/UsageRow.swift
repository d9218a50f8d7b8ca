/// Money and tokens that are set aside for one attempt before it is dispatched.
package struct Hold: Hashable, Sendable {
  package var id: AttemptID
  /// Decides in which windows it counts, however late it is settled.
  package var takenAt: Timestamp
  package var purpose: UsagePurpose
  /// Name of the AccessKey.
  package var accessKey: String?
  /// Key of the model that bills: `provider:id`.
  package var model: String
  package var route: String?
  /// Of all its amounts: three letters.
  package var currency: String
  /// Largest number of tokens that it can take: bounded input and clamped output.
  package var reservedTokens: Int64
  /// The most that it can cost.
  package var worstCost: Money
  /// What it is charged to; sorted.
  package var budgets: [BudgetWindow]
  /// What it counts for; sorted.
  package var limits: [LimitSubject]

  package init(
    id: AttemptID, takenAt: Timestamp, purpose: UsagePurpose = .inference, accessKey: String? = nil, model: String,
    route: String? = nil, currency: String = "USD", reservedTokens: Int64 = 0, worstCost: Money = .zero,
    budgets: [BudgetWindow] = [], limits: [LimitSubject] = []
  ) {
    self.id = id
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

  /// Of the provider that bills.
  package var provider: String { String(model.prefix { $0 != ":" }) }

  /// The settlement of a hold whose outcome cannot be known: all of it.
  package func lost(at time: Timestamp) -> Settlement {
    Settlement(id: id, settledAt: time, outcome: .lost, cost: worstCost)
  }
}

/// What became of a hold.
package struct Settlement: Hashable, Sendable {
  package var id: AttemptID
  package var settledAt: Timestamp
  package var outcome: UsageOutcome
  package var flags: UsageFlags
  package var tokens: TokenCounts
  /// At the price of then; it is never computed anew.
  package var cost: Money
  /// HTTP status of the upstream; 0: there was none.
  package var status: UInt16
  /// Nil: nothing came.
  package var timeToFirstToken: Duration?
  package var duration: Duration

  package init(
    id: AttemptID, settledAt: Timestamp, outcome: UsageOutcome, flags: UsageFlags = [], tokens: TokenCounts = .zero,
    cost: Money = .zero, status: UInt16 = 0, timeToFirstToken: Duration? = nil, duration: Duration = .zero
  ) {
    self.id = id
    self.settledAt = settledAt
    self.outcome = outcome
    self.flags = flags
    self.tokens = tokens
    self.cost = cost
    self.status = status
    self.timeToFirstToken = timeToFirstToken
    self.duration = duration
  }
}

/// One line of the ledger: an attempt that has ended, and what it is charged.
package struct UsageRow: Hashable, Sendable {
  package var hold: Hold
  package var settlement: Settlement

  package init(_ hold: Hold, _ settlement: Settlement) {
    self.hold = hold
    self.settlement = settlement
  }

  package var id: AttemptID { hold.id }

  /// Requests that it counts as.
  package var requests: Int64 { hold.purpose == .correction ? 0 : 1 }

  /// Whether it counts as answered.
  package var succeeded: Bool { settlement.outcome == .ok }

  /// Tokens that limits count: those used, or all that were reserved where that cannot be known.
  package var limitTokens: Int64 {
    settlement.outcome == .lost ? hold.reservedTokens : settlement.tokens.billable
  }
}
