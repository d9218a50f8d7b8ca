package import DroverCore

/// What one subject of a budget has spent in its present window, and what is held for requests in flight.
///
/// Spent and held together never exceed the amount, as long as no request costs more than was held for it.
package struct BudgetState: Equatable, Sendable {
  /// The window that everything here is of.
  package private(set) var start: Timestamp
  package private(set) var spent = Money.zero
  package private(set) var held = Money.zero
  /// Held or granted at other nodes.
  package private(set) var elsewhere = Money.zero
  /// What is left of what this node was granted; nil: nobody else spends, and it is all granted.
  package private(set) var allowance: Money?
  /// The highest alert that was told, in percent.
  private var alerted: Int64 = 0
  /// Whether it was told that nothing is left.
  private var isExhaustionTold = false

  package init(start: Timestamp, allowance: Money? = nil) {
    self.start = start
    self.allowance = allowance
  }

  /// Begins the next window. Holds of the last one are settled there, by the ledger alone.
  package mutating func roll(to start: Timestamp) {
    guard start.milliseconds > self.start.milliseconds else { return }
    self = BudgetState(start: start, allowance: allowance == nil ? nil : .zero)
  }

  /// What may still be held, of an amount.
  package func left(of amount: Money) -> Money {
    let own = amount - spent - held - elsewhere
    guard let allowance else { return own }
    return min(own, allowance - held)
  }

  /// Whether a grant is what lacks: the amount itself would do.
  package func lacksGrant(for cost: Money, of amount: Money) -> Bool {
    allowance.map { $0 - held < cost } ?? false && amount - spent - held - elsewhere >= cost
  }

  package mutating func hold(_ cost: Money) { held += cost }

  /// Puts what an attempt really cost in the place of its hold. `window` is the one in which the hold was taken.
  package mutating func settle(held hold: Money, cost: Money, window: Timestamp) {
    guard window.milliseconds == start.milliseconds else { return }
    held -= hold
    spent += cost
    if let left = allowance { allowance = left - cost }
  }

  /// Takes a grant. A restored one was counted among what all nodes were granted, and is this node's own.
  package mutating func grant(_ amount: Money, isRestored: Bool = false) {
    if isRestored { elsewhere -= amount }
    if let left = allowance { allowance = left + amount }
  }

  /// What the ledger knew at the start.
  package mutating func restore(spent: Money, elsewhere: Money, alerts: [Int64], amount: Money) {
    self.spent += spent
    self.elsewhere += elsewhere
    // What was passed before was told before.
    alerted = alerts.last { isPassed($0, of: amount) } ?? alerted
  }

  /// The alerts that have been passed since the last call, ascending.
  package mutating func newAlerts(_ alerts: [Int64], of amount: Money) -> [Int64] {
    guard let highest = alerts.last, alerted < highest else { return [] }
    let passed = alerts.filter { $0 > alerted && isPassed($0, of: amount) }
    alerted = passed.last ?? alerted
    return passed
  }

  private func isPassed(_ percent: Int64, of amount: Money) -> Bool {
    spent.picos * 100 >= amount.picos * Int128(percent)
  }

  /// True the first time in a window.
  package mutating func tellsExhaustion() -> Bool {
    defer { isExhaustionTold = true }
    return !isExhaustionTold
  }
}
