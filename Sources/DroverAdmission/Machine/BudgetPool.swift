import DroverCore

/// The states of all budgets, made when their subjects are first seen.
struct BudgetPool: Sendable {
  /// One subject of one budget.
  struct Cell: Sendable {
    var state: BudgetState
    var rule: Int32
    /// The number that the budget splits by.
    var subject: Int32
  }

  var cells: [Cell] = []
  /// Place of the cell by rule and subject, plus one; 0: there is none.
  private var places: [[UInt32]] = []
  /// The present window of each rule.
  private(set) var spans: [BudgetSpan?] = []
  private let leases: Bool

  init(leases: Bool) { self.leases = leases }

  /// Makes room for the rules and names of a table.
  mutating func extend(to table: AdmissionTable) {
    for rule in table.budgets.indices {
      let population = table.roster.population(table.budgets[rule].per)
      if rule == places.count {
        places.append([])
        spans.append(nil)
      }
      let missing = population - places[rule].count
      if missing > 0 { places[rule].append(contentsOf: [UInt32](repeating: 0, count: missing)) }
    }
  }

  /// The window of a rule at a time; it never goes back.
  mutating func span(_ rule: Int, _ table: AdmissionTable, at now: Timestamp) -> BudgetSpan {
    if let span = spans[rule], now.milliseconds < span.end.milliseconds { return span }
    let span = table.budgets[rule].period.span(at: now, in: table.budgets[rule].zone)
    spans[rule] = span
    return span
  }

  /// The place of a subject's state, in the window that begins at `start`.
  mutating func place(rule: Int, subject: Int, start: Timestamp) -> Int {
    let known = places[rule][subject]
    if known != 0 {
      cells[Int(known) - 1].state.roll(to: start)
      return Int(known) - 1
    }
    let state = BudgetState(start: start, allowance: leases ? .zero : nil)
    cells.append(
      Cell(state: state, rule: Int32(truncatingIfNeeded: rule), subject: Int32(truncatingIfNeeded: subject)))
    places[rule][subject] = UInt32(truncatingIfNeeded: cells.count)
    return cells.count - 1
  }

  /// The subjects of a rule that have a state.
  func places(of rule: Int) -> [Int] { places[rule].filter { $0 != 0 }.map { Int($0) - 1 } }
}

extension AdmissionTable {
  /// The window under which a ledger knows a state.
  func window(of cell: BudgetPool.Cell) -> BudgetWindow {
    let rule = budgets[Int(cell.rule)]
    return BudgetWindow(
      budget: rule.name, subject: roster.name(rule.per, Int(cell.subject)), start: cell.state.start)
  }
}
