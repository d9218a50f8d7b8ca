/// What one request may use: everything where no key is asked for, else what its AccessKey allows.
///
/// A request must lie within each list of `allow` that the key has: its model in `models`, that model's provider in
/// `providers`, and, where there are `routes`, it must have asked for one of these. A list that is absent allows all.
package final class AccessGrant: Sendable {
  /// Name of the AccessKey; nil where the gateway asks for none.
  package let accessKey: String?
  private let scopes: Set<AccessScope>
  private let models: Set<String>?
  private let providers: Set<String>?
  private let routes: Set<String>?

  /// Of a gateway that asks for no key.
  package static let open = AccessGrant()

  private init() {
    (accessKey, models, providers, routes) = (nil, nil, nil, nil)
    scopes = Set(AccessScope.allCases)
  }

  /// From the spec of an AccessKey.
  init(name: String, spec: FieldValue) {
    func names(_ field: String) -> Set<String>? {
      guard let list = spec[path: ["allow", field]], list.list != nil else { return nil }
      return Set(list.stringList)
    }
    accessKey = name
    scopes = Set((spec["scopes"]?.stringList ?? [AccessScope.inference.rawValue]).compactMap(AccessScope.init))
    models = names("models")
    providers = names("providers")
    routes = names("routes")
  }

  /// Whether it may ask models for something.
  package var mayInfer: Bool { scopes.contains(.inference) }

  /// Whether it may see which models there are.
  package var mayList: Bool { scopes.contains(.inference) || scopes.contains(.read) }

  /// Whether a request may be answered by `model`. `route` is the Route that it asked for; nil: it named the model, or
  /// nothing.
  package func allows(_ model: ModelRoute, through route: String? = nil) -> Bool {
    if let models, !models.contains(model.name) { return false }
    if let providers, !providers.contains(model.provider.name) { return false }
    guard let routes else { return true }
    return route.map(routes.contains) ?? false
  }

  /// Whether a Route may be asked for at all; each of its targets is asked for by ``allows(_:through:)``.
  package func allows(route: String) -> Bool { routes?.contains(route) ?? true }
}

/// What an AccessKey lets its holder do.
package enum AccessScope: String, CaseIterable, Hashable, Sendable {
  /// To ask models, and to list them.
  case inference = "Inference"
  /// To list them.
  case read = "Read"
  case operate = "Operate"
  case admin = "Admin"
}
