import DroverCore
import DroverManifests
import DroverPlanning

extension Round {
  /// Takes models in that were registered through the API, or out: they are read and judged as files would be, and what
  /// one of them would break is refused as a whole.
  mutating func take(_ request: RegistrationRequest, into book: inout StepBook) async {
    if let failure = await attempt(request, &book) {
      book.note(RegistrationOutcome(id: request.id, failure: failure))
    } else {
      book.note(RegistrationOutcome(id: request.id))
    }
  }

  private mutating func attempt(_ request: RegistrationRequest, _ book: inout StepBook) async -> ControlRefusal? {
    for model in request.put {
      if let conflict = Self.conflict(of: model, with: book.state.desired) { return conflict }
    }
    var trial = intake
    let delta = ManifestDelta(
      roots: book.state.desired.roots, changed: request.put.map(\.file),
      removed: request.removed.map(RegisteredModel.place), isFullScan: false, watch: book.state.watch)
    let (_, edits) = await trial.take(delta)
    var desired = trial.fold(
      delta, edits: edits, over: book.state.desired, policy: loop.options.policy, now: book.now)
    for model in request.put {
      if let failure = Self.refusal(of: model, in: desired) { return failure }
    }
    for name in request.removed { desired.end(Identity(.model, name), now: book.now) }
    if let failure = referrer(to: request.removed, desired, book) { return failure }
    intake = trial
    book.state.desired = desired
    book.take(request)
    return nil
  }

  /// What a manifest declares is edited there.
  private static func conflict(of model: RegisteredModel, with fleet: DesiredFleet) -> ControlRefusal? {
    let identity = Identity(.model, model.name)
    guard let object = fleet[identity], !object.isAbsent, let source = object.source,
      source.root != RegisteredModel.root
    else { return nil }
    return .conflict("\(source.path):\(source.line) declares \(identity); edit it there")
  }

  private static func refusal(of model: RegisteredModel, in fleet: DesiredFleet) -> ControlRefusal? {
    let identity = Identity(.model, model.name)
    guard let object = fleet[identity] else { return .invalid("\(identity) cannot be read") }
    switch object.newest {
    case .accepted: return nil
    case .absent: return .invalid("\(identity) cannot be read")
    case .refused(_, let diagnostics):
      let errors = diagnostics.filter { $0.severity == .error }
      let said = (errors.isEmpty ? diagnostics : errors).map { found in
        (found.field.isEmpty ? "" : found.field + ": ") + found.message
      }
      return .invalid("\(model.key ?? model.name) is refused: " + said.joined(separator: "; "))
    }
  }

  /// A model that something else names stays, as a file of it would.
  private func referrer(to names: [String], _ desired: DesiredFleet, _ book: StepBook) -> ControlRefusal? {
    guard !names.isEmpty else { return nil }
    var state = book.state
    state.desired = desired
    let verdict = PruneGuard.verdict(state.world(node: loop.options.policy.node, now: book.now))
    for name in names {
      let identity = Identity(.model, name)
      if let blocked = verdict.blocked.first(where: { $0.identity == identity }) {
        return .conflict("\(identity) stays: \(blocked.message)")
      }
    }
    return nil
  }
}

extension DesiredFleet {
  /// Counts an object whose document was taken away on purpose as absent for long enough.
  fileprivate mutating func end(_ identity: Identity, now: Timestamp) {
    guard let index = index(of: identity) else { return }
    objects[index].newest = .absent(since: now + (.zero - PruneGuard.grace), scans: PruneGuard.scans)
  }
}
