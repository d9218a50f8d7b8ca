import DroverCore

/// One entry of a LiteLLM proxy's `model_list`: a model at a provider, and the name that clients ask for it by.
struct LiteLLMDeployment {
  /// The name that clients ask for; several deployments may share one.
  var group: String
  var modelID: String
  var home: LiteLLMHome
  /// What a Model's spec says beside provider and id.
  private(set) var fields: [FieldEntry] = []
  private(set) var weight: Int64?
  private(set) var order: Int64?
  private(set) var notes: [String] = []

  /// Fields of `litellm_params` that are read elsewhere, or that say nothing more.
  private static let read: Set<String> = [
    "model", "api_key", "api_base", "base_url", "rpm", "tpm", "max_parallel_requests", "weight", "order",
    "custom_llm_provider",
  ]

  /// Throws why there is no such thing here, as one phrase.
  init(_ entry: FieldValue) throws(PriceImport.Failure) {
    let parameters = entry["litellm_params"] ?? .emptyMap
    guard let group = entry["model_name"]?.string, !group.isEmpty else {
      throw .init(description: "has no 'model_name'")
    }
    guard let written = parameters["model"]?.string, !written.isEmpty else {
      throw .init(description: "has no 'litellm_params.model'")
    }
    guard !group.contains("*"), !written.contains("*") else {
      throw .init(description: "is a pattern; a Provider's discovery.include takes patterns")
    }
    self.group = group
    (home, modelID) = try LiteLLMHome.read(written, parameters)
    if group != modelID { fields.append(FieldEntry("displayName", .string(group))) }
    takeLimits(parameters)
    takeInfo(entry["model_info"] ?? .emptyMap, parameters)
    weight = parameters["weight"]?.integer.flatMap { (0...1_000_000).contains($0) ? $0 : nil }
    order = parameters["order"]?.integer.flatMap { (0...1000).contains($0) ? $0 : nil }
    noteRest(of: parameters, "litellm_params", except: Self.read.union(Self.prices.map(\.0)))
    noteRest(of: entry, "model_list", except: ["model_name", "litellm_params", "model_info"])
  }

  private mutating func noteRest(of map: FieldValue, _ place: String, except known: Set<String>) {
    let names = (map.map ?? []).filter { !$0.value.isNull && !known.contains($0.key) }.map(\.key)
    if !names.isEmpty { notes.append("\(place): not taken over: \(names.joined(separator: ", "))") }
  }

  private mutating func takeLimits(_ parameters: FieldValue) {
    var limits: [FieldEntry] = []
    for (theirs, ours) in [
      ("rpm", "requestsPerMinute"), ("tpm", "tokensPerMinute"), ("max_parallel_requests", "concurrency"),
    ] {
      if let limit = parameters[theirs]?.tokenCount { limits.append(FieldEntry(ours, .integer(Int64(limit)))) }
    }
    if !limits.isEmpty { fields.append(FieldEntry("rateLimit", .map(limits))) }
  }

  private static let prices = [
    ("input_cost_per_token", "inputTokens"), ("output_cost_per_token", "outputTokens"),
    ("cache_read_input_token_cost", "cacheReadTokens"), ("cache_creation_input_token_cost", "cacheWriteTokens"),
  ]
  private static let abilities = [
    ("supports_function_calling", Capability.functionCalling), ("supports_vision", .vision),
    ("supports_response_schema", .jsonMode),
  ]

  private mutating func takeInfo(_ info: FieldValue, _ parameters: FieldValue) {
    if let context = info["max_input_tokens"]?.tokenCount {
      fields.append(FieldEntry("contextWindow", .integer(Int64(context))))
    }
    if let most = (info["max_output_tokens"] ?? info["max_tokens"])?.tokenCount {
      fields.append(FieldEntry("maxTokens", .integer(Int64(most))))
    }
    var able = Self.abilities.filter { info[$0.0]?.bool == true }.map(\.1)
    if info["mode"]?.string == "embedding" { able.append(.embeddings) }
    if !able.isEmpty { fields.append(FieldEntry("capabilities", .strings(able.map(\.rawValue)))) }
    var cost: [FieldEntry] = []
    for (theirs, ours) in Self.prices {
      guard let value = parameters[theirs] ?? info[theirs], !value.isNull else { continue }
      if let price = value.priceOfMillion(exponent: 6) {
        cost.append(FieldEntry(ours, price))
      } else {
        notes.append("'\(theirs)' is no price")
      }
    }
    if !cost.isEmpty {
      cost += [FieldEntry("currency", .string("USD")), FieldEntry("per", .integer(1_000_000))]
      fields.append(FieldEntry("cost", .map(cost)))
    }
    let known = ["max_input_tokens", "max_output_tokens", "max_tokens", "mode", "id", "input_cost_per_token"]
    noteRest(of: info, "model_info", except: Set(known + Self.prices.map(\.0) + Self.abilities.map(\.0)))
  }

  /// The Model's spec at a provider of this name.
  func spec(provider: String, aliases: [String]) -> FieldValue {
    var spec: [FieldEntry] = [
      FieldEntry("provider", .string(provider)), FieldEntry("modelID", .string(modelID)),
    ]
    if !aliases.isEmpty { spec.append(FieldEntry("aliases", .strings(aliases))) }
    return .map(spec + fields)
  }
}
