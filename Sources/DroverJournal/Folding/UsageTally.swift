import DroverCore

/// The statistics of all models, kept in step with a ledger by what is folded into it.
struct UsageTally {
  private struct Line {
    var usage: ModelUsage
    var changed: UInt64
  }

  private(set) var version: UInt64 = 0
  /// By model, then by currency.
  private var lines: [String: [String: Line]] = [:]
  private var resets: [String: Timestamp] = [:]

  /// Takes the place of everything that was known; what is the same is no change.
  mutating func replace(with usage: [ModelUsage]) {
    let former = lines
    version += 1
    lines = [:]
    for line in usage {
      let known = former[line.model]?[line.currency]
      let changed = known?.usage == line ? known?.changed ?? version : version
      lines[line.model, default: [:]][line.currency] = Line(usage: line, changed: changed)
      if let time = line.lastReset { resets[line.model] = time }
    }
  }

  /// Takes in what is new in the ledger. Returns for each row, in its order, what its model has cost since its reset.
  mutating func take(_ entries: [LedgerBatch.Entry]) -> [Money] {
    guard !entries.isEmpty else { return [] }
    version += 1
    var costs: [Money] = []
    for entry in entries {
      switch entry {
      case .row(let row):
        let (model, currency) = (row.hold.model, row.hold.currency)
        var line =
          lines[model]?[currency]
          ?? Line(
            usage: ModelUsage(model: model, currency: currency, totals: UsageTotals(), lastReset: resets[model]),
            changed: version)
        line.usage.totals += UsageTotals(row)
        line.changed = version
        lines[model, default: [:]][currency] = line
        costs.append(line.usage.totals.cost)
      case .reset(let reset):
        resets[reset.model] = reset.at
        for currency in lines[reset.model, default: [:]].keys {
          lines[reset.model]?[currency]?.usage.totals = UsageTotals()
          lines[reset.model]?[currency]?.usage.lastReset = reset.at
          lines[reset.model]?[currency]?.changed = version
        }
      }
    }
    return costs
  }

  func usage(of model: String) -> [ModelUsage] {
    (lines[model] ?? [:]).values.map(\.usage).sorted { $0.currency < $1.currency }
  }

  func changes(after version: UInt64) -> [ModelUsage] {
    guard version < self.version else { return [] }
    return lines.values.flatMap { $0.values }.filter { $0.changed > version }.map(\.usage)
      .sorted { ($0.model, $0.currency) < ($1.model, $1.currency) }
  }
}
