package import DroverCore

/// `GET /v1/models` of OpenAI and of those who copied it.
package enum OpenAIListing {
  /// Whose listing it is: they fill different fields.
  package enum Source: Sendable {
    case openAI
    /// Any other server. When a model was made is not believed: many servers say "now".
    case compatible
  }

  /// Sorted by id; nil where the body is no listing.
  package static func read(_ body: [UInt8], from source: Source) -> [ListedModel]? {
    guard let json = try? JSONReader.read(body), let data = json["data"]?.list else { return nil }
    return data.compactMap { entry($0.value, source) }.normalised()
  }

  /// The ids that are adapters on top of another model, as vLLM lists them.
  package static func adapters(_ body: [UInt8]) -> Set<String> {
    guard let json = try? JSONReader.read(body) else { return [] }
    return Set(
      (json["data"]?.list ?? []).compactMap { $0.value["parent"]?.string == nil ? nil : $0.value["id"]?.string })
  }

  private static func entry(_ value: FieldValue, _ source: Source) -> ListedModel? {
    guard let id = value["id"]?.string, !id.isEmpty else { return nil }
    var model = ListedModel(id: id)
    model.retiresAt = value["shutdown_date"]?.string.flatMap(ListingDate.end)
    switch source {
    case .openAI: model.created = value["created"]?.integer.flatMap(ListingDate.unix)
    case .compatible:
      model.displayName = value["name"]?.string
      model.contextWindow = context(value)
      model.maxTokens = (value["max_completion_tokens"] ?? value["max_output_tokens"])?.tokenCount
      model.capabilities = capabilities(value["architecture"])
    }
    return model
  }

  /// vLLM's name of it, OpenRouter's, Groq's, and what llama.cpp really uses.
  private static func context(_ value: FieldValue) -> Int? {
    for key in ["max_model_len", "context_length", "context_window"] {
      if let count = value[key]?.tokenCount { return count }
    }
    return value[path: ["meta", "n_ctx"]]?.tokenCount
  }

  /// From what goes in and what comes out, where the listing tells.
  private static func capabilities(_ architecture: FieldValue?) -> [Capability]? {
    guard let outputs = architecture?["output_modalities"]?.stringList, !outputs.isEmpty else { return nil }
    let inputs = architecture?["input_modalities"]?.stringList ?? []
    var found: Set<Capability> = []
    if outputs.contains("text") { found.formUnion([.textGeneration, .chatCompletion, .streaming]) }
    if outputs.contains("embeddings") || outputs.contains("embedding") { found.insert(.embeddings) }
    if inputs.contains("image") { found.insert(.vision) }
    return Capability.allCases.filter(found.contains)
  }
}

extension FieldValue {
  /// A positive number of tokens; some servers write `8192.0`.
  var tokenCount: Int? {
    let count = integer ?? scalarText.flatMap(Double.init).flatMap { Int64(exactly: $0) }
    return count.flatMap { $0 > 0 ? Int(exactly: $0) : nil }
  }
}

/// Dates in listings.
enum ListingDate {
  /// An instant, or the end of a day.
  static func end(_ text: String) -> Timestamp? {
    if let instant = Timestamp(rfc3339: text) { return instant }
    return CivilDate(text).map { Timestamp(milliseconds: ($0.daysSinceEpoch + 1) * 86_400_000) }
  }

  /// Seconds since 1970.
  static func unix(_ seconds: Int64) -> Timestamp? {
    let (milliseconds, overflow) = seconds.multipliedReportingOverflow(by: 1000)
    return overflow ? nil : Timestamp(milliseconds: milliseconds)
  }

  /// An instant, or the beginning of a day.
  static func start(_ text: String) -> Timestamp? {
    if let instant = Timestamp(rfc3339: text) { return instant }
    return CivilDate(text).map { Timestamp(milliseconds: $0.daysSinceEpoch * 86_400_000) }
  }
}
