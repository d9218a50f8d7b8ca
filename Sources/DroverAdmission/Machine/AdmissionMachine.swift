package import DroverCore

/// Limits and budgets of everything that is admitted: the one state that a request is decided against, and that its
/// decision changes.
///
/// A value without a clock: callers keep it behind one lock, and everything is decided in one call, which looks at every
/// window, place and budget first and takes from all of them then, or from none. No window of a limit is ever exceeded,
/// no budget is ever overspent, and a refusal consumes nothing.
package struct AdmissionMachine: Sendable {
  package internal(set) var table: AdmissionTable
  var limits: LimitPool
  var budgets: BudgetPool
  var tickets = TicketBook()
  /// What happened and is to be told; see ``takeEvents()``.
  var events: [AdmissionEvent] = []
  /// How often a rule that only observes would have refused.
  var observed = ObservedRefusals()
  /// The newest times that were seen: later calls may have read their clocks earlier.
  var uptime = Int64.min
  var wall = Timestamp(milliseconds: .min)
  /// What the present decision would take; kept for their memory.
  var limitPlaces: [Int] = []
  var budgetPlaces: [Int] = []
  /// Where the sweep goes on.
  var sweepPlace = 0

  /// `leases`: budgets may only spend what ``grant(_:)`` gives them; else nobody else spends, and all is granted.
  package init(_ table: AdmissionTable = AdmissionTable(), leases: Bool = false) {
    self.table = table
    limits = LimitPool()
    budgets = BudgetPool(leases: leases)
    limits.extend(to: table)
    budgets.extend(to: table)
  }

  /// What has happened since the last call, in order.
  package mutating func takeEvents() -> [AdmissionEvent] {
    defer { events = [] }
    return events
  }

  /// The limits that the state at a place is held to.
  func bounds(at place: Int) -> WindowLimits {
    let rule = limits.cells[place].rule
    return rule == LimitPool.upstream
      ? table.models[Int(limits.cells[place].subject)].upstream : table.limits[Int(rule)].limits
  }

  /// Moves on to a time, and returns the limiter's milliseconds.
  mutating func advance(to time: AdmissionTime) -> UInt32 {
    uptime = max(uptime, time.uptime)
    if time.wall.milliseconds > wall.milliseconds { wall = time.wall }
    return UInt32(truncatingIfNeeded: uptime)
  }
}

/// What the machine has to tell.
package enum AdmissionEvent: Equatable, Sendable {
  /// The spending of a window has passed a percentage of its budget; told once a window.
  case budgetAlert(BudgetWindow, percent: Int64, spent: Money, amount: Money)
  /// A request was refused since nothing is left; told once a window, with what is to happen.
  case budgetExhausted(BudgetWindow, BudgetRule.Exhaustion)
}

/// Counts of what rules in mode Observe would have refused, by the number of the rule.
struct ObservedRefusals: Equatable, Sendable {
  var limits: [Int: Int64] = [:]
  var budgets: [Int: Int64] = [:]
}
