package import DroverCore

/// Which models a search finds: every condition that is given has to hold, and bounds are inclusive.
package struct ModelQuery: Equatable, Sendable {
  /// A Provider's name, or a type.
  package var provider: String?
  package var capability: Capability?
  package var minContextWindow: Int64?
  package var maxContextWindow: Int64?
  /// Part of a name or an id, or a pattern with `*` and `?` for all of it; case is ignored.
  package var namePattern: String?
  /// All of them.
  package var tags: [String] = []
  package var status: ModelEntry.State?
  /// Of one token, in USD. A price in another currency fits only where it is zero, and a model without prices never.
  package var maxCostPerToken: CostPerToken?
  package var minVersion: SemanticVersion?
  package var maxVersion: SemanticVersion?
  package var excludeDeprecated = false

  package init() {}

  /// One for each condition that is given, by its name in queries.
  package var requirements: [Requirement] {
    var found: [Requirement] = []
    func require(_ name: String, _ holds: @escaping @Sendable (ModelEntry) -> Bool) {
      found.append(Requirement(name: name, holds: holds))
    }
    if let provider {
      require("provider") { $0.provider == provider || $0.providerType?.rawValue == provider }
    }
    if let capability { require("capability") { $0.capabilities.contains(capability) } }
    if let bound = minContextWindow { require("minContextWindow") { ($0.contextWindow ?? -1) >= bound } }
    if let bound = maxContextWindow { require("maxContextWindow") { $0.contextWindow.map { $0 <= bound } ?? false } }
    if let namePattern {
      let pattern = NamePattern(namePattern)
      require("namePattern") { pattern.matches($0.displayName) || pattern.matches($0.modelID) }
    }
    if !tags.isEmpty { require("tags") { [tags] entry in tags.allSatisfy(entry.tags.contains) } }
    if let status { require("status") { $0.has(status) } }
    if let bound = maxCostPerToken {
      require("maxCostPerToken") { entry in
        guard let cost = entry.costPerToken else { return false }
        return cost.isZero || entry.currency == "USD" && cost <= bound
      }
    }
    if let bound = minVersion { require("minVersion") { $0.version.map { $0 >= bound } ?? false } }
    if let bound = maxVersion { require("maxVersion") { $0.version.map { $0 <= bound } ?? false } }
    if excludeDeprecated { require("excludeDeprecated") { !$0.isDeprecated } }
    return found
  }

  /// One condition.
  package struct Requirement: Sendable {
    package var name: String
    package var holds: @Sendable (ModelEntry) -> Bool
  }

  /// A text, or a pattern where it holds `*` or `?`; case is ignored.
  private struct NamePattern: Sendable {
    private let text: String
    private let glob: Glob?

    init(_ pattern: String) {
      text = pattern.lowercased()
      glob = text.contains { $0 == "*" || $0 == "?" } ? Glob(text) : nil
    }

    func matches(_ name: String) -> Bool {
      let name = name.lowercased()
      return glob.map { $0.matches(name) } ?? name.contains(text)
    }
  }
}

extension Registry {
  /// Sorted by key.
  package func search(_ query: ModelQuery) -> [ModelEntry] {
    let requirements = query.requirements
    return candidates(for: query).filter { entry in requirements.allSatisfy { $0.holds(entry) } }
  }

  /// The smallest indexed set that holds every answer.
  private func candidates(for query: ModelQuery) -> [ModelEntry] {
    if let provider = query.provider {
      guard let homes = try? providers(named: provider) else { return models(of: provider) }
      return homes.flatMap { models(of: $0) }.sorted { $0.key < $1.key }
    }
    return query.capability.map { models(with: $0) } ?? entries
  }
}
