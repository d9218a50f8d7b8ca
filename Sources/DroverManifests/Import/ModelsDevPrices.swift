import DroverCore

/// Reads models.dev's `api.json`: a map of provider to models, prices in USD per million tokens.
package enum ModelsDevPrices {
  private static let providers = [("openai", ProviderType.openai), ("anthropic", .claude)]
  private static let prices = [
    ("input", "inputTokens"), ("output", "outputTokens"), ("cache_read", "cacheReadTokens"),
    ("cache_write", "cacheWriteTokens"),
  ]

  /// `today` is the catalogue's date, `2026-11-01`: the list has none.
  package static func read(_ bytes: [UInt8], today: String) throws(PriceImport.Failure) -> PriceImport {
    let list: FieldValue
    do throws(JSONReader.Failure) { list = try JSONReader.read(bytes) } catch {
      throw PriceImport.Failure(description: "\(error)")
    }
    guard let all = list.map else {
      throw PriceImport.Failure(description: "the list is no map of providers; take api.json of models.dev")
    }
    var gathering = PriceGathering()
    for entry in all {
      let models = entry.value["models"]?.map ?? []
      guard let type = providers.first(where: { $0.0 == entry.key })?.1 else {
        gathering.foreign += models.count
        continue
      }
      for model in models { add(model.value, type, model.key, to: &gathering) }
    }
    return try gathering.result(date: today, source: "list of models.dev, USD per million tokens")
  }

  private static func add(
    _ model: FieldValue, _ provider: ProviderType, _ id: String, to gathering: inout PriceGathering
  ) {
    guard model[path: ["modalities", "output"]]?.stringList.contains("text") ?? true else {
      return gathering.leaveOut(provider, id, "it makes no text")
    }
    var doubts: [String] = []
    var remarks: [String] = []
    var cost: [FieldEntry] = []
    let figures = model["cost"] ?? .emptyMap
    for (theirs, ours) in prices {
      guard let value = figures[theirs], !value.isNull else { continue }
      if let price = value.priceOfMillion(exponent: 0) {
        cost.append(FieldEntry(ours, price))
      } else {
        doubts.append("'cost.\(theirs)' is no price")
      }
    }
    for entry in figures.map ?? [] where !prices.contains(where: { $0.0 == entry.key }) {
      switch entry.key {
      case "tiers", "context_over_200k": doubts.append("it depends on the length of the prompt (cost.\(entry.key))")
      case "reasoning" where entry.value != figures["output"]: doubts.append("reasoning has a price of its own")
      case "reasoning": break
      default: remarks.append("cost.\(entry.key)")
      }
    }
    if model[path: ["experimental", "modes"]] != nil { remarks.append("experimental.modes") }
    let isPriced = cost.contains { $0.key == "inputTokens" }
    let able = abilities(of: model, id)
    gathering.add(
      PriceCatalogue.Entry(
        provider: provider, id: id, contextWindow: model[path: ["limit", "context"]]?.tokenCount,
        maxTokens: able.contains(.embeddings) ? nil : model[path: ["limit", "output"]]?.tokenCount,
        capabilities: Capability.allCases.filter(able.contains),
        cost: isPriced
          ? .map(cost + [FieldEntry("currency", .string("USD")), FieldEntry("per", .integer(1_000_000))]) : nil),
      doubts: doubts, remarks: remarks)
  }

  private static func abilities(of model: FieldValue, _ id: String) -> Set<Capability> {
    if id.hasPrefix("text-embedding") { return [.embeddings] }
    var able: Set<Capability> = [.textGeneration, .chatCompletion, .streaming]
    if model["tool_call"]?.bool == true { able.insert(.functionCalling) }
    if model["structured_output"]?.bool == true { able.insert(.jsonMode) }
    if model[path: ["modalities", "input"]]?.stringList.contains("image") == true { able.insert(.vision) }
    return able
  }
}
