import DroverCore
import GRDB

/// One batch on its way into the tables.
struct LedgerFolding {
  private struct HourKey: Hashable {
    var hour: Int64
    var model, accessKey, route: Int64
    var purpose: UsagePurpose
    var currency, charge: Int64
  }

  private struct ModelKey: Hashable { var model, currency: Int64 }

  private struct SlotKey: Hashable { var length, start, limit, subject: Int64 }

  private struct Slot { var requests: Int64 = 0, tokens: Int64 = 0 }

  /// An attempt in numbers.
  private struct Key: Hashable {
    var incarnation: Int64
    var loop, attempt: UInt16
    var request: Int64

    var columns: [(any DatabaseValueConvertible)?] { [incarnation, loop, request, attempt] }
  }

  private let node: String
  var numbers: LedgerNumbers
  /// Those that the table of holds has: few rows settle one of an earlier batch.
  private var openHolds: Set<Key> = []
  private var hours: [HourKey: UsageTotals] = [:]
  private var models: [ModelKey: UsageTotals] = [:]
  private var slots: [SlotKey: Slot] = [:]
  private var spent: [BudgetWindow: Money] = [:]
  private var count = 0

  init(node: String, numbers: LedgerNumbers) {
    self.node = node
    self.numbers = numbers
  }

  /// Returns the number of rows that were new.
  mutating func fold(_ batch: LedgerBatch, _ db: Database) throws -> Int {
    guard try !isFolded(batch.cursors, db) else { return 0 }
    let rows = try Row.fetchCursor(db.cachedStatement(sql: "SELECT incarnation, loop, request, attempt FROM holds"))
    while let row = try rows.next() {
      openHolds.insert(Key(incarnation: row[0], loop: row[1], attempt: row[3], request: row[2]))
    }
    for entry in batch.entries {
      switch entry {
      case .row(let row): try add(row, db)
      case .reset(let reset): try apply(reset, db)
      }
    }
    for hold in batch.opened { try open(hold, db) }
    try writeSums(db)
    for cursor in batch.cursors {
      let incarnation = try numbers.incarnation(cursor.incarnation, node: node, db)
      try db.run(
        "INSERT OR REPLACE INTO cursors VALUES (?, ?, ?, ?)",
        [incarnation, cursor.loop, cursor.segment, cursor.offset])
    }
    for incarnation in batch.finished {
      try db.run("DELETE FROM cursors WHERE incarnation = ?", [numbers.incarnation(incarnation, node: node, db)])
    }
    return count
  }

  /// Whether a batch with these cursors is in the ledger: then its rows may be compacted by now, and are not to be
  /// counted again.
  private mutating func isFolded(_ cursors: [LedgerCursor], _ db: Database) throws -> Bool {
    guard !cursors.isEmpty else { return false }
    for cursor in cursors {
      let incarnation = try numbers.incarnation(cursor.incarnation, node: node, db)
      let stored = try Row.fetchOne(
        db.cachedStatement(sql: "SELECT segment, offset FROM cursors WHERE incarnation = ? AND loop = ?"),
        arguments: [incarnation, cursor.loop])
      guard let stored, (cursor.segment, cursor.offset) <= (stored[0] as UInt32, stored[1] as UInt32) else {
        return false
      }
    }
    return true
  }

  private mutating func add(_ row: UsageRow, _ db: Database) throws {
    let (hold, settlement) = (row.hold, row.settlement)
    let key = try key(of: row.id, db)
    let accessKey = try numbers.name(hold.accessKey, db)
    let model = try numbers.name(hold.model, db)
    let route = try numbers.name(hold.route, db)
    let currency = try numbers.name(hold.currency, db)
    let charge = try numbers.charge(hold.budgets, db)
    let tokens = settlement.tokens
    if openHolds.contains(key) {
      try db.run("DELETE FROM holds WHERE incarnation = ? AND loop = ? AND request = ? AND attempt = ?", key.columns)
    }
    try db.run(
      "INSERT INTO usage VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
        + "ON CONFLICT DO NOTHING",
      key.columns + [
        hold.takenAt.milliseconds, settlement.settledAt.milliseconds, hold.purpose.rawValue, accessKey, model, route,
        currency, charge, hold.reservedTokens, hold.worstCost.milli, hold.worstCost.pico, settlement.outcome.rawValue,
        settlement.flags.rawValue, settlement.status, tokens.input, tokens.cacheRead, tokens.cacheWrite5m,
        tokens.cacheWrite1h, tokens.output, tokens.reasoning, settlement.cost.milli, settlement.cost.pico,
        settlement.timeToFirstToken?.microseconds, settlement.duration.microseconds,
      ])
    guard db.changesCount == 1 else { return }
    count += 1
    let totals = UsageTotals(row)
    let hour = HourKey(
      hour: hold.takenAt.floored(to: UsageHour.length).milliseconds, model: model, accessKey: accessKey, route: route,
      purpose: hold.purpose, currency: currency, charge: charge)
    hours[hour, default: UsageTotals()] += totals
    models[ModelKey(model: model, currency: currency), default: UsageTotals()] += totals
    for window in hold.budgets { spent[window, default: .zero] += settlement.cost }
    for subject in hold.limits {
      let (limit, name) = (try numbers.name(subject.limit, db), try numbers.name(subject.subject, db))
      for length in LimitSlot.lengths {
        let start = hold.takenAt.floored(to: length).milliseconds
        let key = SlotKey(length: length, start: start, limit: limit, subject: name)
        slots[key, default: Slot()].requests += row.requests
        slots[key, default: Slot()].tokens += row.limitTokens
      }
    }
  }

  private mutating func apply(_ reset: UsageReset, _ db: Database) throws {
    let model = try numbers.name(reset.model, db)
    // What the batch brought before it is over, too.
    for key in models.keys where key.model == model { models[key] = UsageTotals() }
    let zeros = UsageTotals.columnNames.split(separator: ",").map { "\($0) = 0" }.joined(separator: ",")
    try db.run("UPDATE model_usage SET \(zeros) WHERE model = ?", [model])
    try db.run("INSERT OR REPLACE INTO model_resets VALUES (?, ?)", [model, reset.at.milliseconds])
  }

  private mutating func open(_ hold: Hold, _ db: Database) throws {
    let key = try key(of: hold.id, db).columns
    let limits = FieldValue.list(hold.limits.map { FieldElement(.strings([$0.limit, $0.subject])) })
    let known = "SELECT 1 FROM usage WHERE incarnation = ? AND loop = ? AND request = ? AND attempt = ?"
    try db.run(
      "INSERT OR IGNORE INTO holds SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? WHERE NOT EXISTS (\(known))",
      key + [
        hold.takenAt.milliseconds, hold.purpose.rawValue, try numbers.name(hold.accessKey, db),
        try numbers.name(hold.model, db), try numbers.name(hold.route, db), try numbers.name(hold.currency, db),
        try numbers.charge(hold.budgets, db), hold.reservedTokens, hold.worstCost.milli, hold.worstCost.pico,
        limits.json,
      ] + key)
  }

  private mutating func key(of id: AttemptID, _ db: Database) throws -> Key {
    Key(
      incarnation: try numbers.incarnation(id.incarnation, node: node, db), loop: id.loop, attempt: id.attempt,
      request: Int64(bitPattern: id.request))
  }

  private mutating func writeSums(_ db: Database) throws {
    for (key, totals) in hours {
      try db.run(
        "INSERT INTO hours VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
          + "ON CONFLICT DO UPDATE SET \(UsageTotals.additions)",
        [key.hour, key.model, key.accessKey, key.route, key.purpose.rawValue, key.currency, key.charge]
          + totals.columns)
    }
    for (key, totals) in models {
      try db.run(
        "INSERT INTO model_usage VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
          + "ON CONFLICT DO UPDATE SET \(UsageTotals.additions)", [key.model, key.currency] + totals.columns)
    }
    for (key, slot) in slots {
      try db.run(
        "INSERT INTO slots VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET requests = requests + excluded.requests, "
          + "tokens = tokens + excluded.tokens",
        [key.length, key.start, key.limit, key.subject, slot.requests, slot.tokens])
    }
    let node = try numbers.name(node, db)
    for (window, cost) in spent {
      let id = try numbers.window(window, db)
      try db.run(
        "UPDATE windows SET \(MoneySQL.addition("spent", "?1", "?2")) WHERE id = ?3", [cost.milli, cost.pico, id])
      try db.takeGrant(cost, window: id, node: node)
    }
  }
}

extension Database {
  /// Lowers what a node may spend in a window, at most to nothing.
  func takeGrant(_ amount: Money, window: Int64, node: Int64) throws {
    guard amount > .zero,
      let row = try Row.fetchOne(
        cachedStatement(sql: "SELECT amount_milli, amount_pico FROM grants WHERE node = ? AND window = ?"),
        arguments: [node, window])
    else { return }
    let left = row.money(0) - amount
    if left > .zero {
      try run(
        "UPDATE grants SET amount_milli = ?, amount_pico = ? WHERE node = ? AND window = ?",
        [
          left.milli, left.pico, node, window,
        ])
    } else {
      try run("DELETE FROM grants WHERE node = ? AND window = ?", [node, window])
    }
  }
}
