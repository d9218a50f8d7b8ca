/// What a request needs to know of one Model of the manifests.
package struct ModelRoute: Sendable {
  /// Name of the resource.
  package var name: String
  /// `<provider>:<model id>`.
  package var key: String
  package var modelID: String
  /// For people.
  package var displayName: String
  package var provider: ProviderSpec
  package var aliases: [String]
  /// When its manifest was first seen.
  package var since: Timestamp
  /// Whether its manifest keeps it unloaded.
  package var isUnloaded: Bool
  /// What its clients are told of its end; nil: it stays.
  package var deprecation: RouteDeprecation?
}
