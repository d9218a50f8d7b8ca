import DroverCore

/// Gathers the manifests of an import, entry by entry.
struct ManifestGathering {
  private struct Home {
    var type: ProviderType
    var endpoint: String?
    var hasFiles = false
  }

  private var homes: [String: Home] = [:]
  private var models: [FieldValue] = []
  private var names: Set<String> = []
  private var keys: Set<String> = []
  private var notes: [String] = []
  private let defaults: ImportDefaults

  init(defaults: ImportDefaults) { self.defaults = defaults }

  /// Adds an entry; `place` names it in notes.
  mutating func add(_ entry: FieldValue, provider fallback: String? = nil, alias: String? = nil, place: String) {
    guard let id = entry["id"]?.string, !id.isEmpty else {
      notes.append("\(place): left out: it has no 'id'")
      return
    }
    guard let provider = (entry["provider"]?.string ?? fallback).map(Self.slug), !provider.isEmpty else {
      notes.append("\(place): left out: it has no 'provider'")
      return
    }
    guard keys.insert(provider + ":" + id).inserted else {
      notes.append("\(place): left out: '\(provider):\(id)' is there already")
      return
    }
    var home = homes[provider] ?? Home(type: ProviderType(rawValue: provider) ?? .custom)
    let model = ImportedModel(entry, id: id, provider: provider, type: home.type, alias: alias)
    home.endpoint = home.endpoint ?? model.endpoint
    home.hasFiles = home.hasFiles || model.hasFile
    homes[provider] = home
    for note in model.notes { notes.append("\(provider):\(id): \(note)") }
    var name = Self.slug(id)
    if name.isEmpty || !names.insert(name).inserted {
      name = Self.slug(provider + "-" + id)
      names.insert(name)
    }
    models.append(Self.manifest(.model, name, defaults.completed(model.spec, type: home.type, id: id)))
  }

  func result() throws(PriceImport.Failure) -> ModelsConfigImport {
    guard !models.isEmpty else {
      throw PriceImport.Failure(
        description: "the file holds no model with 'id' and 'provider'"
          + (notes.isEmpty ? "" : ": " + notes.joined(separator: "; ")))
    }
    var notes = notes
    for (name, home) in homes.sorted(by: { $0.key < $1.key }) where home.type == .custom && home.endpoint == nil {
      notes.append("provider '\(name)': set its baseURL: the list names no address of it")
    }
    let providers = homes.sorted { $0.key < $1.key }.map { Self.manifest(.provider, $0.key, Self.spec(of: $0.value)) }
    return ModelsConfigImport(providers: providers, models: models, notes: notes)
  }

  static func manifest(_ kind: Kind, _ name: String, _ spec: FieldValue) -> FieldValue {
    .object([
      "apiVersion": .string(manifestVersion), "kind": .string(kind.rawValue),
      "metadata": .object(["name": .string(name)]), "spec": spec,
    ])
  }

  private static func spec(of home: Home) -> FieldValue {
    var spec = FieldValue.object(["type": .string(home.type.rawValue)])
    // What is run from files is run here.
    if home.type == .llamaCpp { spec.set("mode", .string(home.hasFiles ? "Managed" : "External")) }
    let isManaged = home.type == .llamaCpp && home.hasFiles
    if !isManaged, let base = home.endpoint, base != home.type.defaultBaseURL { spec.set("baseURL", .string(base)) }
    return spec
  }

  /// A name that objects may have.
  static func slug(_ text: String) -> String {
    var out = ""
    for scalar in text.lowercased().unicodeScalars {
      let isPlain = ("a"..."z").contains(scalar) || ("0"..."9").contains(scalar)
      if isPlain {
        out.unicodeScalars.append(scalar)
      } else if let last = out.last, last != "-", last != "." {
        out += scalar == "." ? "." : "-"
      }
    }
    while out.last == "-" || out.last == "." { out.removeLast() }
    return out
  }
}
