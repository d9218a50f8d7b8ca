import DroverCore
import Synchronization

/// Keeps registered models, and shows them as the controller would.
final class FakeRegistration: ModelRegistration {
  struct State: Sendable {
    var models: [String: RegisteredModel] = [:]
    var actors: [String] = []
    var forgotten: Set<String> = []
    /// Names that are refused.
    var refused: Set<String> = []
  }

  let state = Mutex(State())
  private let control: FakeControl

  init(_ control: FakeControl) { self.control = control }

  func registeredModels() async -> [RegisteredModel] {
    state.withLock { $0.models.values.sorted { $0.name < $1.name } }
  }

  func register(_ models: [ModelDraft], actor: String) async throws(ControlRefusal) {
    try state.withLock { state throws(ControlRefusal) in
      if let bad = models.first(where: { state.refused.contains($0.name) }) { throw .invalid("\(bad.name) is refused") }
      let now = Timestamp(milliseconds: 1_800_000_000_000)
      for model in models {
        state.models[model.name] = RegisteredModel(
          name: model.name, spec: model.spec, registeredAt: now, updatedAt: now, actor: actor)
      }
      state.actors.append(actor)
    }
    for model in models {
      control.put(model: model.name, spec: model.spec, root: RegisteredModel.root, path: "api/" + model.name)
    }
    control.bump()
  }

  func unregister(_ names: [String], actor: String) async throws(ControlRefusal) {
    state.withLock { state in for name in names { state.models[name] = nil } }
    control.state.withLock { state in for name in names { state.objects[Identity(.model, name)] = nil } }
    control.bump()
  }

  func forgetDiscovered(_ keys: Set<String>, actor: String) async throws(ControlRefusal) {
    state.withLock { $0.forgotten.formUnion(keys) }
  }
}

extension FakeControl {
  /// A model with the place that it was read from.
  func put(model: String, spec: FieldValue, root: String, path: String) {
    put(model: model, spec: spec)
    state.withLock { state in
      state.objects[Identity(.model, model)]?.set(
        "source", .object(["root": .string(root), "path": .string(path), "line": .integer(3)]))
    }
  }
}
