package import DroverCore
import GRDB

extension SQLiteLedger {
  /// Adds everything up anew, and says where a sum differs from what it is a sum of: a sentence each, none where the
  /// ledger is in order. It reads every row, so it is for whoever doubts.
  package func mismatches() async throws(StoreError) -> [String] {
    try await read { try $0.ledgerMismatches() }
  }
}

extension Database {
  /// A sentence for each sum that differs from what it is a sum of.
  func ledgerMismatches() throws -> [String] { try windowMismatches() + hourMismatches() + modelMismatches() }

  /// What budgets say was spent, against the sums of the rows that they are charged.
  fileprivate func windowMismatches() throws -> [String] {
    try Row.fetchAll(
      self,
      sql: """
        SELECT budget, subject, start, spent_milli, spent_pico, COALESCE(SUM(cost_milli), 0), COALESCE(SUM(cost_pico), 0)
        FROM windows LEFT JOIN charge_windows ON window = id LEFT JOIN hours USING (charge) GROUP BY id
        ORDER BY budget, subject, start
        """
    ).compactMap { row in
      let (spent, sum) = (row.money(3), row.money(5))
      guard spent != sum else { return nil }
      let subject = row[1] as String
      return "budget '\(row[0] as String)'\(subject.isEmpty ? "" : " of '\(subject)'") from \(row.timestamp(2)) says "
        + "\(spent) was spent, and its rows sum to \(sum)"
    }
  }

  /// Sums by hour against single rows, for the hours of which none was compacted.
  fileprivate func hourMismatches() throws -> [String] {
    try Row.fetchAll(
      self,
      sql: """
        WITH rows AS (
          SELECT taken_at - taken_at % 3600000 AS hour, COUNT(CASE WHEN purpose <> 5 THEN 1 END) AS requests,
            SUM(cost_milli) AS milli, SUM(cost_pico) AS pico FROM usage GROUP BY 1
        ), sums AS (
          SELECT hour, SUM(requests) AS requests, SUM(cost_milli) AS milli, SUM(cost_pico) AS pico FROM hours GROUP BY 1
        )
        SELECT hour, rows.requests, sums.requests, rows.milli, rows.pico, sums.milli, sums.pico
        FROM (SELECT hour FROM rows UNION SELECT hour FROM sums) LEFT JOIN rows USING (hour) LEFT JOIN sums USING (hour)
        WHERE hour > (SELECT MIN(hour) FROM rows) ORDER BY hour
        """
    ).compactMap { row in
      let (counted, summed) = (row[1] as Int64? ?? 0, row[2] as Int64? ?? 0)
      let cost = Money(milli: row[3] ?? 0, pico: row[4] ?? 0)
      let sum = Money(milli: row[5] ?? 0, pico: row[6] ?? 0)
      guard counted != summed || cost != sum else { return nil }
      return
        "the hour from \(row.timestamp(0)) says \(summed) requests for \(sum), and its rows are \(counted) for \(cost)"
    }
  }

  /// Statistics of models against sums by hour, for the models whose statistics were never reset.
  fileprivate func modelMismatches() throws -> [String] {
    try Row.fetchAll(
      self,
      sql: """
        WITH sums AS (
          SELECT model, currency, SUM(requests) AS requests, SUM(cost_milli) AS milli, SUM(cost_pico) AS pico
          FROM hours GROUP BY model, currency
        )
        SELECT names.name, model_usage.requests, sums.requests, cost_milli, cost_pico, milli, pico
        FROM (SELECT model, currency FROM sums UNION SELECT model, currency FROM model_usage)
        LEFT JOIN sums USING (model, currency) LEFT JOIN model_usage USING (model, currency)
        JOIN names ON names.id = model WHERE model NOT IN (SELECT model FROM model_resets) ORDER BY names.name
        """
    ).compactMap { row in
      let (said, counted) = (row[1] as Int64? ?? 0, row[2] as Int64? ?? 0)
      let cost = Money(milli: row[3] ?? 0, pico: row[4] ?? 0)
      let sum = Money(milli: row[5] ?? 0, pico: row[6] ?? 0)
      guard said != counted || cost != sum else { return nil }
      return "model '\(row[0] as String)' says \(said) requests for \(cost), and its hours sum to \(counted) for \(sum)"
    }
  }
}
