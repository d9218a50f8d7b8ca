import DroverCore
import GRDB

/// The numbers that stand for names, incarnations, windows and charges in the tables. What was looked up once is kept;
/// after a transaction that failed all is forgotten, since some of it may have gone with it.
struct LedgerNumbers {
  private var names: [String: Int64] = [:]
  private var incarnations: [Incarnation: Int64] = [:]
  private var windows: [BudgetWindow: Int64] = [:]
  private var charges: [[BudgetWindow]: Int64] = [:]

  /// Windows come and go: beyond this many, all are looked up anew.
  private static let limit = 100_000

  /// 0 for nil.
  mutating func name(_ text: String?, _ db: Database) throws -> Int64 {
    guard let text else { return 0 }
    if let known = names[text] { return known }
    if names.count > Self.limit { names = [:] }
    let id = try id(db, "names", columns: ["name"], [text])
    names[text] = id
    return id
  }

  mutating func incarnation(_ incarnation: Incarnation, node: String, _ db: Database) throws -> Int64 {
    if let known = incarnations[incarnation] { return known }
    let text = incarnation.description
    if let known = try Int64.fetchOne(db, sql: "SELECT id FROM incarnations WHERE incarnation = ?", arguments: [text]) {
      incarnations[incarnation] = known
      return known
    }
    let node = try name(node, db)
    try db.run("INSERT INTO incarnations (incarnation, node) VALUES (?, ?)", [text, node])
    let id = db.lastInsertedRowID
    incarnations[incarnation] = id
    return id
  }

  mutating func window(_ window: BudgetWindow, _ db: Database) throws -> Int64 {
    if let known = windows[window] { return known }
    if windows.count > Self.limit { windows = [:] }
    let key: [any DatabaseValueConvertible] = [window.budget, window.subject, window.start.milliseconds]
    if let known = try Int64.fetchOne(
      db.cachedStatement(sql: "SELECT id FROM windows WHERE budget = ? AND subject = ? AND start = ?"),
      arguments: StatementArguments(key))
    {
      windows[window] = known
      return known
    }
    try db.run("INSERT INTO windows (budget, subject, start, spent_milli, spent_pico) VALUES (?, ?, ?, 0, 0)", key)
    let id = db.lastInsertedRowID
    windows[window] = id
    return id
  }

  /// The set of these windows; 0 for none.
  mutating func charge(_ budgets: [BudgetWindow], _ db: Database) throws -> Int64 {
    guard !budgets.isEmpty else { return 0 }
    if let known = charges[budgets] { return known }
    if charges.count > Self.limit { charges = [:] }
    let members = try Set(budgets.map { try window($0, db) }).sorted()
    let text = members.map(String.init).joined(separator: ",")
    var id = try Int64.fetchOne(db, sql: "SELECT id FROM charges WHERE windows = ?", arguments: [text])
    if id == nil {
      try db.run("INSERT INTO charges (windows) VALUES (?)", [text])
      id = db.lastInsertedRowID
      for member in members { try db.run("INSERT INTO charge_windows VALUES (?, ?)", [id, member]) }
    }
    charges[budgets] = id
    return id ?? 0
  }

  private func id(
    _ db: Database, _ table: String, columns: [String], _ values: [any DatabaseValueConvertible]
  ) throws -> Int64 {
    let match = columns.map { "\($0) = ?" }.joined(separator: " AND ")
    if let known = try Int64.fetchOne(
      db.cachedStatement(sql: "SELECT id FROM \(table) WHERE \(match)"), arguments: StatementArguments(values))
    {
      return known
    }
    let marks = columns.map { _ in "?" }.joined(separator: ", ")
    try db.run("INSERT INTO \(table) (\(columns.joined(separator: ", "))) VALUES (\(marks))", values)
    return db.lastInsertedRowID
  }
}

extension Database {
  /// Runs a statement that stays prepared for the next of its sort.
  func run(_ sql: String, _ values: [(any DatabaseValueConvertible)?]) throws {
    try cachedStatement(sql: sql).execute(arguments: StatementArguments(values))
  }
}
