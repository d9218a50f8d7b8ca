package import DroverCore

extension HostedDriver {
  package func list(_ provider: ProviderSpec, isAsked: Bool) async throws(DriverError) -> [ListedModel]? {
    let age = isAsked ? Duration.zero : provider.health.interval
    return try await listing(of: try server(of: provider), youngerThan: age).outcome.get().models
  }
}
