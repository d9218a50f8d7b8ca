package import DroverCore

extension FleetController: ModelDiscovery {
  package func discoveredModels() async -> [DiscoveredModel] {
    loop.latest.state.discovered.values.flatMap(\.values).sorted { $0.key < $1.key }
  }

  package func discoveredModel(_ key: String) async -> DiscoveredModel? {
    guard let colon = key.firstIndex(of: ":") else { return nil }
    return loop.latest.state.discovered[String(key[..<colon])]?[String(key[key.index(after: colon)...])]
  }

  package func priceCatalogue() async -> PriceCatalogue { loop.options.policy.prices }

  package func time() async -> Timestamp { loop.surroundings.now() }

  package func discover(providers: [String]?, actor: String) async -> [DiscoveryOutcome] {
    await loop.discovery.discover(providers, actor: actor)
  }
}
