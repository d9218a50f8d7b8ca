import DroverCore
import DroverManifests
import DroverPlanning

/// Turns the steps of a plan that only change records into a new state, the store changes that make it durable, and
/// events. Pure: nothing is done here, and a state whose commit fails is thrown away.
struct StepBook {
  var state: FleetState
  var changes: [StoreChange] = []
  var events: [FleetEvent] = []
  /// Instances to start, after their intents are on disk.
  private(set) var launches: [Launch] = []
  /// What is told to those who wait, after the commit: by the number of their request.
  var answers: [(request: UInt64, answer: MeasureDesk.Answer)] = []
  let now: Timestamp
  /// Who made the fleet as it is.
  let actor: String

  /// One model to start.
  struct Launch: Sendable {
    var step: Step
    var instance: Instance
    var target: ModelTarget
  }

  init(state: FleetState, now: Timestamp) {
    self.state = state
    self.now = now
    actor = "manifest" + (state.desired.revision.map { "@" + $0 } ?? "")
  }

  /// Applies the steps that only change records. True if there was any, so that planning again may find more to do.
  mutating func applyRecords(_ plan: Plan, backoff: (Int) -> Duration) -> Bool {
    var registrations: [Registration] = []
    var changed = false
    for step in plan.steps {
      switch step.action {
      case .register, .update:
        guard let registration = accept(step) else { continue }
        registrations.append(registration)
      case .unregister:
        forgetObject(step)
        if step.object.kind == .provider { settleDiscovered() }
      case .rename(let from): rename(step, from: from)
      case .markLoaded(let id): markLoaded(id, step: step)
      case .relabel(let id):
        guard var observed = state.instances[id] else { continue }
        observed.instance.generation = step.generation
        observed.instance.model = step.object.name
        put(observed)
      case .deprecate(let notice): tell(notice, step: step)
      case .switchCurrent(let next): become(next, step: step)
      case .abandonSwitch(let id): abandonSwitch(id, step: step)
      case .forget(let id): forgetInstance(id, step: step, backoff: backoff)
      case .load, .warmUp, .unload, .profile: continue
      }
      changed = true
    }
    state.register(registrations)
    return changed
  }

  private mutating func accept(_ step: Step) -> Registration? {
    guard let object = state.desired[step.object], let resource = object.resource else { return nil }
    let old = state.registration(of: step.object)
    let registration = Registration(generation: object.generation, firstSeen: object.firstSeen, resource: resource)
    changes.append(.putRegistration(registration))
    if step.reason == .priceChanged { record(step, "price-changed") }
    guard old?.specHash != registration.specHash else { return registration }
    recordAccepted(object, resource)
    // What failed at another spec says nothing of this one, even if this one was in force before.
    forgetAttempts(of: step.object)
    let kind = step.object.kind == .model ? "model" : step.object.kind.singular
    record(step, old == nil ? "\(kind)-registered" : "\(kind)-updated")
    return registration
  }

  /// Writes a spec that was accepted into the object's history.
  private mutating func recordAccepted(_ object: DesiredObject, _ resource: Resource) {
    changes.append(
      .appendHistory(
        HistoryEntry(
          identity: object.identity, generation: object.generation, acceptedAt: now,
          revision: state.desired.revision(of: resource.source),
          specHash: resource.specHash, written: resource.written)))
  }

  private mutating func forgetObject(_ step: Step) {
    // First, while it is known what it was.
    record(step, "\(step.object.kind.singular)-unregistered")
    state.unregister(step.object)
    state.desired.forget(step.object)
    state.attempts[step.object] = nil
    state.measurements[step.object] = nil
    changes += [.removeRegistration(step.object), .clearAttempts(step.object), .removeStatus(step.object)]
    if state.notices.removeValue(forKey: step.object) != nil { changes.append(.setNotice(step.object, nil)) }
    if step.object.kind == .model { forgetDemand(of: step.object.name) }
    if step.object.kind == .accessKey { state.keyUses[step.object.name] = nil }
  }

  private mutating func rename(_ step: Step, from: Identity) {
    for var observed in state.instances.values where observed.instance.model == from.name {
      observed.instance.model = step.object.name
      put(observed)
    }
    state.overrides = state.overrides.map { $0.moved(from: from, to: step.object) }.sorted { $0.key < $1.key }
    if state.current.target == from {
      state.current.target = step.object
      changes.append(.putSetting(FleetState.currentSetting, state.current.stored.json))
    }
    if let notice = state.notices.removeValue(forKey: from) { state.notices[step.object] = notice }
    if let attempts = state.attempts.removeValue(forKey: from) { state.attempts[step.object] = attempts }
    if let measured = state.measurements.removeValue(forKey: from) { state.measurements[step.object] = measured }
    if let request = state.profileRequests.removeValue(forKey: from) { state.profileRequests[step.object] = request }
    state.demands[step.object.name] = state.demands.removeValue(forKey: from.name)
    state.loads[step.object.name] = state.loads.removeValue(forKey: from.name)
    let old = state.registration(of: from)
    state.unregister(from)
    state.desired.forget(from)
    if let place = state.desired.index(of: step.object) { state.desired.objects[place].renamedFrom = nil }
    changes += [.rename(from: from, to: step.object), .removeRegistration(from)]
    if let object = state.desired[step.object], let resource = object.resource {
      let registration = Registration(generation: object.generation, firstSeen: object.firstSeen, resource: resource)
      state.register([registration])
      changes.append(.putRegistration(registration))
      if old?.specHash != resource.specHash {
        recordAccepted(object, resource)
        forgetAttempts(of: step.object)
      }
    }
    record(step, "model-updated")
  }

  private mutating func markLoaded(_ id: String, step: Step) {
    guard var observed = state.instances[id] else { return }
    observed.instance.readyAt = observed.instance.readyAt ?? now
    observed.instance.loadedAt = now
    put(observed)
    recordLoaded(observed.instance, step.object)
  }

  private mutating func forgetInstance(_ id: String, step: Step, backoff: (Int) -> Duration) {
    guard let observed = state.instances[id] else { return }
    if case .ended(let ending) = observed.phase, let failure = ending.failureReason {
      // A server may drop what nobody insists on; what must be loaded is tried again, each time later.
      if ending.cause != .evicted || state.target(of: step.object)?.model.desiredState == .loaded {
        noteFailure(
          of: Identity(.model, observed.instance.model), at: observed.instance.reloadHash, failure, ending.message,
          startsAfresh: observed.instance.hasBeenStable(at: ending.at), backoff: backoff)
      }
      record(
        step.object, ending.cause.eventName, failure, ending.message, severity: .warning, key: observed.instance.key)
    } else if case .ended(let ending) = observed.phase, ending.cause == .hostRestarted {
      record(
        step.object, "host-restarted", .hostRestarted, ending.message, severity: .warning, key: observed.instance.key)
    } else {
      record(
        step.object, "model-unloaded", .unloaded, "Generation \(observed.instance.generation) is unloaded",
        key: observed.instance.key)
    }
    state.instances[id] = nil
    changes.append(.removeInstance(id))
  }

  /// Ends what only holds for a while: a confirmation once nothing is absent any more, so that it never lets a later
  /// prune of the same objects through; and the rest from pruning after a rebuild once every manifest is accepted anew.
  mutating func settlePruning() {
    guard state.hasScanned else { return }
    if !state.desired.confirmedPrunes.isEmpty, !state.desired.objects.contains(where: \.isAbsent) {
      confirm([])
    }
    guard state.isPruningOff, state.desired.unreadable.isEmpty, state.desired.roots.allSatisfy({ $0.failure == nil })
    else { return }
    let isKnown = state.desired.objects.allSatisfy { object in
      object.newest == .accepted && state.registration(of: object.identity) != nil
    }
    if isKnown { state.isPruningOff = false }
  }

  /// Notes which prunes were confirmed, for a successor too: one that is under way goes on after a restart.
  mutating func confirm(_ tokens: [String]) {
    state.desired.confirmedPrunes = tokens
    changes.append(.putSetting(FleetState.confirmationsSetting, tokens.joined(separator: ",")))
  }

  /// Plans a launch: the instance is recorded as an intent; it is started only after the commit.
  mutating func intend(_ launch: Launch) {
    launches.append(launch)
    noteLoading(launch.instance.model)
    put(ObservedInstance(instance: launch.instance, phase: .intended))
    record(
      launch.step.object, "model-loading", launch.step.reason, launch.step.message, key: launch.instance.key)
  }

  /// Notes that a stop was begun.
  mutating func beginStop(_ id: String, step: Step, backoff: (Int) -> Duration) -> Instance? {
    guard var observed = state.instances[id] else { return nil }
    observed.instance.stoppingSince = observed.instance.stoppingSince ?? now
    observed.phase = .stopping
    put(observed)
    noteUnloading(step)
    if step.reason == .evicted { record(step, "model-evicted") }
    if step.reason == .probeFailed {
      noteFailure(
        of: step.object, at: observed.instance.reloadHash, .probeFailed, step.message,
        startsAfresh: observed.instance.hasBeenStable(at: now), backoff: backoff)
      record(step.object, "model-crashed", .probeFailed, step.message, severity: .warning, key: observed.instance.key)
    }
    return observed.instance
  }

  /// Notes what a driver refused; what no retry will help is not tried again before the spec changes.
  mutating func noteFailure(of identity: Identity, at hash: String, _ error: DriverError, backoff: (Int) -> Duration) {
    noteFailure(
      of: identity, at: hash, error.reason, error.message, isTerminal: error.disposition == .terminal,
      backoff: backoff)
  }

  /// Notes a failed attempt and when the next one may be.
  mutating func noteFailure(
    of identity: Identity, at hash: String, _ reason: Reason, _ message: String, startsAfresh: Bool = false,
    isTerminal: Bool = false, backoff: (Int) -> Duration
  ) {
    let specHash = state.resource(of: identity)?.specHash ?? hash
    let previous = state.attempts[identity]
    let failures = startsAfresh || previous?.specHash != specHash ? 1 : (previous?.failures ?? 0) + 1
    let attempts = Attempts(
      specHash: specHash, failures: failures, lastFailure: now,
      nextAttempt: isTerminal ? Timestamp(milliseconds: .max) : now + backoff(failures), reason: reason,
      message: message)
    state.attempts[identity] = attempts
    changes.append(.putAttempts(identity, attempts))
  }

  /// What failed of an object counts no longer.
  mutating func forgetAttempts(of identity: Identity) {
    guard state.attempts.removeValue(forKey: identity) != nil else { return }
    changes.append(.clearAttempts(identity))
  }

  mutating func put(_ observed: ObservedInstance) {
    state.instances[observed.instance.id] = observed
    changes.append(.putInstance(observed.instance))
  }

  mutating func recordLoaded(_ instance: Instance, _ object: Identity) {
    noteLoaded(instance)
    let took = instance.loadedAt.map { ($0 - instance.intendedAt).seconds } ?? "0s"
    let place = [
      instance.process.map { "pid \($0.pid)" }, instance.port.map { "port \($0)" },
    ].compactMap { $0 }.joined(separator: ", ")
    record(
      object, "model-loaded", .loaded,
      "Generation \(instance.generation) ready in \(took)" + (place.isEmpty ? "" : ", " + place), key: instance.key)
  }

  private mutating func record(_ step: Step, _ name: String) {
    record(step.object, name, step.reason, step.message)
  }

  /// Notes roots that can no longer be read, or can again.
  mutating func recordRoots(before: [RootState]) {
    for root in state.desired.roots {
      let old = before.first { $0.path == root.path }
      if let failure = root.failure, old?.failure != failure {
        record(
          nil, "config-error", .rootUnavailable, "Nothing of \(root.path) is pruned: \(failure)", severity: .warning)
      } else if root.failure == nil, old?.failure != nil {
        record(nil, "config-loaded", .accepted, "\(root.path) can be read again")
      }
    }
  }

  /// Notes what a scan brought: how much was read, and each error.
  mutating func recordScan(_ delta: ManifestDelta, errors: [Diagnostic], isFirst: Bool) {
    let objects = state.desired.objects
    // By index: copying what stands there costs more than counting it.
    let modelCount = objects.indices.count { objects[$0].identity.kind == .model && !objects[$0].isAbsent }
    for diagnostic in errors {
      record(diagnostic.identity, "config-error", .invalidManifest, diagnostic.description, severity: .warning)
    }
    let changed = delta.changed.count
    let what =
      isFirst
      ? "Read \(changed) file\(changed == 1 ? "" : "s")"
      : "\(changed) file\(changed == 1 ? "" : "s") changed, \(delta.removed.count) gone"
    record(
      nil, "config-loaded", .accepted,
      "\(what): \(modelCount) model\(modelCount == 1 ? "" : "s")")
  }

  mutating func record(
    _ object: Identity?, _ name: String, _ reason: Reason, _ message: String,
    severity: FleetEvent.Severity = .normal, key: String? = nil
  ) {
    record(
      object, name, reason, message, severity: severity,
      payload: key.map { .object(["key": .string($0)]) } ?? .emptyMap)
  }

  mutating func record(
    _ object: Identity?, _ name: String, _ reason: Reason, _ message: String,
    severity: FleetEvent.Severity = .normal, payload: FieldValue
  ) {
    events.append(
      FleetEvent(
        time: now, name: name, severity: severity, reason: reason, object: object, message: message,
        actor: actor(of: object), payload: completed(payload, of: object, name)))
  }
}

extension Ending.Cause {
  /// The event that tells of a failure of this kind.
  fileprivate var eventName: String {
    switch self {
    case .crashed, .outOfMemory: "model-crashed"
    case .evicted: "model-evicted"
    case .stopped, .loadFailed, .loadTimeout, .hostRestarted, .gone: "model-load-failed"
    }
  }
}

extension Ending {
  /// Why this end counts as a failed attempt; nil for an end that was asked for.
  var failureReason: Reason? {
    switch cause {
    case .stopped: nil
    case .loadFailed: .loadFailed
    case .loadTimeout: .loadTimeout
    case .crashed: .crashed
    case .outOfMemory: .outOfMemory
    case .hostRestarted: nil
    case .evicted: .evicted
    case .gone: .modelNotFound
    }
  }
}

extension Instance {
  /// Whether it ran so long before `end` that its failure says nothing about earlier ones: five minutes, the longest
  /// back-off.
  func hasBeenStable(at end: Timestamp) -> Bool {
    guard let loadedAt else { return false }
    return end - loadedAt > .seconds(300)
  }
}

extension Duration {
  /// Seconds with one decimal, for event messages: `13.8s`.
  var seconds: String {
    let tenths = max(0, (wholeMilliseconds + 50) / 100)
    return "\(tenths / 10).\(tenths % 10)s"
  }
}
