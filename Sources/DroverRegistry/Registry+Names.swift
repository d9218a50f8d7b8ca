import DroverCore

/// Why a word names no one model.
package enum NameProblem: Error, Equatable, Sendable {
  /// `shown` is the name in full; `near` are names that come near, the nearest first.
  case unknownModel(shown: String, name: String, near: [String])
  /// Several models have this id.
  case ambiguous(String, keys: [String])
  /// `known` are the names of all Providers.
  case unknownProvider(String, near: [String], known: [String])
}

extension Registry {
  /// The model that `word` names: a resource, an alias, the key of a model, or an id that only one provider has. A name
  /// that somebody gave goes before one that was only discovered.
  package func resolve(_ word: String) throws(NameProblem) -> ModelEntry {
    if let key = key(ofName: word) ?? key(ofAlias: word), let entry = self[key] { return entry }
    if let entry = self[word] { return entry }
    let found = keys(ofID: word).compactMap { self[$0] }
    let declared = found.filter { $0.origin > .discovered }
    let candidates = declared.isEmpty ? found : declared
    if candidates.count == 1 { return candidates[0] }
    if candidates.count > 1 { throw .ambiguous(word, keys: candidates.map(\.key)) }
    throw .unknownModel(shown: word, name: word, near: Self.near(word, among: names))
  }

  /// The model that a provider and a word name. The provider is a Provider's name, else a type; the word is an id of
  /// that provider, a key, or the name or an alias of a model there.
  package func resolve(_ word: String, at provider: String) throws(NameProblem) -> ModelEntry {
    let homes = try providers(named: provider)
    for home in homes { if let entry = self[home + ":" + word] { return entry } }
    for key in [word, key(ofName: word), key(ofAlias: word)] {
      if let entry = key.flatMap({ self[$0] }), homes.contains(entry.provider) { return entry }
    }
    let there = homes.flatMap { models(of: $0) }.map(\.modelID)
    throw .unknownModel(
      shown: homes.joined(separator: ",") + ":" + word, name: word, near: Self.near(word, among: there))
  }

  /// The Providers that a word names: one by its name, else all of that type.
  package func providers(named word: String) throws(NameProblem) -> [String] {
    if providers[word] != nil { return [word] }
    let ofType = providers.filter { $0.value.type?.rawValue == word }.keys.sorted()
    guard ofType.isEmpty else { return ofType }
    let known = providers.keys.sorted()
    throw .unknownProvider(word, near: Self.near(word, among: known), known: known)
  }

  private var names: [String] { entries.flatMap { [$0.resource, $0.key].compactMap { $0 } + $0.aliases } }

  /// At most three, the nearest first.
  private static func near(_ name: String, among candidates: [String]) -> [String] {
    var rest = candidates
    var near: [String] = []
    while near.count < 3, let next = Suggestion.nearest(to: name, among: rest) {
      near.append(next)
      rest.removeAll { $0 == next }
    }
    return near
  }
}
