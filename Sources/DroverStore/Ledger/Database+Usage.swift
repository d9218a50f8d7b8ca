import DroverCore
import GRDB

extension Database {
  /// Sums by hour are added up in SQLite by number, and by name here.
  func usage(_ query: UsageQuery) throws -> [UsageSum] {
    var sums: [UsageSum.Group: UsageTotals] = [:]
    let hours = query.hours
    let time = query.groups.contains(.hour) ? "hour" : query.groups.contains(.day) ? "hour - hour % 86400000" : "0"
    let totals = UsageTotals.columnNames.split(separator: ",").map { "SUM(\($0))" }.joined(separator: ",")
    let rows = try Row.fetchCursor(
      self,
      sql: """
        SELECT \(time) AS time, model, access_key, route, purpose, currency, \(totals) FROM hours
        WHERE hour >= ? AND hour < ? GROUP BY time, model, access_key, route, purpose, currency
        """, arguments: [hours.lowerBound.milliseconds, hours.upperBound.milliseconds])
    while let row = try rows.next() {
      guard let purpose = UsagePurpose(rawValue: row[4]) else { continue }
      // With any hour of the range: the query's own times are told by SQLite.
      var key = UsageHour(
        hour: hours.lowerBound, model: try name(row[1]) ?? "", accessKey: try name(row[2]), route: try name(row[3]),
        purpose: purpose, currency: try name(row[5]) ?? "")
      guard query.includes(key) else { continue }
      key.hour = row.timestamp(0)
      sums[query.group(of: key), default: UsageTotals()] += row.totals(6)
    }
    return sums.map { UsageSum($0.key, $0.value) }.sorted { $0.group < $1.group }
  }
}
