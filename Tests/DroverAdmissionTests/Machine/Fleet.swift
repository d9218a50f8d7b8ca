import DroverAdmission
import DroverCore

/// A small fleet for the machine: rules as their specs spell them, in JSON.
struct Fleet {
  var parts = AdmissionTable.Parts()
  static func zones(_ name: String) -> ZoneRules? { name == "Europe/Berlin" ? TestZone.berlin : .utc }

  /// What costs nothing to write and 0.01 and 0.03 for 1000 tokens to use.
  static let plainCost = #"{"inputTokens": "0.01", "outputTokens": "0.03"}"#

  init() {
    parts.accessKeys = [
      .init("alice", labels: [Label("team", "a")]), .init("bob", labels: [Label("team", "b")]), .init("carol"),
    ]
    parts.providers = [.init("local", labels: [Label("where", "here")]), .init("cloud")]
    parts.routes = [.init("assistant")]
    add(model: "tiny", provider: "local", cost: #"{"inputTokens": "0", "outputTokens": "0"}"#)
    add(model: "big", provider: "cloud", cost: Self.plainCost)
    add(model: "unpriced", provider: "cloud", cost: nil)
    add(model: "euro", provider: "cloud", cost: #"{"inputTokens": "1", "outputTokens": "1", "currency": "EUR"}"#)
  }

  static func value(_ json: String) -> FieldValue { (try? JSONReader.read(json)) ?? .null }

  mutating func add(model name: String, provider: String, cost: String?, limit: String = "{}") {
    let prices = cost.flatMap { ModelPrices(Self.value($0)) }
    parts.models.append(
      (
        .init(name, labels: [Label("name", name)]), provider,
        ModelTerms(name: name, prices: prices, contextWindow: 8192, maxTokens: 1000), WindowLimits(Self.value(limit))
      ))
  }

  mutating func add(limit name: String, _ spec: String) {
    let spec = Self.value(spec)
    parts.limits.append((LimitRule(name: name, spec: spec), RuleMatch(spec["match"])))
  }

  mutating func add(budget name: String, _ spec: String) {
    let spec = Self.value(spec)
    parts.budgets.append(
      (BudgetRule(name: name, spec: spec, fleetZone: "UTC", zones: Self.zones), RuleMatch(spec["match"])))
  }

  func table(after previous: AdmissionTable = AdmissionTable()) -> AdmissionTable {
    AdmissionTable(parts, after: previous)
  }
}
