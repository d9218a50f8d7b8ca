package import DroverCore

/// How much of one subject of a limit is used.
package struct LimitBalance: Equatable, Sendable {
  /// The name that the limit splits by; empty where it does not.
  package var subject: String
  package var use: LimitUse
}

/// What one subject of a budget has spent.
package struct BudgetBalance: Equatable, Sendable {
  /// The name that the budget splits by; empty where it does not.
  package var subject: String
  package var span: BudgetSpan
  package var spent: Money
  /// Set aside for requests in flight, other nodes' included.
  package var held: Money
  /// Never less than zero.
  package var remaining: Money
}

extension AdmissionMachine {
  /// Requests that are in flight.
  package var openTickets: Int { tickets.openCount }

  /// The use of a RateLimit, by subject; those that were never used are left out.
  package mutating func use(of name: String, at time: AdmissionTime) -> [LimitBalance] {
    let now = advance(to: time)
    guard let rule = table.limit(named: name) else { return [] }
    return limits.cells.indices.filter { limits.cells[$0].isUsed && Int(limits.cells[$0].rule) == rule }.map { place in
      limits.cells[place].state.expire(at: now)
      return LimitBalance(
        subject: table.subject(of: limits.cells[place]).subject, use: limits.cells[place].state.use)
    }.sorted { $0.subject < $1.subject }
  }

  /// The use of a Model's own limit.
  package mutating func upstreamUse(of model: Int, at time: AdmissionTime) -> LimitUse {
    let now = advance(to: time)
    guard limits.upstreamState(model: model) != nil else { return LimitUse() }
    let place = limits.upstreamPlace(model: model)
    limits.cells[place].state.expire(at: now)
    return limits.cells[place].state.use
  }

  /// The balance of a Budget, by subject; those that never spent are left out.
  package mutating func balance(of name: String, at time: AdmissionTime) -> [BudgetBalance] {
    _ = advance(to: time)
    guard let rule = table.budget(named: name) else { return [] }
    let span = budgets.span(rule, table, at: wall)
    let amount = table.budgets[rule].amount
    return budgets.places(of: rule).map { place in
      budgets.cells[place].state.roll(to: span.start)
      let state = budgets.cells[place].state
      let held = state.held + state.elsewhere
      return BudgetBalance(
        subject: table.window(of: budgets.cells[place]).subject, span: span, spent: state.spent, held: held,
        remaining: max(.zero, amount - state.spent - held))
    }.sorted { $0.subject < $1.subject }
  }

  /// The present window of a Budget; nil where none of this name is in force.
  package mutating func span(ofBudget name: String, at time: AdmissionTime) -> BudgetSpan? {
    _ = advance(to: time)
    return table.budget(named: name).map { budgets.span($0, table, at: wall) }
  }

  /// How often a rule in mode Observe would have refused.
  package func observedRefusals(ofLimit name: String) -> Int64 {
    table.limit(named: name).flatMap { observed.limits[$0] } ?? 0
  }

  package func observedRefusals(ofBudget name: String) -> Int64 {
    table.budget(named: name).flatMap { observed.budgets[$0] } ?? 0
  }

  /// Forgets idle subjects and gives their memory back: at most `count` of them, the next ones at the next call. All of
  /// them must have had their turn within 24 days.
  package mutating func sweep(_ count: Int, at time: AdmissionTime) {
    let now = advance(to: time)
    for _ in 0..<min(count, limits.cells.count) {
      sweepPlace = sweepPlace + 1 < limits.cells.count ? sweepPlace + 1 : 0
      limits.sweep(sweepPlace, at: now)
    }
  }
}
