/// A model that a provider lists and that no manifest declares. It is known and shown, never loaded and never pruned.
package struct DiscoveredModel: Hashable, Sendable {
  /// Name of the Provider.
  package var provider: String
  /// What the provider says of it, without what changes by itself: whether it is in memory just now.
  package var listed: ListedModel
  package var firstSeen: Timestamp
  /// Since when the provider lists others, and not this one; nil while it lists it.
  package var goneSince: Timestamp?

  package init(provider: String, listed: ListedModel, firstSeen: Timestamp, goneSince: Timestamp? = nil) {
    self.provider = provider
    self.listed = listed
    self.listed.isLoaded = nil
    self.firstSeen = firstSeen
    self.goneSince = goneSince
  }

  package var id: String { listed.id }

  /// `<provider name>:<provider's model id>`.
  package var key: String { provider + ":" + id }
}
