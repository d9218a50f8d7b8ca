import DroverCore
import GRDB

/// Single rows, and holds that are open.
extension Database {
  func openHolds() throws -> [(node: String, hold: Hold)] {
    try Row.fetchAll(
      self,
      sql: """
        SELECT holds.incarnation, loop, request, attempt, taken_at, purpose, access_key, model, route, currency, charge,
          reserved, held_milli, held_pico, limits, (SELECT name FROM names WHERE id = node)
        FROM holds JOIN incarnations ON incarnations.id = holds.incarnation
        """
    ).map { row in
      var hold = try hold(row)
      let limits = (try? JSONReader.read(row[14] as String))?.list ?? []
      hold.limits = limits.map { element in
        let names = element.value.stringList
        return LimitSubject(limit: names.first ?? "", subject: names.dropFirst().first ?? "")
      }
      return (row[15] ?? "", hold)
    }
  }

  func usageRows(of model: String?, limit: Int) throws -> [UsageRow] {
    try Row.fetchAll(
      self,
      sql: """
        SELECT incarnation, loop, request, attempt, taken_at, purpose, access_key, model, route, currency, charge,
          reserved, held_milli, held_pico, settled_at, outcome, flags, status, cost_milli, cost_pico, first_token,
          duration, input, cache_read, cache_write_5m, cache_write_1h, output, reasoning
        FROM usage WHERE ?1 IS NULL OR model = (SELECT id FROM names WHERE name = ?1)
        ORDER BY taken_at DESC, incarnation DESC, loop DESC, request DESC, attempt DESC LIMIT ?2
        """, arguments: [model, limit]
    ).compactMap { row in
      let hold = try hold(row)
      guard let outcome = UsageOutcome(rawValue: row[15]) else { return nil }
      return UsageRow(
        hold,
        Settlement(
          id: hold.id, settledAt: row.timestamp(14), outcome: outcome, flags: UsageFlags(rawValue: row[16]),
          tokens: row.tokens(22), cost: row.money(18), status: row[17],
          timeToFirstToken: (row[20] as Int64?).map { .microseconds($0) }, duration: .microseconds(row[21] as Int64)))
    }
  }

  /// Of the first fourteen columns of either table.
  private func hold(_ row: Row) throws -> Hold {
    guard let incarnation = try incarnation(row[0]), let purpose = UsagePurpose(rawValue: row[5]) else {
      throw DamagedRow(table: "usage", cause: "it names an incarnation or a purpose that is not there")
    }
    return Hold(
      id: AttemptID(
        incarnation: incarnation, loop: row[1], request: UInt64(bitPattern: row[2] as Int64), attempt: row[3]),
      takenAt: row.timestamp(4), purpose: purpose, accessKey: try name(row[6]), model: try name(row[7]) ?? "",
      route: try name(row[8]), currency: try name(row[9]) ?? "", reservedTokens: row[11], worstCost: row.money(12),
      budgets: try windows(of: row[10]))
  }

  func name(_ id: Int64) throws -> String? {
    guard id != 0 else { return nil }
    return try String.fetchOne(cachedStatement(sql: "SELECT name FROM names WHERE id = ?"), arguments: [id])
  }

  private func windows(of charge: Int64) throws -> [BudgetWindow] {
    guard charge != 0 else { return [] }
    return try Row.fetchAll(
      cachedStatement(
        sql: """
          SELECT budget, subject, start FROM charge_windows JOIN windows ON windows.id = window WHERE charge = ?
          """), arguments: [charge]
    ).map { BudgetWindow(budget: $0[0], subject: $0[1], start: $0.timestamp(2)) }.sorted()
  }
}
