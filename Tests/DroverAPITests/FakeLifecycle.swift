import DroverCore
import Synchronization

/// Overrides and a current model as a test decides them, with what was asked.
final class FakeLifecycle: OverrideControl, CurrentModelControl {
  struct State: Sendable {
    var overrides: [Override] = []
    var current = CurrentModel()
    var refusal: ControlRefusal?
    var held: [(request: OverrideRequest, actor: String)] = []
    var released: [Override.Key] = []
    var switches: [SwitchRequest] = []
  }

  let state = Mutex(State())

  func overrides() async -> [Override] { state.withLock { $0.overrides } }

  func hold(_ request: OverrideRequest, actor: String) async throws(ControlRefusal) -> Override {
    try state.withLock { state throws(ControlRefusal) in
      if let refusal = state.refusal { throw refusal }
      state.held.append((request, actor))
      let start = Timestamp(milliseconds: 1_800_000_000_000)
      return Override(
        object: request.object, field: request.field, value: .string("held"), actor: actor, reason: request.reason,
        createdAt: start, expiresAt: start + request.lifetime, basis: "")
    }
  }

  func release(_ key: Override.Key, actor: String) async throws(ControlRefusal) {
    try state.withLock { state throws(ControlRefusal) in
      if let refusal = state.refusal { throw refusal }
      state.released.append(key)
    }
  }

  func currentModel() async -> CurrentModel { state.withLock { $0.current } }

  func switchModel(_ request: SwitchRequest, actor: String) async throws(ControlRefusal) -> Identity {
    try state.withLock { state throws(ControlRefusal) in
      if let refusal = state.refusal { throw refusal }
      state.switches.append(request)
      return Identity(.model, request.target)
    }
  }
}
