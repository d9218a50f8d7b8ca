/// What one budget window has taken.
package struct BudgetTotal: Hashable, Sendable {
  package var window: BudgetWindow
  /// Sum of the ledger's rows.
  package var spent: Money
  /// Sum of open holds.
  package var held: Money
  /// Handed out to nodes and not spent by any row yet; it covers their open holds.
  package var granted: Money

  package init(window: BudgetWindow, spent: Money = .zero, held: Money = .zero, granted: Money = .zero) {
    self.window = window
    self.spent = spent
    self.held = held
    self.granted = granted
  }
}

/// Statistics of one model since they were last reset, in one currency.
package struct ModelUsage: Hashable, Sendable {
  /// Key of the model.
  package var model: String
  package var currency: String
  package var totals: UsageTotals
  package var lastReset: Timestamp?

  package init(model: String, currency: String, totals: UsageTotals, lastReset: Timestamp? = nil) {
    self.model = model
    self.currency = currency
    self.totals = totals
    self.lastReset = lastReset
  }
}

/// What a node starts from.
package struct LedgerImage: Hashable, Sendable {
  /// Of each budget and subject the newest window, sorted.
  package var budgets: [BudgetTotal]
  /// Of the last 24 hours, sorted by subject and start.
  package var slots: [LimitSlot]
  /// Sorted by model and currency.
  package var models: [ModelUsage]
  /// Of all nodes, sorted.
  package var openHolds: [Hold]
  package var cursors: [LedgerCursor]
  /// What this node was granted in an earlier life and has not spent, sorted by window.
  package var grants: [Grant]

  package init(
    budgets: [BudgetTotal] = [], slots: [LimitSlot] = [], models: [ModelUsage] = [], openHolds: [Hold] = [],
    cursors: [LedgerCursor] = [], grants: [Grant] = []
  ) {
    self.budgets = budgets
    self.slots = slots
    self.models = models
    self.openHolds = openHolds
    self.cursors = cursors
    self.grants = grants
  }
}

/// How much a node asks for.
package struct GrantRequest: Hashable, Sendable {
  package var window: BudgetWindow
  /// The amount of the budget.
  package var limit: Money
  /// The most that it can use.
  package var want: Money

  package init(window: BudgetWindow, limit: Money, want: Money) {
    self.window = window
    self.limit = limit
    self.want = want
  }
}

/// Money that a node may spend without asking again.
package struct Grant: Hashable, Sendable {
  package var window: BudgetWindow
  /// Nothing where nothing is left.
  package var amount: Money

  package init(window: BudgetWindow, amount: Money) {
    self.window = window
    self.amount = amount
  }
}
