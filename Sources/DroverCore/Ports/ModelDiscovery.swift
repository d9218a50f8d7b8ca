/// The models that providers list and no manifest declares, and the question after them.
package protocol ModelDiscovery: Sendable {
  /// Sorted by key.
  func discoveredModels() async -> [DiscoveredModel]
  func discoveredModel(_ key: String) async -> DiscoveredModel?
  /// What public models cost, for those of which the provider says nothing.
  func priceCatalogue() async -> PriceCatalogue
  /// The time by which a retirement is past.
  func time() async -> Timestamp
  /// Asks these providers, or all where nil, which models they have, and registers what no manifest declares before it
  /// returns. Sorted by provider. A provider that fails leaves the answers of the others as they are.
  func discover(providers: [String]?, actor: String) async -> [DiscoveryOutcome]
}

/// What came of asking one provider.
package struct DiscoveryOutcome: Equatable, Sendable {
  package var provider: String
  /// The models that it has and discovery lets through, those with manifests included; or why it could not be asked.
  package var result: Result<[ListedModel], DiscoveryProblem>

  package init(provider: String, result: Result<[ListedModel], DiscoveryProblem>) {
    self.provider = provider
    self.result = result
  }
}

/// Why a provider's models could not be listed, in one sentence.
package struct DiscoveryProblem: Error, Hashable, Sendable {
  package var reason: Reason
  package var message: String

  package init(_ reason: Reason, _ message: String) {
    self.reason = reason
    self.message = message
  }
}
