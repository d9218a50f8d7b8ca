import DroverCore
import DroverRegistry

extension Query {
  /// Parameters of a search, by their names.
  static let search = [
    "provider", "capability", "minContextWindow", "maxContextWindow", "namePattern", "tags", "status",
    "maxCostPerToken", "minVersion", "maxVersion", "excludeDeprecated",
  ]

  /// What a search asks for. `tags` are joined by commas.
  func modelQuery() throws(APIError) -> ModelQuery {
    var query = ModelQuery()
    query.provider = self["provider"]
    query.capability = try word("capability", of: Capability.allCases)
    query.minContextWindow = try tokens("minContextWindow")
    query.maxContextWindow = try tokens("maxContextWindow")
    query.namePattern = self["namePattern"]
    query.tags = (self["tags"] ?? "").split(separator: ",").map(String.init)
    query.status = try word("status", of: ModelEntry.State.allCases)
    query.maxCostPerToken = try costPerToken("maxCostPerToken")
    query.minVersion = try version("minVersion")
    query.maxVersion = try version("maxVersion")
    query.excludeDeprecated = try flag("excludeDeprecated")
    return query
  }

  /// `limit`, 10 where it is not given.
  func limit() throws(APIError) -> Int { try number("limit", in: 1...10_000, fallback: 10) }

  /// One of a set of words; nil where it is not given.
  func word<Word: RawRepresentable>(_ key: String, of words: [Word]) throws(APIError) -> Word?
  where Word.RawValue == String {
    guard let text = self[key] else { return nil }
    let known = words.map(\.rawValue)
    guard known.contains(text), let word = Word(rawValue: text) else {
      throw .invalid(
        "'\(key)' is '\(text)'; expected one of \(known.joined(separator: ", "))"
          + Suggestion.phrase(for: text, among: known))
    }
    return word
  }

  func version(_ key: String) throws(APIError) -> SemanticVersion? {
    guard let text = self[key] else { return nil }
    guard let version = SemanticVersion(text) else {
      throw .invalid("'\(key)' is '\(text)'; expected a semantic version such as 1.5.0")
    }
    return version
  }

  private func tokens(_ key: String) throws(APIError) -> Int64? {
    self[key] == nil ? nil : try number(key, in: 0...1_000_000_000_000, fallback: 0)
  }

  private func costPerToken(_ key: String) throws(APIError) -> CostPerToken? {
    guard let text = self[key] else { return nil }
    guard let cost = CostPerToken(text) else {
      throw .invalid("'\(key)' is '\(text)'; expected the price of one token in USD, such as 0.00002")
    }
    return cost
  }

  func flag(_ key: String) throws(APIError) -> Bool {
    switch self[key] {
    case nil, "false": return false
    case "true": return true
    case let text?: throw .invalid("'\(key)' is '\(text)'; expected true or false")
    }
  }
}
