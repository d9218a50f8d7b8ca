/// How much a text may ask of the reader before it is refused.
package struct YAMLBounds: Equatable, Sendable {
  /// The longest text that is read, in bytes.
  package var maxBytes: Int
  /// How many sequences and mappings may stand inside each other, after aliases are expanded.
  package var maxDepth: Int
  /// How many nodes (keys included) one document may hold, after aliases are expanded.
  package var maxNodes: Int
  /// How many nodes aliases may add to all documents of a text together; a broken document adds none.
  package var maxAliasExpansion: Int

  package init(
    maxBytes: Int = 4 << 20, maxDepth: Int = 64, maxNodes: Int = 200_000, maxAliasExpansion: Int = 100_000
  ) {
    self.maxBytes = maxBytes
    self.maxDepth = maxDepth
    self.maxNodes = maxNodes
    self.maxAliasExpansion = maxAliasExpansion
  }

  package static let `default` = YAMLBounds()
}
