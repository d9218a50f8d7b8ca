import DroverCore
import DroverPlanning

extension StepBook {
  /// Takes over what a provider lists.
  mutating func take(_ report: DiscoveryReport) {
    let name = report.provider.name
    // A provider that went away, or became another one, while it was asked is not told of.
    guard state.provider(named: name) == report.provider else { return }
    let before = state.discoveries[name]
    var problem: DiscoveryProblem?
    var changes: [DiscoveryRules.Change] = []
    switch report.result {
    case .success(let listing):
      changes = DiscoveryRules.changes(
        listing: listing ?? [], of: report.provider, known: state.discovered[name] ?? [:],
        declared: DeclaredModels(state.desired), now: now)
    case .failure(let failure):
      problem = failure
      if before?.problem?.reason != failure.reason {
        record(
          Identity(.provider, name), "discovery-failed", failure.reason,
          "Its models cannot be listed: \(failure.message)", severity: .warning)
      }
    }
    apply(changes, actor: report.actor)
    let isNews = !changes.isEmpty || report.actor != nil || before.map { $0.problem != problem } ?? (problem != nil)
    state.discoveries[name] = standing(of: name, updatedAt: isNews ? now : before?.updatedAt, problem)
  }

  /// Gives up what manifests take away from the models that are known without one. `before`: what was desired when this
  /// was done last; nil looks at every manifest.
  mutating func settleDiscovered(since before: DesiredFleet? = nil) {
    guard state.hasScanned, state.discovered.contains(where: { !$0.value.isEmpty }) else { return }
    // Edited Models can declare more than before; nothing else can have changed.
    let edited = before.flatMap { state.desired.editedModels(since: $0) }
    if let edited, edited.isEmpty { return }
    let changes = DiscoveryRules.settlement(
      of: state.discovered, desired: state.desired,
      declared: edited.map { DeclaredModels($0) } ?? DeclaredModels(state.desired))
    apply(changes, actor: nil)
    for case .removed(let model, let cause) in changes {
      guard let before = state.discoveries[model.provider] else { continue }
      state.discoveries[model.provider] =
        cause == .providerGone ? nil : standing(of: model.provider, updatedAt: now, before.problem)
    }
  }

  /// Gives discovered models up on request; the next discovery finds what is still there.
  mutating func forget(_ keys: Set<String>, actor: String) {
    for model in state.discovered.values.flatMap(\.values).sorted(by: { $0.key < $1.key })
    where keys.contains(model.key) {
      state.discovered[model.provider]?[model.id] = nil
      changes.append(.removeDiscovered(provider: model.provider, id: model.id))
      tell(model, "model-unregistered", .removed, "\(model.key) was taken out of the registry", actor)
      let before = state.discoveries[model.provider]
      state.discoveries[model.provider] = standing(of: model.provider, updatedAt: now, before?.problem)
    }
  }

  private func standing(of provider: String, updatedAt: Timestamp?, _ problem: DiscoveryProblem?) -> DiscoveryStanding {
    let models = (state.discovered[provider] ?? [:]).values
    let gone = models.count { $0.goneSince != nil }
    return DiscoveryStanding(models: models.count - gone, gone: gone, updatedAt: updatedAt, problem: problem)
  }

  private mutating func apply(_ changes: [DiscoveryRules.Change], actor: String?) {
    for change in changes {
      switch change {
      case .found(let model):
        put(model)
        tell(model, "model-registered", .discovered, "Discovered \(model.key)", actor)
      case .changed(let model):
        put(model)
        tell(model, "model-updated", .discovered, "The provider says other things of \(model.key)", actor)
      case .gone(let model):
        put(model)
        tell(model, "model-updated", .notListed, "The provider no longer lists \(model.key)", actor)
      case .returned(let model):
        put(model)
        tell(model, "model-updated", .listedAgain, "The provider lists \(model.key) again", actor)
      case .removed(let model, let cause):
        state.discovered[model.provider]?[model.id] = nil
        self.changes.append(.removeDiscovered(provider: model.provider, id: model.id))
        switch cause {
        case .adopted(let name): tell(model, "model-adopted", .adopted, "model/\(name) declares \(model.key)", actor)
        case .excluded:
          tell(model, "model-unregistered", .removed, "Discovery lets \(model.key) through no longer", actor)
        case .providerGone: tell(model, "model-unregistered", .removed, "The provider of \(model.key) is gone", actor)
        case .forgotten:
          tell(model, "model-unregistered", .removed, "\(model.key) has been gone for a week", actor)
        }
      }
    }
  }

  private mutating func put(_ model: DiscoveredModel) {
    state.discovered[model.provider, default: [:]][model.id] = model
    changes.append(.putDiscovered(model))
  }

  private mutating func tell(
    _ model: DiscoveredModel, _ name: String, _ reason: Reason, _ message: String, _ actor: String?
  ) {
    events.append(
      FleetEvent(
        time: now, name: name, severity: .normal, reason: reason, object: Identity(.provider, model.provider),
        message: message, actor: actor ?? "controller",
        payload: .object([
          "key": .string(model.key),
          "model": .object([
            "id": .string(model.id), "name": .string(model.listed.displayName ?? model.id),
            "provider": .string(model.provider),
          ]),
        ])))
  }
}
