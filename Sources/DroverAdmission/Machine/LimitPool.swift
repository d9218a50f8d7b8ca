import DroverCore

/// The states of all limits, made when their subjects are first seen and reused when those are idle.
struct LimitPool: Sendable {
  /// One subject of one limit.
  struct Cell: Sendable {
    var state = LimitState()
    /// The owner: a rule, or the models' own limits.
    var rule: Int32
    /// The number that the rule splits by.
    var subject: Int32
    var isUsed = true
  }

  /// Owner of the states of models' own limits; their subjects are models.
  static let upstream: Int32 = -1

  var cells: [Cell] = []
  private var free: [Int32] = []
  /// Place of the cell by rule and subject, plus one; 0: there is none.
  private var places: [[UInt32]] = []
  private var upstreamPlaces: [UInt32] = []

  /// Makes room for the rules and names of a table.
  mutating func extend(to table: AdmissionTable) {
    for rule in table.limits.indices {
      let population = table.roster.population(table.limits[rule].per)
      if rule == places.count { places.append([]) }
      Self.extend(&places[rule], to: population)
    }
    Self.extend(&upstreamPlaces, to: table.models.count)
  }

  private static func extend(_ places: inout [UInt32], to count: Int) {
    if places.count < count { places.append(contentsOf: [UInt32](repeating: 0, count: count - places.count)) }
  }

  /// The place of a subject's state.
  mutating func place(rule: Int, subject: Int) -> Int {
    let known = places[rule][subject]
    if known != 0 { return Int(known) - 1 }
    let made = make(Int32(truncatingIfNeeded: rule), subject)
    places[rule][subject] = UInt32(truncatingIfNeeded: made + 1)
    return made
  }

  /// The place of the state of a model's own limit.
  mutating func upstreamPlace(model: Int) -> Int {
    let known = upstreamPlaces[model]
    if known != 0 { return Int(known) - 1 }
    let made = make(Self.upstream, model)
    upstreamPlaces[model] = UInt32(truncatingIfNeeded: made + 1)
    return made
  }

  /// The state of a subject, where there is one.
  func state(rule: Int, subject: Int) -> LimitState? {
    guard places[rule].indices.contains(subject), places[rule][subject] != 0 else { return nil }
    return cells[Int(places[rule][subject]) - 1].state
  }

  func upstreamState(model: Int) -> LimitState? {
    guard upstreamPlaces.indices.contains(model), upstreamPlaces[model] != 0 else { return nil }
    return cells[Int(upstreamPlaces[model]) - 1].state
  }

  private mutating func make(_ rule: Int32, _ subject: Int) -> Int {
    let cell = Cell(rule: rule, subject: Int32(truncatingIfNeeded: subject))
    if let place = free.popLast() {
      cells[Int(place)] = cell
      return Int(place)
    }
    cells.append(cell)
    return cells.count - 1
  }

  /// Forgets the state at a place where nothing is left to remember.
  mutating func sweep(_ place: Int, at now: UInt32) {
    guard cells[place].isUsed, cells[place].state.sweep(at: now) else { return }
    cells[place].isUsed = false
    let (rule, subject) = (Int(cells[place].rule), Int(cells[place].subject))
    if rule == Int(Self.upstream) { upstreamPlaces[subject] = 0 } else { places[rule][subject] = 0 }
    free.append(Int32(truncatingIfNeeded: place))
  }

  /// States that are kept.
  var usedCount: Int { cells.count - free.count }
}

extension AdmissionTable {
  /// The names under which a ledger knows a state.
  func subject(of cell: LimitPool.Cell) -> LimitSubject {
    let subject = Int(cell.subject)
    if cell.rule == LimitPool.upstream { return LimitSubject(limit: "model/" + roster.models.all[subject]) }
    let rule = limits[Int(cell.rule)]
    return LimitSubject(limit: rule.name, subject: roster.name(rule.per, subject))
  }
}
