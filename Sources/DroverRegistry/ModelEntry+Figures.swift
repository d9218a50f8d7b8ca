package import DroverCore

extension ModelEntry {
  package var version: SemanticVersion? { SemanticVersion(spec["version"]?.string ?? "1.0.0") }

  package var tags: [String] { spec["tags"]?.stringList ?? [] }

  /// Nil for a model without prices.
  package var costPerToken: CostPerToken? { spec["cost"].flatMap(CostPerToken.init(cost:)) }

  /// The currency of its prices.
  package var currency: String { spec[path: ["cost", "currency"]]?.string ?? "USD" }

  package var accessCount: Int64 { status["accessCount"]?.integer ?? 0 }

  /// How well it did, from 0 to 1: 0.4 · successRate + 0.3 · min(tokensPerSecond / 100, 1) + 0.3 · min(totalInferences /
  /// 1000, 1). Nil for a model that was never measured.
  package var score: Double? {
    guard let performance = status["performance"] else { return nil }
    let (success, speed) = (performance["successRate"]?.number, performance["tokensPerSecond"]?.number)
    guard success != nil || speed != nil else { return nil }
    let inferences = performance["totalInferences"]?.number ?? 0
    return 0.4 * min(max(success ?? 0, 0), 1) + 0.3 * min(max(speed ?? 0, 0) / 100, 1)
      + 0.3 * min(max(inferences, 0) / 1000, 1)
  }

  /// Whether a request that names it could be answered now, perhaps after a load.
  package var isUsable: Bool { !isDeprecated && (state == .available || state == .loaded) }

  /// Notes what is newer than its status about who read it.
  package mutating func note(accessCount: Int64, lastAccessed: Timestamp) {
    guard accessCount > self.accessCount else { return }
    status.set("accessCount", .integer(accessCount))
    status.set("lastAccessed", .string(lastAccessed.description))
  }
}
