import DroverCore
import DroverPlanning

extension StepBook {
  /// Notes, once, that the start is over: manifests are read, and the default model is loaded or cannot be.
  mutating func initialize(_ plan: Plan) {
    guard !state.isInitialized, state.hasScanned, !plan.awaitsDefault else { return }
    // Only a default that is still to be chosen waits for what was running: it may be that very model.
    let mayAwait =
      state.current.target == nil && state.current.followsDefault && state.effective.defaultTarget != nil
    guard state.unseenProviders.isEmpty || !mayAwait else { return }
    state.isInitialized = true
    let models = state.desired.objects.count { $0.identity.kind == .model && !$0.isAbsent }
    let loaded = Set(
      state.instances.values.filter { $0.phase == .ready && $0.instance.loadedAt != nil }.map(\.instance.model))
    events.append(
      FleetEvent(
        time: now, name: "initialized", severity: .normal, reason: .succeeded, object: nil,
        message: "\(models) model\(models == 1 ? "" : "s"), \(loaded.count) loaded", actor: actor,
        payload: .object([
          "modelCount": .integer(Int64(models)), "loadedCount": .integer(Int64(loaded.count)),
          "currentModel": key(of: state.current.target),
        ])))
  }

  /// Takes the newest word on the current model.
  mutating func become(_ next: CurrentModel, step: Step) {
    let before = state.current
    state.current = next
    changes.append(.putSetting(FleetState.currentSetting, next.stored.json))
    if let pending = before.pending, next.pending?.id != pending.id { note(SwitchOutcome(id: pending.id)) }
    guard before.target != next.target else { return }
    events.append(
      FleetEvent(
        time: now, name: "model-switched", severity: .normal, reason: .switched, object: next.target ?? before.target,
        message: step.message, actor: before.pending?.actor ?? actor,
        payload: .object([
          "previousModel": key(of: before.target), "currentModel": key(of: next.target),
          "reason": .string((next.reason ?? .unloaded).rawValue),
        ])))
  }

  mutating func abandonSwitch(_ id: String, step: Step) {
    guard let pending = state.current.pending, pending.id == id else { return }
    state.current.pending = nil
    note(SwitchOutcome(id: id, failure: step.message))
    record(
      step.object, "model-switch-failed", step.reason, "\(step.message); the current model stays", severity: .warning,
      key: state.target(of: step.object)?.model.key)
  }

  mutating func begin(_ pending: PendingSwitch) {
    if let superseded = state.current.pending {
      note(SwitchOutcome(id: superseded.id, failure: "another switch was asked for meanwhile"))
    }
    state.current.pending = pending
  }

  private mutating func note(_ outcome: SwitchOutcome) {
    state.switchOutcomes = (state.switchOutcomes + [outcome]).suffix(SwitchOutcome.limit)
  }

  private func key(of target: Identity?) -> FieldValue {
    guard let target else { return .null }
    return .string(state.target(of: target)?.model.key ?? target.name)
  }
}
