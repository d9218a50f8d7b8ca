/// A model as its provider lists it. What the provider does not say is nil; nothing here changes from one look to the
/// next while the model stays the same, so that an idle fleet makes no news.
package struct ListedModel: Hashable, Sendable, Codable {
  package enum Lifecycle: String, Sendable, Codable { case active, deprecated, retired }

  package var id: String
  package var displayName: String?
  /// Tokens of context.
  package var contextWindow: Int?
  /// Tokens of output.
  package var maxTokens: Int?
  /// In the order of ``Capability``; nil where the listing says nothing of them.
  package var capabilities: [Capability]?
  package var lifecycle: Lifecycle?
  package var deprecatedAt: Timestamp?
  /// When the provider stops serving it; a day that is named without a time counts to its end in UTC.
  package var retiresAt: Timestamp?
  /// Whether it is in memory; nil where the provider has no such notion.
  package var isLoaded: Bool?
  /// Whether a local server only forwards it to a hosted one.
  package var isRemote: Bool
  package var created: Timestamp?

  package init(
    id: String, displayName: String? = nil, contextWindow: Int? = nil, maxTokens: Int? = nil,
    capabilities: [Capability]? = nil, lifecycle: Lifecycle? = nil, deprecatedAt: Timestamp? = nil,
    retiresAt: Timestamp? = nil, isLoaded: Bool? = nil, isRemote: Bool = false, created: Timestamp? = nil
  ) {
    self.id = id
    self.displayName = displayName
    self.contextWindow = contextWindow
    self.maxTokens = maxTokens
    self.capabilities = capabilities
    self.lifecycle = lifecycle
    self.deprecatedAt = deprecatedAt
    self.retiresAt = retiresAt
    self.isLoaded = isLoaded
    self.isRemote = isRemote
    self.created = created
  }

  /// Whether the provider no longer serves it, listed or not.
  package func isRetired(at now: Timestamp) -> Bool {
    lifecycle == .retired || retiresAt.map { $0 <= now } ?? false
  }
}

extension [ListedModel] {
  /// Sorted by id, each id once; of several entries the first is kept.
  package func normalised() -> [ListedModel] {
    if zip(self, dropFirst()).allSatisfy({ $0.id < $1.id }) { return self }
    var seen: Set<String> = []
    return filter { seen.insert($0.id).inserted }.sorted { $0.id < $1.id }
  }

  /// The entry of `id` in this listing, which is sorted by id.
  package func entry(_ id: String) -> ListedModel? {
    var low = startIndex
    var high = endIndex
    while low < high {
      let middle = low + (high - low) / 2
      if self[middle].id < id { low = middle + 1 } else { high = middle }
    }
    return low < endIndex && self[low].id == id ? self[low] : nil
  }
}
