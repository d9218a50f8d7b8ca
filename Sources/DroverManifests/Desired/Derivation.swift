import DroverCore

/// What the Models of one provider take from above them.
final class ModelContext: Sendable {
  let provider: FieldValue
  /// `modelDefaults` of the Fleet and the Provider, the latter on top; nil without any.
  let inherited: FieldValue?
  /// What the provider's own fields add to the reload hash of its models.
  let reloadPart: [UInt8]
  let type: ProviderType
  let isManaged: Bool
  /// Figures of the models of this type of provider.
  let prices: PriceCatalogue

  init(provider: FieldValue, fleetDefaults: FieldValue?, prices: PriceCatalogue = .builtIn) {
    self.prices = prices
    self.provider = provider
    type = provider["type"]?.string.flatMap(ProviderType.init) ?? .custom
    isManaged = type == .llamaCpp && provider["mode"]?.string == ProviderMode.managed.rawValue
    reloadPart = ReloadFields.providerPart(provider)
    var above = fleetDefaults?.map ?? []
    // A default for llama.cpp means the engines that are started here, not every other model.
    if !isManaged { above.removeAll { $0.key == "llamaCpp" } }
    let own = provider["modelDefaults"]?.relayered(.providerDefaults) ?? .emptyMap
    let all = FieldValue.map(above).overlaid(with: own)
    inherited = all.map?.isEmpty == false ? all : nil
  }
}

/// From a draft to a resource: inheritance, built-in defaults and hashes.
enum Derivation {
  /// Any kind but Model.
  static func resource(_ identity: Identity, _ draft: ResourceDraft, _ source: SourceReference) -> Resource {
    let written = draft.spec
    var reloadHash = ""
    let spec: FieldValue
    if identity.kind == .provider {
      spec = provider(draft.spec)
      reloadHash = ReloadFields.providerHash(ReloadFields.providerPart(spec))
    } else {
      spec = BuiltInDefaults.of(identity.kind)?.filled(draft.spec) ?? draft.spec
    }
    return Resource(
      identity: identity, labels: draft.labels, annotations: draft.annotations, written: written, spec: spec,
      source: source, specHash: Digest.sha256(written.canonicalJSON), reloadHash: reloadHash)
  }

  /// A Model below `context`; `defaultProvider` is the Fleet's.
  static func model(
    _ identity: Identity, _ draft: ResourceDraft, _ source: SourceReference, context: ModelContext,
    defaultProvider: String?
  ) -> Resource {
    var written = context.inherited?.overlaid(with: draft.spec) ?? draft.spec
    if written["provider"] == nil, let defaultProvider {
      written.set("provider", .string(defaultProvider), mark: FieldMark(line: 0, column: 0, layer: .fleetDefaults))
    }
    var spec =
      BuiltInDefaults.of(.model)?.filled(written, skipping: context.isManaged ? nil : "llamaCpp") ?? written
    let modelID = spec["modelID"]?.string ?? identity.name
    if spec["modelID"] == nil { spec.set("modelID", .string(modelID)) }
    if spec["displayName"] == nil { spec.set("displayName", .string(modelID)) }
    if let figures = context.prices.entry(context.type, modelID) { spec.fill(from: figures) }
    return Resource(
      identity: identity, labels: draft.labels, annotations: draft.annotations, written: written, spec: spec,
      source: source, specHash: Digest.sha256(written.canonicalJSON),
      reloadHash: ReloadFields.modelHash(spec, providerPart: context.reloadPart))
  }

  /// A provider's effective spec: mode and address depend on its type.
  private static func provider(_ written: FieldValue) -> FieldValue {
    let type = written["type"]?.string.flatMap(ProviderType.init) ?? .custom
    let mode = written["mode"]?.string ?? ProviderMode.managed.rawValue
    let isManaged = type == .llamaCpp && mode == ProviderMode.managed.rawValue
    var spec = BuiltInDefaults.of(.provider)?.filled(written, skipping: isManaged ? nil : "managed") ?? written
    if type == .llamaCpp, spec["mode"] == nil { spec.set("mode", .string(mode)) }
    if !isManaged, spec["baseURL"] == nil, let address = type.defaultBaseURL { spec.set("baseURL", .string(address)) }
    return spec
  }
}

extension FieldValue {
  /// Gives a Model's spec the figures of the price catalogue for what nobody says.
  fileprivate mutating func fill(from figures: PriceCatalogue.Entry) {
    let mark = FieldMark(line: 0, column: 0, layer: .catalogue)
    let tokens = [("contextWindow", figures.contextWindow), ("maxTokens", figures.maxTokens)]
    for (name, number) in tokens where self[name] == nil {
      if let number { set(name, .integer(Int64(number)), mark: mark) }
    }
    if self["cost"] == nil, let cost = figures.cost { set("cost", cost.relayered(.catalogue), mark: mark) }
  }
}

extension ProviderType {
  /// Where a provider of this type is when its manifest does not say; nil where nothing can be assumed.
  package var defaultBaseURL: String? {
    switch self {
    case .openai: "https://api.openai.com/v1"
    case .claude: "https://api.anthropic.com"
    case .llamaCpp: "http://127.0.0.1:8080"
    case .ollama: "http://127.0.0.1:11434"
    case .vllm: "http://127.0.0.1:8000"
    case .custom: nil
    }
  }
}
