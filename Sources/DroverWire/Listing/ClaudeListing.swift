package import DroverCore

/// `GET /v1/models` of Anthropic: pages of models that say what they can do and when they end.
package enum ClaudeListing {
  package struct Page: Equatable, Sendable {
    package var models: [ListedModel]
    /// The id to ask for more with; nil on the last page.
    package var next: String?
  }

  /// Nil where the body is no page.
  package static func page(_ body: [UInt8]) -> Page? {
    guard let json = try? JSONReader.read(body), let data = json["data"]?.list else { return nil }
    let hasMore = json["has_more"]?.bool ?? false
    return Page(models: data.compactMap { entry($0.value) }, next: hasMore ? json["last_id"]?.string : nil)
  }

  /// `GET /v1/models/{id}`, which also answers for an alias, under the id that it stands for.
  package static func model(_ body: [UInt8]) -> ListedModel? { (try? JSONReader.read(body)).flatMap(entry) }

  private static func entry(_ value: FieldValue) -> ListedModel? {
    guard let id = value["id"]?.string, !id.isEmpty else { return nil }
    return ListedModel(
      id: id, displayName: value["display_name"]?.string, contextWindow: value["max_input_tokens"]?.tokenCount,
      maxTokens: value["max_tokens"]?.tokenCount, capabilities: capabilities(value["capabilities"]),
      lifecycle: value["lifecycle"]?.string.flatMap(ListedModel.Lifecycle.init),
      deprecatedAt: value["deprecated_at"]?.string.flatMap(ListingDate.start),
      retiresAt: value["retires_at"]?.string.flatMap(ListingDate.end),
      created: value["created_at"]?.string.flatMap(ListingDate.start))
  }

  /// Every model of Anthropic's chats, streams and calls tools; the rest is listed.
  private static func capabilities(_ listed: FieldValue?) -> [Capability]? {
    guard let listed, listed.map != nil else { return nil }
    func supports(_ name: String) -> Bool { listed[path: [name, "supported"]]?.bool ?? false }
    var found: Set<Capability> = [.textGeneration, .chatCompletion, .functionCalling, .streaming]
    if supports("image_input") { found.insert(.vision) }
    if supports("structured_outputs") { found.insert(.jsonMode) }
    return Capability.allCases.filter(found.contains)
  }
}
