import DroverCore
import GRDB

/// What the ledger is asked.
extension Database {
  func image(node: String, at now: Timestamp) throws -> LedgerImage {
    let holds = try openHolds()
    var held: [BudgetWindow: Money] = [:]
    for hold in holds {
      for window in hold.hold.budgets { held[window, default: .zero] += hold.hold.worstCost }
    }
    let budgets = try Row.fetchAll(
      self,
      sql: """
        SELECT budget, subject, start, spent_milli, spent_pico, SUM(amount_milli), SUM(amount_pico)
        FROM windows AS own LEFT JOIN grants ON grants.window = own.id
        WHERE start = (
          SELECT MAX(start) FROM windows AS newer WHERE newer.budget = own.budget AND newer.subject = own.subject
        ) GROUP BY own.id
        """
    ).map { row in
      let window = BudgetWindow(budget: row[0], subject: row[1], start: row.timestamp(2))
      return BudgetTotal(
        window: window, spent: row.money(3), held: held[window] ?? .zero,
        granted: Money(milli: row[5] ?? 0, pico: row[6] ?? 0))
    }
    return LedgerImage(
      budgets: budgets.sorted { $0.window < $1.window }, slots: try slots(at: now), models: try modelUsage(of: nil),
      openHolds: holds.filter { $0.node == node }.map(\.hold).sorted { $0.id < $1.id }, cursors: try cursors(),
      grants: try grants(of: node))
  }

  func total(of window: BudgetWindow) throws -> BudgetTotal {
    var total = BudgetTotal(window: window)
    let key: StatementArguments = [window.budget, window.subject, window.start.milliseconds]
    guard
      let row = try Row.fetchOne(
        cachedStatement(
          sql: """
            SELECT spent_milli, spent_pico, id, (SELECT SUM(amount_milli) FROM grants WHERE window = id),
              (SELECT SUM(amount_pico) FROM grants WHERE window = id),
              (SELECT SUM(held_milli) FROM holds JOIN charge_windows USING (charge) WHERE window = id),
              (SELECT SUM(held_pico) FROM holds JOIN charge_windows USING (charge) WHERE window = id)
            FROM windows WHERE budget = ? AND subject = ? AND start = ?
            """), arguments: key)
    else { return total }
    total.spent = row.money(0)
    total.granted = Money(milli: row[3] ?? 0, pico: row[4] ?? 0)
    total.held = Money(milli: row[5] ?? 0, pico: row[6] ?? 0)
    return total
  }

  func modelUsage(of model: String?) throws -> [ModelUsage] {
    try Row.fetchAll(
      self,
      sql: """
        SELECT models.name, currencies.name, model_resets.at, \(UsageTotals.columnNames) FROM model_usage
        JOIN names AS models ON models.id = model_usage.model
        JOIN names AS currencies ON currencies.id = model_usage.currency
        LEFT JOIN model_resets USING (model) WHERE ?1 IS NULL OR models.name = ?1
        """, arguments: [model]
    ).map { row in
      ModelUsage(model: row[0], currency: row[1], totals: row.totals(3), lastReset: row.optionalTimestamp(2))
    }.sorted { ($0.model, $0.currency) < ($1.model, $1.currency) }
  }

  /// Minutes back to ``LimitSlot/firstMinute(at:)``, quarters of an hour before them.
  private func slots(at now: Timestamp) throws -> [LimitSlot] {
    let (edge, oldest) = (LimitSlot.firstMinute(at: now), now + .seconds(-LimitSlot.kept))
    return try Row.fetchAll(
      self,
      sql: """
        SELECT limits.name, subjects.name, start, length, requests, tokens FROM slots
        JOIN names AS limits ON limits.id = limit_name JOIN names AS subjects ON subjects.id = subject
        WHERE length = ?1 AND start >= ?2 OR length = ?3 AND start >= ?4 AND start < ?2
        """,
      arguments: [
        LimitSlot.lengths[0], edge.milliseconds, LimitSlot.lengths[1], oldest.milliseconds,
      ]
    ).map { row in
      LimitSlot(
        subject: LimitSubject(limit: row[0], subject: row[1]), start: row.timestamp(2),
        length: .milliseconds(row[3] as Int64), requests: row[4], tokens: row[5])
    }.sorted { ($0.subject, $0.start) < ($1.subject, $1.start) }
  }

  private func cursors() throws -> [LedgerCursor] {
    try Row.fetchAll(
      self, sql: "SELECT incarnation, loop, segment, offset FROM cursors"
    ).compactMap { row in
      try incarnation(row[0]).map {
        LedgerCursor(incarnation: $0, loop: row[1], segment: row[2], offset: row[3])
      }
    }.sorted { ($0.incarnation, $0.loop) < ($1.incarnation, $1.loop) }
  }

  private func grants(of node: String) throws -> [Grant] {
    try Row.fetchAll(
      self,
      sql: """
        SELECT budget, subject, start, amount_milli, amount_pico FROM grants
        JOIN windows ON windows.id = grants.window JOIN names ON names.id = grants.node WHERE name = ?
        """, arguments: [node]
    ).map { row in
      Grant(
        window: BudgetWindow(budget: row[0], subject: row[1], start: row.timestamp(2)), amount: row.money(3))
    }.sorted { $0.window < $1.window }
  }

  func incarnation(_ id: Int64) throws -> Incarnation? {
    let text = try String.fetchOne(
      cachedStatement(sql: "SELECT incarnation FROM incarnations WHERE id = ?"), arguments: [id])
    return text.flatMap(Incarnation.init)
  }

  func removeRows(before instant: Timestamp, atMost count: Int) throws -> Int {
    try run(
      "DELETE FROM usage WHERE (incarnation, loop, request, attempt) IN "
        + "(SELECT incarnation, loop, request, attempt FROM usage WHERE taken_at < ? ORDER BY taken_at LIMIT ?)",
      [instant.milliseconds, count])
    return changesCount
  }

  func removeSlots(at now: Timestamp) throws {
    let bounds = [LimitSlot.firstMinute(at: now), now + .seconds(-LimitSlot.kept)]
    for (length, oldest) in zip(LimitSlot.lengths, bounds) {
      try run("DELETE FROM slots WHERE length = ? AND start < ?", [length, oldest.milliseconds])
    }
  }
}
