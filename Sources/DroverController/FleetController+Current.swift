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

  /// The Model or Route that a request means: a name, an alias or a key, or a provider and its id of the model.
  private func target(of request: SwitchRequest, _ state: FleetState) throws(ControlRefusal) -> Identity {
    let objects = state.effective.objects
    var names: [String] = []
    for index in objects.indices where objects[index].identity.kind == .model && !objects[index].isAbsent {
      guard let resource = objects[index].resource else { continue }
      let model = ModelSpec(name: objects[index].identity.name, spec: resource.spec)
      let own = [model.name, model.modelID] + (request.provider == nil ? [model.key] + model.aliases : [])
      let isThere = request.provider.map { $0 == model.provider } ?? true
      // A bare id of a provider may be that of several models; a name is not.
      let isMeant =
        request.provider == nil ? (own + [model.name]).filter { $0 != model.modelID || $0 == model.name } : own
      if isThere, isMeant.contains(request.model) { return objects[index].identity }
      if isThere { names += own }
    }
    if request.provider == nil, let route = state.effective.requestable(request.model) { return route }
    throw .notFound(
      "no model is named '\(request.model)'" + (request.provider.map { " at provider '\($0)'" } ?? "")
        + Suggestion.phrase(for: request.model, among: names))
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
