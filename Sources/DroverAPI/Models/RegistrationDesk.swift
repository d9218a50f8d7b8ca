import DroverCore
import DroverManifests
import DroverRegistry

/// Makes drafts of models out of what requests say, and sees to it that nothing of a manifest is touched.
struct RegistrationDesk: Sendable {
  let control: any FleetControl
  let models: ModelRegister

  /// One model to register.
  struct Order {
    var draft: ModelDraft
    var key: String
    var notes: [String]
  }

  /// What bodies ask to be registered. A key that is registered already keeps its name.
  func orders(_ bodies: [ModelBody]) async throws(APIError) -> [Order] {
    let registry = await models.registry()
    var orders: [Order] = []
    var taken: Set<String> = []
    for body in bodies {
      guard let id = body.id else { throw .invalid("'id' is missing; expected the provider's name of the model") }
      guard let word = body.provider else { throw .invalid("'provider' is missing; expected a Provider's name") }
      let homes = try registry.homes(word)
      guard homes.count == 1 else {
        throw .invalid("several providers are of type '\(word)'; name one of \(homes.joined(separator: ", "))")
      }
      let key = homes[0] + ":" + id
      guard !orders.contains(where: { $0.key == key }) else { throw .invalid("'\(key)' is given twice") }
      let known = registry[key]
      if let known, known.origin == .manifest { throw await conflict(known) }
      var (spec, notes) = body.spec(provider: homes[0], home: registry.providers[homes[0]], id: id)
      // What nobody declares is loaded on demand alone, whatever models inherit.
      spec.set("desiredState", .string(DesiredState.onDemand.rawValue))
      let name: String
      if let resource = known?.resource { name = resource } else { name = await self.name(id, homes[0], taken) }
      taken.insert(name)
      orders.append(Order(draft: ModelDraft(name: name, spec: spec), key: key, notes: notes))
    }
    return orders
  }

  /// A free name for a new Model: its id as names are written, with the provider before it, and a number behind it.
  private func name(_ id: String, _ provider: String, _ taken: Set<String>) async -> String {
    let words = [ResourceName.slug(id), ResourceName.slug(provider + "-" + id)].filter { !$0.isEmpty }
    let stem = words.last ?? "model"
    for word in words + (2...10_000).map({ "\(stem)-\($0)" }) where !taken.contains(word) {
      if await control.object(Identity(.model, word)) != nil { continue }
      if await control.object(Identity(.route, word)) == nil { return word }
    }
    return stem
  }

  /// The model that a path names, where it was registered through the API.
  func registered(_ word: String) async throws(APIError) -> ModelEntry {
    let entry = try await models.registry().model(word)
    switch entry.origin {
    case .api: return entry
    case .manifest: throw await conflict(entry)
    case .discovered:
      throw APIError(
        code: .conflict, message: "'\(entry.key)' is only discovered; register it, or write a manifest of it",
        details: .object(["key": .string(entry.key)]))
    }
  }

  /// Why a model that a manifest declares cannot be changed here: `models/chat.yaml:3` says what it is.
  func conflict(_ entry: ModelEntry) async -> APIError {
    let name = entry.resource ?? entry.modelID
    let source = await control.object(Identity(.model, name))?["source"]
    let place = "\(source?["path"]?.string ?? "a manifest"):\(source?["line"]?.integer ?? 1)"
    return APIError(
      code: .conflict, message: "\(place) declares model '\(name)'; edit it there",
      details: .object(["key": .string(entry.key), "place": .string(place)]))
  }
}
