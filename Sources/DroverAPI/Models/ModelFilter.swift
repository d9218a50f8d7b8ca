import DroverCore

/// Which models a list shows; every condition that is given has to hold.
struct ModelFilter: Equatable, Sendable {
  /// A Provider's name, or a type.
  var provider: String?
  /// Provider names; nil: any.
  var providers: Set<String>?
  var capability: Capability?
  var state: ModelEntry.State?

  init(providers: Set<String>? = nil) { self.providers = providers }

  /// Reads `provider`, `capability` and `status`.
  init(_ query: Query) throws(APIError) {
    provider = query["provider"]
    capability = try query.word("capability", of: Capability.allCases)
    state = try query.word("status", of: ModelEntry.State.allCases)
  }

  func admits(_ entry: ModelEntry, in directory: ModelDirectory) -> Bool {
    if let providers, !providers.contains(entry.provider) { return false }
    if let provider, entry.provider != provider, entry.providerType?.rawValue != provider { return false }
    if let capability, !entry.capabilities.contains(capability) { return false }
    return state.map(entry.has) ?? true
  }
}

extension Query {
  /// One of a set of words; nil where it is not given.
  func word<Word: RawRepresentable>(_ key: String, of words: [Word]) throws(APIError) -> Word?
  where Word.RawValue == String {
    guard let text = self[key] else { return nil }
    let known = words.map(\.rawValue)
    guard let word = Word(rawValue: text) else {
      throw .invalid(
        "'\(key)' is '\(text)'; expected one of \(known.joined(separator: ", "))"
          + Suggestion.phrase(for: text, among: known))
    }
    return word
  }
}
