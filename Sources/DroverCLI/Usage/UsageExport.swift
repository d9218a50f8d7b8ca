import DroverCore

/// Usage for other programs: every digit, one line for each thing and currency.
struct UsageExport {
  var grouping: UsageGrouping
  var lines: [UsageLine]

  private static let columns = [
    "requests", "failed", "estimated", "inputTokens", "cacheReadTokens", "cacheWriteTokens", "outputTokens", "cost",
    "currency",
  ]

  private func values(_ line: UsageLine) -> [FieldValue] {
    [line.requests, line.failed, line.estimated, line.input, line.cacheRead, line.cacheWrite, line.output]
      .map { .integer($0) } + [.money(line.cost), .string(line.currency)]
  }

  func json(_ period: UsagePeriod) -> String {
    let items = lines.map { line in
      FieldValue.map(
        [FieldEntry(grouping.rawValue, line.label.isEmpty ? .null : .string(line.label))]
          + zip(Self.columns, values(line)).map { FieldEntry($0, $1) })
    }
    return FieldValue.object([
      "from": period.start.map { .string($0.description) } ?? .null, "items": .array(items),
    ]).prettyJSON() + "\n"
  }

  /// As RFC 4180 has it, with bare line feeds.
  var csv: String {
    let rows =
      [[grouping.rawValue] + Self.columns]
      + lines.map { line in [line.label] + values(line).map { $0.scalarText ?? "" } }
    return rows.map { $0.map(Self.cell).joined(separator: ",") + "\n" }.joined()
  }

  private static func cell(_ text: String) -> String {
    guard text.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return text }
    return "\"" + text.replacing("\"", with: "\"\"") + "\""
  }
}
