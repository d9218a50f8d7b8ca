package import DroverCore

/// Which documents of the API give way to manifests.
package enum Adoption {
  /// The names of registered models that a valid document of some file declares too: under the same name, or with the
  /// same key. `defaultProvider` is that of a document that names none. Files of the API itself do not count.
  package static func adopted(
    _ registered: some Sequence<RegisteredModel>, by files: some Sequence<ManifestFile>, defaultProvider: String?
  ) -> Set<String> {
    var names: Set<String> = []
    var byKey: [String: String] = [:]
    for model in registered {
      names.insert(model.name)
      if let key = model.key { byKey[key] = model.name }
    }
    guard !names.isEmpty else { return [] }
    var found: Set<String> = []
    for file in files where file.root != RegisteredModel.root {
      for document in file.documents {
        guard let identity = document.identity, identity.kind == .model, let draft = document.draft else { continue }
        if names.contains(identity.name) { found.insert(identity.name) }
        guard let provider = draft.claims.provider ?? defaultProvider else { continue }
        if let name = byKey[provider + ":" + (draft.claims.modelID ?? identity.name)] { found.insert(name) }
      }
    }
    return found
  }
}
