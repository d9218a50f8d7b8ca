import DroverCore

/// Reads LiteLLM's `model_prices_and_context_window.json`: a map of model to figures, prices in USD a token.
package enum LiteLLMPrices {
  private static let providers = ["openai": ProviderType.openai, "anthropic": .claude]
  private static let modes: [String: Set<Capability>] = [
    "chat": [.textGeneration, .chatCompletion, .streaming], "responses": [.textGeneration, .streaming],
    "completion": [.textGeneration, .streaming], "embedding": [.embeddings],
  ]
  private static let prices = [
    ("input_cost_per_token", "inputTokens"), ("output_cost_per_token", "outputTokens"),
    ("cache_read_input_token_cost", "cacheReadTokens"), ("cache_creation_input_token_cost", "cacheWriteTokens"),
    ("cache_creation_input_token_cost_above_1hr", "cacheWrite1hTokens"),
  ]
  private static let abilities: [(String, Capability)] = [
    ("supports_function_calling", .functionCalling), ("supports_vision", .vision),
    ("supports_response_schema", .jsonMode),
  ]

  /// `today` is the catalogue's date where the list gives none, `2026-11-01`.
  package static func read(_ bytes: [UInt8], today: String) throws(PriceImport.Failure) -> PriceImport {
    let list: FieldValue
    do throws(JSONReader.Failure) { list = try JSONReader.read(bytes) } catch {
      throw PriceImport.Failure(description: "\(error)")
    }
    guard let entries = list.map else {
      throw PriceImport.Failure(description: "the list is no map of models; take model_prices_and_context_window.json")
    }
    var gathering = PriceGathering()
    for entry in entries {
      guard let word = entry.value["litellm_provider"]?.string else { continue }
      guard let provider = providers[word] else {
        gathering.foreign += 1
        continue
      }
      let id = entry.key.hasPrefix(word + "/") ? String(entry.key.dropFirst(word.count + 1)) : entry.key
      let mode = entry.value["mode"]?.string ?? "chat"
      guard let able = modes[mode] else {
        gathering.leaveOut(provider, id, "it is for \(mode)")
        continue
      }
      add(entry.value, provider, id, able, to: &gathering)
    }
    let day = list["last_updated"]?.string.map { String($0.prefix(10)) } ?? today
    return try gathering.result(
      date: PriceCatalogue.isDate(day) ? day : today, source: "price list of LiteLLM, USD per million tokens")
  }

  private static func add(
    _ figures: FieldValue, _ provider: ProviderType, _ id: String, _ able: Set<Capability>,
    to gathering: inout PriceGathering
  ) {
    var able = able
    for (name, capability) in abilities where figures[name]?.bool == true { able.insert(capability) }
    var doubts: [String] = []
    var remarks: [String] = []
    var cost: [FieldEntry] = []
    for (theirs, ours) in prices {
      guard let value = figures[theirs], !value.isNull else { continue }
      if let price = value.priceOfMillion(exponent: 6) {
        cost.append(FieldEntry(ours, price))
      } else {
        doubts.append("'\(theirs)' is no price")
      }
    }
    let names = Set((figures.map ?? []).filter { !$0.value.isNull && $0.value != .integer(0) }.map(\.key))
    for name in names.sorted() where name.contains("cost") && !prices.contains(where: { $0.0 == name }) {
      if name.contains("_above_"), name.contains("k_tokens") {
        doubts.append("it depends on the length of the prompt (\(name))")
      } else if name == "output_cost_per_reasoning_token", figures[name] != figures["output_cost_per_token"] {
        doubts.append("reasoning has a price of its own")
      } else {
        remarks.append(name)
      }
    }
    if names.contains("tiered_pricing") { doubts.append("it depends on the length of the prompt (tiered_pricing)") }
    let isPriced = cost.contains { $0.key == "inputTokens" }
    gathering.add(
      PriceCatalogue.Entry(
        provider: provider, id: id, contextWindow: (figures["max_input_tokens"] ?? figures["max_tokens"])?.tokenCount,
        maxTokens: able.contains(.embeddings) ? nil : figures["max_output_tokens"]?.tokenCount,
        capabilities: Capability.allCases.filter(able.contains),
        cost: isPriced
          ? .map(cost + [FieldEntry("currency", .string("USD")), FieldEntry("per", .integer(1_000_000))]) : nil),
      doubts: doubts, remarks: remarks)
  }
}
