import DroverCore

/// Usage as a table with a total.
struct UsageTable {
  var grouping: UsageGrouping
  /// As ``UsageLine/lines(_:by:in:)`` gives them.
  var lines: [UsageLine]

  /// A row of the table, whatever currencies it was paid in.
  private struct TableRow {
    var sum: UsageLine
    var costs: [String: Money]
  }

  func render() -> String {
    let currencies = Set(lines.map(\.currency)).sorted()
    var order: [String] = []
    var rows: [String: TableRow] = [:]
    var total = TableRow(sum: UsageLine(label: "total", currency: ""), costs: [:])
    for line in lines {
      if rows[line.label] == nil { order.append(line.label) }
      rows[line.label, default: TableRow(sum: UsageLine(label: line.label, currency: ""), costs: [:])].sum += line
      rows[line.label]?.costs[line.currency, default: .zero] += line.cost
      total.sum += line
      total.costs[line.currency, default: .zero] += line.cost
    }
    // Amounts of several currencies have no common whole to be a share of.
    let whole = currencies.count == 1 ? total.costs[currencies[0]] : nil
    var table = Table(
      header: [
        grouping.rawValue.uppercased(), "REQUESTS", "FAILED", "ESTIMATED", "INPUT", "CACHE-READ", "CACHE-WRITE",
        "OUTPUT",
      ]
        + currencies.map { "COST(\($0))" } + (whole == nil ? [] : ["SHARE"]))
    for row in order.compactMap({ rows[$0] }) + [total] {
      let sum = row.sum
      var cells = [sum.label, String(sum.requests), String(sum.failed), String(sum.estimated)]
      cells += [sum.input, sum.cacheRead, sum.cacheWrite, sum.output].map(NumberText.tokens)
      cells += currencies.map { NumberText.money(row.costs[$0] ?? .zero, digits: 2) }
      if let whole { cells.append(NumberText.percent(row.costs[currencies[0]] ?? .zero, of: whole)) }
      table.append(cells)
    }
    return table.render()
  }
}
