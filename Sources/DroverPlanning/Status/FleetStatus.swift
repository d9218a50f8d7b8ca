package import DroverCore

/// Makes the status of the whole fleet.
package enum FleetStatus {
  /// The `status` section of the fleet. `tally` counts the objects of this round.
  package static func reduce(
    previous: FieldValue?, context: StatusContext, tally: FleetTally, runtime: FleetRuntime
  ) -> FieldValue {
    let desired = context.world.desired
    let fleet = desired.fleet
    var conditions = ConditionSet(
      previous: previous, generation: fleet?.newestGeneration ?? 0, now: context.world.now)
    standing(fleet, tally, context).write(into: &conditions)
    if let problem = runtime.stateProblem {
      conditions.set(.stateWritable, .no, .stateSaveError, problem)
    } else {
      conditions.set(.stateWritable, .yes, .succeeded)
    }
    if let problem = runtime.statusProblem { conditions.set(.statusWritable, .no, .stateSaveError, problem) }
    if let problem = rootProblem(desired) {
      conditions.set(.pruneBlocked, .yes, .rootUnavailable, problem)
    } else if let blocked = context.plan.prune.blocked.first(where: { $0.reason != .pruneDisabled }) {
      conditions.set(.pruneBlocked, .yes, blocked.reason, blocked.message)
    } else if let first = desired.unreadable.first {
      conditions.set(.pruneBlocked, .yes, .unreadableDocument, "\(first.place) cannot be read, so nothing is removed")
    }
    if let fleet, let first = context.world.overrides(of: fleet.identity).first {
      conditions.set(.drifted, .yes, .overridden, Overrides.sentence(first))
    }
    if let problem = runtime.watchProblem { conditions.set(.watchDegraded, .yes, .polling, problem) }
    return .object([
      "observedGeneration": .integer(fleet?.newestGeneration ?? 0), "conditions": conditions.fieldValue,
      "counts": tally.fieldValue, "currentModel": current(context.world.current),
      "overrides": fleet.flatMap { context.world.overrides(of: $0.identity).fieldValue },
      "revision": desired.revision.map { .string($0) },
      "node": .string(context.world.node), "version": .string(runtime.version), "watch": watch(runtime),
      "plan": plan(context, previous), "manifests": manifests(desired),
      "diagnostics": desired.diagnostics.isEmpty
        ? nil : .strings(desired.diagnostics.prefix(100).map(\.description)),
      "specHash": fleet?.resource.map { .string($0.specHash) },
      "startedAt": .string(runtime.startedAt.description), "settings": settings(runtime),
      "pruneConfirmation": context.plan.prune.confirmation.map { .string($0) },
      "lastHandledReconcileAt": fleet.flatMap { token($0, context) },
    ])
  }

  private static func current(_ current: CurrentModel) -> FieldValue? {
    guard current.since != nil || current.pending != nil else { return nil }
    return .object([
      "target": current.target.map { .string($0.description) } ?? .null,
      "since": current.since.map { .string($0.description) }, "reason": current.reason.map { .string($0.rawValue) },
      "switchingTo": current.pending.map { .string($0.target.description) },
    ])
  }

  private static func token(_ fleet: DesiredObject, _ context: StatusContext) -> FieldValue? {
    (context.reconcileTokens[fleet.identity] ?? fleet.resource?.annotation(Annotation.reconcileRequestedAt))
      .map { .string($0) }
  }

  private static func standing(_ fleet: DesiredObject?, _ tally: FleetTally, _ context: StatusContext) -> Standing {
    if let problem = rootProblem(context.world.desired) {
      return .failing(.rootUnavailable, problem, retry: "the root is read again")
    }
    if let fleet, let standing = CommonStanding.of(fleet, context) { return standing }
    if let standing = unreadable(context.world.desired) { return standing }
    let sum = tally.sum
    var message = "\(sum.ready) of \(sum.expected) objects are ready"
    let isStuck = sum.stalled + sum.invalid > 0
    if isStuck || sum.failing > 0 {
      message += "; \(sum.stalled) stalled, \(sum.invalid) invalid, \(sum.failing) failing"
    }
    if sum.suspended > 0 { message += "; \(sum.suspended) suspended" }
    if sum.notImplemented > 0 { message += "; \(sum.notImplemented) not implemented" }
    // Others are the cause: nothing is wrong with the fleet's own manifest.
    if isStuck { return .terminal(.dependencyNotReady, message, detail: message) }
    if sum.failing > 0 { return .failing(.dependencyNotReady, message, retry: message) }
    return sum.progressing > 0 ? .working(message) : .done(.succeeded, message)
  }

  /// Documents that name no object cannot be told of at an object: the fleet tells of them.
  private static func unreadable(_ desired: DesiredFleet) -> Standing? {
    guard let first = desired.unreadable.first else { return nil }
    let more = desired.unreadable.count > 1 ? " (and \(desired.unreadable.count - 1) more)" : ""
    let message = "\(first.place): \(first.message)\(more)"
    return .terminal(.invalidManifest, message, detail: message)
  }

  /// Why a root cannot be read; nil when all of them can.
  private static func rootProblem(_ desired: DesiredFleet) -> String? {
    desired.roots.first { $0.failure != nil }.map { root in
      "manifest root \(root.path) cannot be read: \(root.failure ?? "")"
    }
  }

  private static func watch(_ runtime: FleetRuntime) -> FieldValue {
    .object([
      "mode": .string(runtime.watchMode), "watches": .integer(Int64(runtime.watches)),
      "overflows": .integer(Int64(runtime.overflows)),
    ])
  }

  /// The plan in words. It keeps its time while it says the same, so that an idle fleet writes nothing.
  private static func plan(_ context: StatusContext, _ previous: FieldValue?) -> FieldValue {
    let steps = FieldValue.strings(context.plan.steps.prefix(100).map { $0.words })
    let waits = FieldValue.strings(
      context.plan.waits.prefix(100).map { "\($0.object): \($0.reason.rawValue): \($0.message)" })
    let before = previous?["plan"]
    let isSame = before?["steps"] == steps && before?["waits"] == waits
    let madeAt = isSame ? before?["madeAt"] : nil
    return .object([
      "steps": steps, "waits": waits, "madeAt": madeAt ?? .string(context.world.now.description),
    ])
  }

  private static func manifests(_ desired: DesiredFleet) -> FieldValue {
    // In place: copying what stands there costs more than counting it.
    let objects = desired.objects.span
    var declared = 0
    for index in objects.indices where !objects[index].isAbsent { declared += 1 }
    let edited = desired.roots.map(\.edited.count).reduce(0, +)
    return .object([
      "files": .integer(Int64(desired.roots.map(\.files).reduce(0, +))),
      "edited": edited > 0 ? .integer(Int64(edited)) : nil,
      "documents": .integer(Int64(declared + desired.unreadable.count)),
      "errors": .integer(Int64(desired.diagnostics.count { $0.severity == .error })),
    ])
  }

  private static func settings(_ runtime: FleetRuntime) -> FieldValue? {
    guard !runtime.settings.isEmpty else { return nil }
    return .map(
      runtime.settings.map { setting in
        FieldEntry(
          setting.name, .object(["value": .string(setting.value), "source": .string(setting.source)]))
      })
  }

  /// `status/fleet.yaml`, with or without a Fleet object.
  package static func document(status: FieldValue, context: StatusContext) -> FieldValue {
    let desired = context.world.desired
    if let fleet = desired.fleet {
      return StatusReducer.document(fleet, status: status, revision: desired.revision(of: fleet.source))
    }
    return .object([
      "apiVersion": .string(manifestVersion), "kind": .string(Kind.fleet.rawValue),
      "metadata": .object(["name": .string("fleet"), "labels": .emptyMap, "annotations": .emptyMap]),
      "spec": .emptyMap, "status": status,
    ])
  }
}

extension Step {
  /// `load model/x: why`.
  var words: String { "\(verb) \(object): \(message)" }

  /// What is done, in one word.
  var verb: String {
    switch action {
    case .register: "register"
    case .update: "update"
    case .unregister: "unregister"
    case .rename: "rename"
    case .load: "load"
    case .warmUp: "warm-up"
    case .markLoaded: "mark-loaded"
    case .relabel: "relabel"
    case .deprecate: "deprecate"
    case .switchCurrent: "switch"
    case .abandonSwitch: "give up switching to"
    case .unload: "unload"
    case .forget: "forget"
    case .profile: "profile"
    }
  }
}
