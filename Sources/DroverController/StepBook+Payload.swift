import DroverCore

extension StepBook {
  /// Events of a model that say which model it is, beside its key.
  private static let introducing: Set<String> = ["model-registered", "model-updated", "model-loaded"]

  /// Who causes what happens to an object: the commit of its manifest, or whoever registered it.
  func actor(of object: Identity?) -> String {
    guard let object else { return actor }
    if object.kind == .model, let model = state.registeredModels[object.name] { return model.actor }
    guard let known = state.desired[object] else { return actor }
    return state.desired.revision(of: known.source ?? known.resource?.source).map { "manifest@" + $0 } ?? actor
  }

  /// The payload of an event with what every event of a model tells: its key, and where it is introduced, what it is.
  func completed(_ payload: FieldValue, of object: Identity?, _ name: String) -> FieldValue {
    guard let object, object.kind == .model, name.hasPrefix("model-"), let spec = state.resource(of: object)?.spec
    else { return payload }
    let provider = spec["provider"]?.string ?? ""
    let id = spec["modelID"]?.string ?? object.name
    var payload = payload
    if payload["key"] == nil { payload.set("key", .string(provider + ":" + id)) }
    if Self.introducing.contains(name), payload["model"] == nil {
      payload.set(
        "model",
        .object([
          "id": .string(id), "name": spec["displayName"] ?? .string(id), "provider": .string(provider),
        ]))
    }
    return payload
  }
}
