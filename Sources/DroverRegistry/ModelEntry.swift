package import DroverCore

/// One model of the fleet as the registry holds it: declared by a manifest, registered through the API, or discovered at
/// its provider.
package struct ModelEntry: Equatable, Sendable {
  /// Who says that the model exists. A later one comes before an earlier one of the same key.
  package enum Origin: String, CaseIterable, Comparable, Sendable {
    case discovered, api, manifest

    private var rank: Int { Origin.allCases.firstIndex(of: self) ?? 0 }

    package static func < (left: Origin, right: Origin) -> Bool { left.rank < right.rank }
  }

  package var origin: Origin
  /// Name of the Model resource; nil for a discovered model, which has none.
  package var resource: String?
  /// Name of the Provider.
  package var provider: String
  package var providerType: ProviderType?
  /// Where the provider is; nil for child processes of this host.
  package var baseURL: String?
  /// The provider's own name of the model.
  package var modelID: String
  package var displayName: String
  package var aliases: [String]
  package var contextWindow: Int64?
  package var maxTokens: Int64?
  /// In the order of ``Capability``.
  package var capabilities: [Capability]
  /// Whether it is on its way out; a mark beside the state.
  package var isDeprecated: Bool
  package var state: State
  /// The effective spec; empty for a discovered model.
  package var spec: FieldValue
  /// The status section; empty for a discovered model.
  package var status: FieldValue
  /// What the provider says, for a discovered model.
  package var discovered: DiscoveredModel?

  /// Where a model is on its way, as the API spells it. `deprecated` is a mark that some models carry beside it.
  package enum State: String, CaseIterable, Sendable { case available, loading, loaded, failed, unloaded, deprecated }

  /// `<provider name>:<provider's model id>`.
  package var key: String { provider + ":" + modelID }

  /// The state to show: a model that is neither loading, loaded nor failed shows the mark instead.
  package var shownState: State {
    switch state {
    case .loading, .loaded, .failed: state
    default: isDeprecated ? .deprecated : state
    }
  }

  package func has(_ wanted: State) -> Bool { wanted == .deprecated ? isDeprecated : shownState == wanted }
}

extension ModelEntry {
  /// A model that a manifest declares, from its object as the control API shows it; nil where it names no provider.
  package init?(object: FieldValue, providers: [String: ModelHome]) {
    guard let name = object[path: ["metadata", "name"]]?.string, let spec = object["spec"],
      let provider = spec["provider"]?.string
    else { return nil }
    let status = object["status"] ?? .emptyMap
    origin = object[path: ["source", "root"]]?.string == RegisteredModel.root ? .api : .manifest
    resource = name
    self.provider = provider
    providerType = providers[provider]?.type
    baseURL = providers[provider]?.baseURL
    modelID = spec["modelID"]?.string ?? name
    displayName = spec["displayName"]?.string ?? modelID
    aliases = spec["aliases"]?.stringList ?? []
    contextWindow = status["contextWindow"]?.integer ?? spec["contextWindow"]?.integer
    maxTokens = spec["maxTokens"]?.integer
    capabilities = ModelEntry.capabilities(spec: spec, status: status)
    let conditions = status["conditions"]?.list ?? []
    isDeprecated =
      spec["deprecation"].map { !$0.isNull } ?? false
      || conditions.contains { $0.value["type"]?.string == "Deprecated" && $0.value["status"]?.string == "True" }
    state = status["state"]?.string.flatMap { State(rawValue: $0.lowercased()) } ?? .available
    self.spec = spec
    self.status = status
  }

  /// A model that only its provider tells of; what the provider leaves open is taken from the price catalogue.
  package init(_ model: DiscoveredModel, home: ModelHome?, prices: PriceCatalogue, now: Timestamp) {
    let figures = home?.type.flatMap { prices.entry($0, model.id) }
    origin = .discovered
    provider = model.provider
    providerType = home?.type
    baseURL = home?.baseURL
    modelID = model.id
    displayName = model.listed.displayName ?? model.id
    aliases = []
    contextWindow = (model.listed.contextWindow ?? figures?.contextWindow).map(Int64.init)
    maxTokens = (model.listed.maxTokens ?? figures?.maxTokens).map(Int64.init)
    capabilities = model.listed.capabilities ?? figures?.capabilities ?? []
    isDeprecated = model.listed.lifecycle == .deprecated || model.listed.isRetired(at: now)
    state = model.goneSince == nil ? .available : .unloaded
    spec = figures?.cost.map { .object(["cost": $0]) } ?? .emptyMap
    status = .emptyMap
    discovered = model
  }

  /// What was found out where anything was, else what the manifest says.
  private static func capabilities(spec: FieldValue, status: FieldValue) -> [Capability] {
    var words: Set<String>
    if let found = status["capabilities"], !found.isNull {
      let names = found.map.map { $0.map(\.key) } ?? (found.list ?? []).compactMap { $0.value["name"]?.string }
      words = Set(names + found.stringList)
    } else {
      let written = spec["capabilities"]
      words = Set(written?.stringList ?? written?["add"]?.stringList ?? [])
      words.subtract(written?["remove"]?.stringList ?? [])
    }
    return Capability.allCases.filter { words.contains($0.rawValue) }
  }
}
