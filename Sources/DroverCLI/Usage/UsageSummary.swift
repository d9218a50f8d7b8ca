import DroverCore

/// Usage at a glance: what all of it cost, and which models cost anything.
struct UsageSummary {
  /// By model.
  var lines: [UsageLine]

  func render() -> String {
    let currencies = Set(lines.map(\.currency)).sorted()
    let costs = currencies.map { currency in
      let sum = lines.filter { $0.currency == currency }.reduce(Money.zero) { $0 + $1.cost }
      return NumberText.money(sum, digits: 2) + " " + currency
    }
    let input = lines.reduce(Int64(0)) { $0 &+ $1.prompt }
    let output = lines.reduce(Int64(0)) { $0 &+ $1.output }
    var text = """
      Total cost:      \(costs.isEmpty ? "0.00" : costs.joined(separator: ", "))
      Input tokens:    \(NumberText.separated(input))
      Output tokens:   \(NumberText.separated(output))

      """
    let priced = lines.filter { $0.cost > .zero }
    guard !priced.isEmpty else { return text }
    var table = Table(header: ["MODEL", "COST", "REQUESTS", "SUCCESS"])
    for line in priced {
      table.append([
        line.label, NumberText.money(line.cost, digits: 4) + " " + line.currency, String(line.requests),
        NumberText.rate(line.requests - line.failed, of: line.requests),
      ])
    }
    text += "\n" + table.render()
    return text
  }
}
