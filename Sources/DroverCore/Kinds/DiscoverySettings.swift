/// A Provider's `discovery`, typed: whether, how often and which models without a manifest are registered.
package struct DiscoverySettings: Equatable, Sendable {
  package var isEnabled: Bool
  package var interval: Duration
  /// Globs over the provider's model ids, as written.
  package var include: [String]
  package var exclude: [String]

  package init(
    isEnabled: Bool = true, interval: Duration = .seconds(600), include: [String] = ["*"], exclude: [String] = []
  ) {
    self.isEnabled = isEnabled
    self.interval = interval
    self.include = include
    self.exclude = exclude
  }

  package init(_ spec: FieldValue) {
    self.init(
      isEnabled: spec["enabled"]?.bool ?? true, interval: spec["interval"]?.duration ?? .seconds(600),
      include: spec["include"].map(\.stringList) ?? ["*"], exclude: spec["exclude"]?.stringList ?? [])
  }

  /// Those of `models` that some pattern includes and none excludes. An empty `include` includes none.
  package func admitted(_ models: [ListedModel]) -> [ListedModel] {
    if include == ["*"], exclude.isEmpty { return models }
    let (wanted, unwanted) = (include.map { Glob($0) }, exclude.map { Glob($0) })
    return models.filter { model in
      wanted.contains { $0.matches(model.id) } && !unwanted.contains { $0.matches(model.id) }
    }
  }
}
