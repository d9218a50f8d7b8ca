package import DroverCore

extension FleetController: ModelRegistration {
  package func registeredModels() async -> [RegisteredModel] {
    loop.latest.state.registeredModels.values.sorted { $0.name < $1.name }
  }

  package func register(_ models: [ModelDraft], actor: String) async throws(ControlRefusal) {
    let known = loop.latest.state
    let now = loop.surroundings.now()
    let put = models.map { draft in
      RegisteredModel(
        name: draft.name, spec: draft.spec, registeredAt: known.registeredModels[draft.name]?.registeredAt ?? now,
        updatedAt: now, actor: actor)
    }
    try await settle(
      RegistrationRequest(id: loop.surroundings.launchToken(), put: put, actor: actor),
      isShown: { controller in
        put.allSatisfy { controller.loop.publisher.shows($0, in: controller.loop.latest.state) }
      })
  }

  package func unregister(_ names: [String], actor: String) async throws(ControlRefusal) {
    let known = loop.latest.state
    if let stranger = names.first(where: { known.registeredModels[$0] == nil }) {
      throw .notFound("no model named '\(stranger)' was registered through the API")
    }
    try await settle(
      RegistrationRequest(id: loop.surroundings.launchToken(), removed: names, actor: actor),
      isShown: { controller in names.allSatisfy { controller.loop.publisher.hidesOrEnds($0) } })
  }

  /// Returns when the request is done, on disk and to be seen.
  private func settle(
    _ request: RegistrationRequest, isShown: (FleetController) -> Bool
  ) async throws(ControlRefusal) {
    guard loop.latest.state.hasScanned else {
      throw .unavailable("the first scan of the manifests is not complete")
    }
    loop.inbox.post(.registration(request))
    try await outcome(of: request.id, isShown: isShown)
  }

  package func forgetDiscovered(_ keys: Set<String>, actor: String) async throws(ControlRefusal) {
    let id = loop.surroundings.launchToken()
    loop.inbox.post(.forgetDiscovered(keys, actor: actor, request: id))
    try await outcome(of: id) { _ in true }
  }

  private func outcome(of id: String, isShown: (FleetController) -> Bool) async throws(ControlRefusal) {
    var outcome: RegistrationOutcome?
    try await durable { state in
      outcome = state.registrationOutcomes.first { $0.id == id }
      return outcome != nil && (outcome?.failure != nil || isShown(self))
    }
    if let failure = outcome?.failure { throw failure }
  }
}

extension StatusPublisher {
  /// Whether what is published of a registered model is made from this spec, or from a newer one.
  func shows(_ model: RegisteredModel, in state: FleetState) -> Bool {
    let identity = Identity(.model, model.name)
    guard let wanted = state.desired[identity] else { return true }
    return object(identity)?[path: ["source", "sha256"]]?.string == wanted.source?.sha256
  }

  /// Whether a model that was taken out is no longer shown, or shown as on its way out.
  func hidesOrEnds(_ name: String) -> Bool {
    guard let status = object(Identity(.model, name))?["status"] else { return true }
    return (status["conditions"]?.list ?? []).contains {
      $0.value["type"]?.string == "Deprecated" && $0.value["reason"]?.string == Reason.removed.rawValue
    }
  }
}
