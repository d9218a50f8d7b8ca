/// What is asked of the controller about models that no manifest declares and somebody wants all the same.
package protocol ModelRegistration: Sendable {
  /// Sorted by name.
  func registeredModels() async -> [RegisteredModel]
  /// Puts all of them in, or none: each is judged as a manifest that says the same would be. Durable, and seen by
  /// whoever asks next, when this returns. One of the same name is replaced.
  func register(_ models: [ModelDraft], actor: String) async throws(ControlRefusal)
  /// Takes them out, durably; one that is loaded is drained and unloaded first. Names of models that are not registered
  /// so throw, and then none is taken out.
  func unregister(_ names: [String], actor: String) async throws(ControlRefusal)
  /// Forgets discovered models, durably; what their providers still list comes back with the next discovery.
  func forgetDiscovered(_ keys: Set<String>, actor: String) async throws(ControlRefusal)
}

/// A model as somebody wants it registered.
package struct ModelDraft: Equatable, Sendable {
  /// Name of the Model resource.
  package var name: String
  package var spec: FieldValue

  package init(name: String, spec: FieldValue) {
    self.name = name
    self.spec = spec
  }
}
