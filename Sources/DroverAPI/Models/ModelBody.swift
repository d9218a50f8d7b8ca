import DroverCore
import DroverManifests
import DroverRegistry

/// A model as somebody describes it in JSON: what is asked to be registered or changed.
struct ModelBody {
  /// What may be said.
  static let fields = [
    "id", "name", "provider", "version", "contextWindow", "maxTokens", "capabilities", "cost", "rateLimit",
    "metadata", "aliases",
  ]

  /// The provider as it was given: a name or a type.
  let provider: String?
  let id: String?
  private let entry: FieldValue

  /// Reads one element of a request; `place` names it in errors, empty for the whole body. What an export has beside
  /// ``fields`` is passed over where `isExport`.
  init(_ value: FieldValue, place: String, isExport: Bool = false) throws(APIError) {
    guard let entries = value.map else { throw .invalid(place + "a model must be a JSON object") }
    for entry in entries where !Self.fields.contains(entry.key) {
      if isExport, ImportedModel.isExported(entry.key) { continue }
      throw .invalid(
        place + "unknown field '\(entry.key)'" + Suggestion.phrase(for: entry.key, among: Self.fields))
    }
    for name in ["id", "provider"] {
      guard let given = value[name] else { continue }
      guard given.string?.isEmpty == false else { throw .invalid(place + "'\(name)' must be a text") }
    }
    provider = value["provider"]?.string
    id = value["id"]?.string
    entry = value
  }

  /// The spec of a model of `home`, and what could not be taken over as it is.
  func spec(provider name: String, home: ModelHome?, id: String) -> (spec: FieldValue, notes: [String]) {
    let type = home?.type ?? .custom
    // Only what is run here is run from a file; of other servers a file is a remark.
    let isRunHere = type == .llamaCpp && home?.baseURL == nil
    let imported = ImportedModel(
      entry.without("aliases"), id: id, provider: name,
      type: isRunHere ? .llamaCpp : type == .llamaCpp ? .custom : type,
      alias: nil)
    var spec = imported.spec
    if let aliases = entry["aliases"], !aliases.isNull { spec.set("aliases", aliases) }
    var notes = imported.notes.filter { !$0.hasPrefix("'aliases'") }
    if let endpoint = imported.endpoint, let base = home?.baseURL, !base.hasPrefix(endpoint) {
      notes.append("'metadata.apiEndpoint' is not taken over: provider '\(name)' is at \(base)")
    }
    return (spec, notes)
  }

  /// `known` with what this says laid over it: maps merge, null takes away, and what is not named stays.
  func changed(_ known: FieldValue, home: ModelHome?) -> (spec: FieldValue, notes: [String]) {
    let provider = known["provider"]?.string ?? ""
    let (given, notes) = spec(provider: provider, home: home, id: known["modelID"]?.string ?? "")
    var spec = known.overlaid(with: given.without("provider").without("modelID"))
    for entry in entry.map ?? [] where entry.value.isNull {
      spec = spec.without(entry.key == "name" ? "displayName" : entry.key)
    }
    for entry in entry["metadata"]?.map ?? [] where entry.value.isNull {
      if entry.key == "tags" { spec = spec.without("tags") }
      if let free = spec["metadata"] { spec.set("metadata", free.without(entry.key)) }
    }
    // A name that is the id is what a model without any is called.
    if let name = entry["name"]?.string, name == known["modelID"]?.string { spec = spec.without("displayName") }
    return (spec, notes)
  }
}

extension FieldValue {
  /// This map without one key.
  func without(_ key: String) -> FieldValue {
    guard case .map(let entries) = self else { return self }
    return .map(entries.filter { $0.key != key })
  }
}
