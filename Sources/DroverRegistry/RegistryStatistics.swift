package import DroverCore

/// Counts and sums over all models.
package struct RegistryStatistics: Equatable, Sendable {
  package var totalModels = 0
  package var loadedModels = 0
  package var totalInferences: Int64 = 0
  /// By Provider name.
  package var providerCounts: [String: Int] = [:]
  package var capabilityCounts: [String: Int] = [:]
  /// Each model once, by the state that it shows.
  package var statusCounts: [String: Int] = [:]
  package var originCounts: [String: Int] = [:]
  package var totalAccesses: Int64 = 0
  package var totalInputTokens: Int64 = 0
  package var totalOutputTokens: Int64 = 0
  package var costByCurrency: [String: PriceAmount] = [:]
  /// In MB of 1,000,000 bytes, as far as it was measured.
  package var memoryUsage: Double = 0

  package init(of registry: Registry) {
    for entry in registry.entries {
      totalModels += 1
      if entry.state == .loaded { loadedModels += 1 }
      providerCounts[entry.provider, default: 0] += 1
      for capability in entry.capabilities { capabilityCounts[capability.rawValue, default: 0] += 1 }
      statusCounts[entry.shownState.rawValue, default: 0] += 1
      originCounts[entry.origin.rawValue, default: 0] += 1
      add(entry.accessCount, to: \.totalAccesses)
      add(entry.status[path: ["performance", "totalInferences"]]?.integer ?? 0, to: \.totalInferences)
      if entry.state == .loaded { memoryUsage += entry.status[path: ["performance", "memoryUsage"]]?.number ?? 0 }
      guard let usage = entry.status["usage"] else { continue }
      add(usage["totalInputTokens"]?.integer ?? 0, to: \.totalInputTokens)
      add(usage["totalOutputTokens"]?.integer ?? 0, to: \.totalOutputTokens)
      let costs =
        usage["costByCurrency"]?.map
        ?? [FieldEntry(usage["currency"]?.string ?? "USD", usage["totalCost"] ?? .integer(0))]
      for cost in costs {
        guard let amount = PriceAmount(cost.value) else { continue }
        costByCurrency[cost.key, default: PriceAmount(trillionths: 0)].trillionths += amount.trillionths
      }
    }
  }

  private mutating func add(_ count: Int64, to field: WritableKeyPath<RegistryStatistics, Int64>) {
    let (sum, overflow) = self[keyPath: field].addingReportingOverflow(count)
    self[keyPath: field] = overflow ? .max : sum
  }

  /// ``totalAccesses`` over ``totalModels``; 0 without any.
  package var averageAccessCount: Double { totalModels == 0 ? 0 : Double(totalAccesses) / Double(totalModels) }

  /// As the API tells them; `currentModel` is a key, or null.
  package func fieldValue(currentModel: String?) -> FieldValue {
    .object([
      "totalModels": .integer(Int64(totalModels)), "loadedModels": .integer(Int64(loadedModels)),
      "currentModel": currentModel.map { .string($0) } ?? .null, "totalInferences": .integer(totalInferences),
      "providerCounts": Self.counts(providerCounts), "capabilityCounts": Self.counts(capabilityCounts),
      "statusCounts": Self.counts(statusCounts), "originCounts": Self.counts(originCounts),
      "totalAccesses": .integer(totalAccesses), "averageAccessCount": .rounded(averageAccessCount),
      // Sums of several currencies are no sum: the one figure is that in USD.
      "totalCost": costByCurrency["USD"]?.fieldValue ?? .integer(0),
      "costByCurrency": .map(costByCurrency.sorted { $0.key < $1.key }.map { FieldEntry($0.key, $0.value.fieldValue) }),
      "totalInputTokens": .integer(totalInputTokens), "totalOutputTokens": .integer(totalOutputTokens),
      "memoryUsage": .rounded(memoryUsage),
    ])
  }

  private static func counts(_ counts: [String: Int]) -> FieldValue {
    .map(counts.sorted { $0.key < $1.key }.map { FieldEntry($0.key, .integer(Int64($0.value))) })
  }
}
