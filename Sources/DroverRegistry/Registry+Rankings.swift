extension Registry {
  /// The cheapest first, by what a token costs on average: what is free, then prices in USD, then those in other
  /// currencies, one currency after the other since they cannot be compared, and at last what has no price. Ties go by
  /// key.
  package func mostCostEffective(_ limit: Int) -> [ModelEntry] {
    Array(Self.byCost(entries).prefix(max(0, limit)))
  }

  /// The best score first; models that were never measured are left out. Ties go by key.
  package func topPerforming(_ limit: Int) -> [ModelEntry] {
    let measured = entries.compactMap { entry in entry.score.map { (entry, $0) } }
    return measured.sorted { ($1.1, $0.0.key) < ($0.1, $1.0.key) }.prefix(max(0, limit)).map(\.0)
  }

  /// The one that was read most often first. Ties go by key.
  package func mostUsed(_ limit: Int) -> [ModelEntry] {
    Array(entries.sorted { ($1.accessCount, $0.key) < ($0.accessCount, $1.key) }.prefix(max(0, limit)))
  }

  static func byCost(_ entries: [ModelEntry]) -> [ModelEntry] {
    entries.map { (entry: $0, rank: CostRank($0)) }.sorted { left, right in
      if left.rank < right.rank { return true }
      if right.rank < left.rank { return false }
      return left.entry.key < right.entry.key
    }.map(\.entry)
  }
}

/// The place of a model among all by what it costs.
private struct CostRank: Comparable {
  private let group: Int
  private let currency: String
  private let cost: CostPerToken?

  init(_ entry: ModelEntry) {
    cost = entry.costPerToken
    currency = entry.currency
    group =
      switch cost {
      case nil: 3
      case let cost? where cost.isZero: 0
      case .some: currency == "USD" ? 1 : 2
      }
  }

  static func < (left: CostRank, right: CostRank) -> Bool {
    if left.group != right.group { return left.group < right.group }
    guard left.group == 1 || left.group == 2, let cost = left.cost, let other = right.cost else { return false }
    return left.currency == right.currency ? cost < other : left.currency < right.currency
  }
}
