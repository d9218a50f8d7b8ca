import DroverCore

/// All models of one moment, found by every name that they have.
///
/// A name means, in this order: a Model resource, an alias, the key of a declared model, the id of exactly one declared
/// model at its provider; then the key, and the id, of a discovered one. So nothing that is discovered ever takes a name
/// away from what is declared.
struct ModelDirectory: Sendable {
  /// Sorted by key; declared ones and discovered ones.
  let entries: [ModelEntry]
  /// By Provider name.
  let providers: [String: ModelHome]
  private let byName: [String: Int]
  private let byAlias: [String: Int]
  private let byKey: [String: Int]
  /// Those of one id at several providers.
  private let byID: [String: [Int]]

  init(entries: [ModelEntry], providers: [String: ModelHome]) {
    self.providers = providers
    let sorted = entries.sorted { ($0.key, $0.origin.rawValue) < ($1.key, $1.origin.rawValue) }
    self.entries = sorted
    var names: [String: Int] = [:]
    var aliases: [String: Int] = [:]
    var keys: [String: Int] = [:]
    var ids: [String: [Int]] = [:]
    for (place, entry) in sorted.enumerated() {
      if let name = entry.resource { names[name] = place }
      for alias in entry.aliases where aliases[alias] == nil { aliases[alias] = place }
      if entry.origin == .manifest || keys[entry.key] == nil { keys[entry.key] = place }
      ids[entry.modelID, default: []].append(place)
    }
    (byName, byAlias, byKey, byID) = (names, aliases, keys, ids)
  }

  /// The model that `word` names: a resource, an alias, a key, or an id that only one provider has.
  func model(_ word: String) throws(APIError) -> ModelEntry {
    if let place = byName[word] ?? byAlias[word] ?? byKey[word] { return entries[place] }
    let found = (byID[word] ?? []).map { entries[$0] }
    let declared = found.filter { $0.origin == .manifest }
    let candidates = declared.isEmpty ? found : declared
    if candidates.count == 1 { return candidates[0] }
    if candidates.count > 1 {
      let keys = candidates.map(\.key)
      throw APIError(
        code: .invalidRequest,
        message: "'\(word)' is the id of several models; name one of \(keys.joined(separator: ", "))",
        details: .object(["name": .string(word), "keys": .strings(keys)]))
    }
    throw .notFound("model", word, among: names, code: .modelNotFound)
  }

  /// The model that a provider and a word name. The provider is a Provider's name, else a type that only one Provider
  /// has; the word is an id of that provider, a key, or the name or an alias of a model there.
  func model(_ word: String, at provider: String) throws(APIError) -> ModelEntry {
    let homes = try self.providers(named: provider)
    for home in homes { if let place = byKey[home + ":" + word] { return entries[place] } }
    if let place = byKey[word] ?? byName[word] ?? byAlias[word], homes.contains(entries[place].provider) {
      return entries[place]
    }
    let there = entries.filter { homes.contains($0.provider) }.map(\.modelID)
    throw .notFound("model", "\(homes.joined(separator: ",")):\(word)", word, among: there, code: .modelNotFound)
  }

  /// The Providers that a word names: one by its name, else all of that type.
  func providers(named word: String) throws(APIError) -> [String] {
    if providers[word] != nil { return [word] }
    let ofType = providers.filter { $0.value.type?.rawValue == word }.keys.sorted()
    guard ofType.isEmpty else { return ofType }
    let known = providers.keys.sorted()
    var error = APIError.notFound("provider", word, among: known)
    error.message += known.isEmpty ? "; there is none yet" : "; there are \(known.joined(separator: ", "))"
    error.details.set("providers", .strings(known))
    throw error
  }

  private var names: [String] { entries.flatMap { [$0.resource, $0.key].compactMap { $0 } + $0.aliases } }
}

extension APIError {
  /// As ``notFound(_:_:among:code:)``, for a name that is `shown` in full and compared in short.
  fileprivate static func notFound(
    _ what: String, _ shown: String, _ name: String, among candidates: [String], code: Code
  ) -> APIError {
    var error = notFound(what, name, among: candidates, code: code)
    error.message = error.message.replacing("'\(name)'", with: "'\(shown)'", maxReplacements: 1)
    return error
  }
}
