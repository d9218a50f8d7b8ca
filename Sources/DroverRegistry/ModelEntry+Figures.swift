package import DroverCore

extension ModelEntry {
  package var version: SemanticVersion? { SemanticVersion(spec["version"]?.string ?? "1.0.0") }

  package var tags: [String] { spec["tags"]?.stringList ?? [] }

  /// Nil for a model without prices.
  package var costPerToken: CostPerToken? { spec["cost"].flatMap(CostPerToken.init(cost:)) }

  /// The currency of its prices.
  package var currency: String { spec[path: ["cost", "currency"]]?.string ?? "USD" }

  package var accessCount: Int64 { status["accessCount"]?.integer ?? 0 }

  /// ``ModelMetrics/score`` of what its status says.
  package var score: Double? {
    guard let performance = status["performance"] else { return nil }
    return ModelMetrics(
      tokensPerSecond: performance["tokensPerSecond"]?.number,
      totalInferences: performance["totalInferences"]?.integer ?? 0, successRate: performance["successRate"]?.number
    ).score
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
