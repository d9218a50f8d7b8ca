package import DroverCore
import DroverWire

extension LlamaCppRouterDriver {
  package func list(_ provider: ProviderSpec, isAsked: Bool) async throws(DriverError) -> [ListedModel]? {
    try await listing(by: try api(of: provider)).models.map { $0.listed(nil, $0.capabilities) }
  }
}
