package import DroverCore
import DroverWire

extension LlamaCppExternalDriver {
  /// Nothing while the server loads its model.
  package func list(_ provider: ProviderSpec, isAsked: Bool) async throws(DriverError) -> [ListedModel]? {
    switch try await look(at: provider) {
    case .loading: []
    case .serving(let listing, let props, let evidence): listing.models.map { $0.listed(props, evidence) }
    }
  }
}
