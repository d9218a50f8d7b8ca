package import DroverCore
import DroverManifests
import DroverPlanning

extension FleetController: CurrentModelControl {
  package func currentModel() async -> CurrentModel { loop.latest.state.current }

  package func switchModel(_ request: SwitchRequest, actor: String) async throws(ControlRefusal) -> Identity {
    let state = loop.latest.state
    guard state.hasScanned else { throw .unavailable("the first scan of the manifests is not complete") }
    let target = try target(of: request, state)
    if let refusal = unloadedByManifest(target, state) { throw .conflict(refusal) }
    var held: Override.Key?
    if let enforced = state.effective.fleetSpec.currentModel, let fleet = state.desired.fleet, enforced != target.name {
      guard request.isOverride else { throw .conflict(enforcement(enforced, fleet, state)) }
      held = try await hold(
        OverrideRequest(
          object: fleet.identity, field: "spec.currentModel", value: .value(.string(target.name)),
          reason: request.reason.rawValue), actor: actor
      ).key
    }
    let pending = PendingSwitch(
      id: loop.surroundings.launchToken(), target: target, reason: request.reason, actor: actor,
      requestedAt: loop.surroundings.now())
    loop.inbox.post(.switchAsked(pending))
    var outcome: SwitchOutcome?
    try await durable { state in
      outcome = state.switchOutcomes.first { $0.id == pending.id }
      return outcome != nil
    }
    if let failure = outcome?.failure {
      // What could not be loaded is not insisted on.
      if let held { try await release(held, actor: actor) }
      throw .loadFailed("cannot switch to \(target): \(failure)")
    }
    return target
  }

  private func target(of request: SwitchRequest, _ state: FleetState) throws(ControlRefusal) -> Identity {
    let desired = state.effective
    if let target = desired.requestable(request.target), desired[target]?.isAbsent == false { return target }
    let names = desired.objects.map(\.identity).filter { $0.kind == .model || $0.kind == .route }.map(\.name)
    throw .notFound(
      "no model or route is named '\(request.target)'\(Suggestion.phrase(for: request.target, among: names))")
  }

  private func unloadedByManifest(_ target: Identity, _ state: FleetState) -> String? {
    guard let resource = state.resource(of: target), resource.spec["desiredState"]?.string == "Unloaded" else {
      return nil
    }
    return "desiredState of \(target) is Unloaded (\(place(of: "desiredState", in: resource))); edit it first"
  }

  private func enforcement(_ enforced: String, _ fleet: DesiredObject, _ state: FleetState) -> String {
    let place = fleet.resource.map { self.place(of: "currentModel", in: $0) } ?? ""
    let isHeld = state.overrides.contains { $0.key == Override.Key(fleet.identity, "spec.currentModel") }
    return isHeld
      ? "an override holds the current model at '\(enforced)'; end it, or ask for another override"
      : "the Fleet enforces the current model '\(enforced)' (\(place)); edit it there, or ask for an override"
  }

  /// `fleet.yaml:7:3`.
  private func place(of key: String, in resource: Resource) -> String {
    let mark = resource.written.entry(key)?.mark
    guard let mark, mark.line > 0 else { return "\(resource.source.path):\(resource.source.line)" }
    return "\(resource.source.path):\(mark.line):\(mark.column)"
  }
}
