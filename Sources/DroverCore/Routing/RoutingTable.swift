/// The names that a request may ask for, and what each of them means. Immutable: one is swapped for the next as a whole,
/// so that a request sees one state of the manifests from its first step to its last.
package final class RoutingTable: Sendable {
  package enum Match: Sendable {
    case model(ModelRoute)
    /// A Route, by name.
    case route(String)
    /// Several Models have this id, each at its own provider.
    case ambiguous([ModelRoute])
  }

  /// Sorted by name.
  package let models: [ModelRoute]
  /// Who may use the gateway.
  package let access: AccessTable
  package let gateway: GatewaySettings
  /// What it was made of.
  package let desired: DesiredFleet
  private let routes: Set<String>
  private let byName: [String: Int]
  private let byAlias: [String: Int]
  private let byKey: [String: Int]
  private let byModelID: [String: [Int]]

  /// `access` nil: that of these manifests alone. `deprecations` by name of the model.
  package init(
    _ desired: DesiredFleet, access: AccessTable? = nil, deprecations: [String: RouteDeprecation] = [:]
  ) {
    self.access = access ?? AccessTable(desired)
    self.desired = desired
    gateway = GatewaySettings(spec: desired.fleet?.resource?.spec ?? .emptyMap)
    var providers: [String: ProviderSpec] = [:]
    var models: [ModelRoute] = []
    var routes: Set<String> = []
    for object in desired.objects {
      guard let resource = object.resource else { continue }
      switch object.identity.kind {
      case .provider:
        providers[object.identity.name] = ProviderSpec(name: object.identity.name, spec: resource.spec)
      case .route: routes.insert(object.identity.name)
      default: break
      }
    }
    for object in desired.objects where object.identity.kind == .model {
      guard let resource = object.resource else { continue }
      let spec = ModelSpec(name: object.identity.name, spec: resource.spec)
      guard let provider = providers[spec.provider] else { continue }
      models.append(
        ModelRoute(
          name: spec.name, key: spec.key, modelID: spec.modelID, displayName: spec.displayName, provider: provider,
          aliases: spec.aliases,
          since: object.firstSeen, isUnloaded: spec.desiredState == .unloaded, deprecation: deprecations[spec.name]))
    }
    self.models = models
    self.routes = routes
    byName = Dictionary(models.indices.map { (models[$0].name, $0) }) { first, _ in first }
    byAlias = Dictionary(models.indices.flatMap { index in models[index].aliases.map { ($0, index) } }) { first, _ in
      first
    }
    byKey = Dictionary(models.indices.map { (models[$0].key, $0) }) { first, _ in first }
    byModelID = Dictionary(grouping: models.indices) { models[$0].modelID }
  }

  /// What a name means: a route, a model, an alias, a key, then a provider's own id, the first of these that it is.
  package func resolve(_ name: String) -> Match? {
    if routes.contains(name) { return .route(name) }
    if let index = byName[name] ?? byAlias[name] ?? byKey[name] { return .model(models[index]) }
    guard let indices = byModelID[name] else { return nil }
    return indices.count == 1 ? .model(models[indices[0]]) : .ambiguous(indices.map { models[$0] })
  }

  package func model(named name: String) -> ModelRoute? { byName[name].map { models[$0] } }

  /// `; did you mean 'chat'?` for a name that comes near one of those that a key may use, else nothing.
  package func suggestion(for name: String, of grant: AccessGrant = .open) -> String {
    let known = models.filter { grant.allows($0) }
    return Suggestion.phrase(for: name, among: known.flatMap { [$0.name, $0.key] + $0.aliases })
  }
}
