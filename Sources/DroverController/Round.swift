import DroverCore
import DroverManifests
import DroverPlanning

/// The rounds of the loop: state, and what runs beside it.
struct Round {
  let loop: ReconcileLoop
  var state: FleetState
  var intake: ManifestIntake
  /// Steps that run beside the loop; while one does, it is not started again.
  private var running: Set<String> = []
  private var profiles = ProfileBook()
  private var lastEnd: Timestamp?
  private var lastLength = Duration.zero
  private var retryStoreAt: Timestamp?
  /// Whether the durable state is to be written to though nothing changed, to see if it can be.
  private var isStoreInDoubt = false
  private var askedForConfirmingScan: Timestamp?
  /// Stops that failed: how often in a row, and when each is tried again.
  private var failedStops: [String: (failures: Int, retryAt: Timestamp)] = [:]

  /// Rounds are at least this far apart, and four times the length of the last, so that planning never takes more
  /// than a fifth of a core.
  private static let shortestGap = Duration.milliseconds(10)
  /// No gap is longer: a clock that was set forward makes a round look long.
  private static let longestGap = Duration.seconds(2)
  /// Requests come by the thousand a second: what models are used for is taken over this often.
  private static let useGap = Duration.milliseconds(250)
  private static let storeRetry = Duration.seconds(1)
  /// How often records are looked at again before their steps have run out; more would be a plan that never settles.
  private static let passes = 6

  init(loop: ReconcileLoop, state: FleetState) {
    self.loop = loop
    self.state = state
    intake = ManifestIntake(decoder: loop.decoder, registered: Array(state.registeredModels.values))
  }

  private var now: Timestamp { loop.surroundings.now() }

  private func backoff(_ failures: Int) -> Duration {
    Backoff.delay(failures: failures, random: loop.surroundings.random())
  }

  mutating func announceStart() async {
    if state.isPruningOff {
      let event = FleetEvent(
        time: now, name: "state-rebuilt", severity: .warning, reason: .stateSaveError, object: nil,
        message: "The database could not be read and was set aside; processes that it knew are ended and loaded anew, "
          + "and nothing is pruned until everything is registered again", actor: "controller")
      await loop.events.record([event])
      loop.logger.log(event)
    }
    // What was accepted before is looked at while the manifests are still being read.
    loop.observers.follow(state)
    loop.discovery.follow(state.desired)
    loop.keySecrets.follow(state.desired)
    let drivers = loop.effects.drivers.all
    let known = state.instances.values.map(\.instance)
    var ended: [String] = []
    for driver in drivers { ended += await driver.endStrays(known: known) }
    if !ended.isEmpty { loop.inbox.post(.straysEnded(ended)) }
  }

  /// One round: news in, plan, records made durable, slow steps started, status handed on.
  mutating func run(in group: inout ThrowingDiscardingTaskGroup<any Error>, alarm: Alarm) async {
    if let due = notBefore {
      alarm.set(due)
      return
    }
    let start = now
    var book = StepBook(state: state, now: start)
    book.changes = state.unsaved
    let messages = loop.inbox.drain()
    for message in messages {
      noteEnd(of: message)
      await takeManifestNews(message, into: &book)
      if case .storeInDoubt = message { isStoreInDoubt = true }
      book.take(message, backoff: backoff)
    }
    if messages.contains(where: \.concernsDiscovered) {
      book.settleDiscovered(since: state.hasScanned ? state.desired : nil)
    }
    book.take(loop.desk.takeNews())
    book.settlePruning()
    book.settleOverrides()
    book.settleAccess()
    book.take(loop.traffic.take())
    book.settleAutoSwitch(node: loop.options.policy.node, prices: loop.options.policy.prices) {
      loop.surroundings.launchToken()
    }
    book.saveDemands()
    let facts = (state: book.state, changes: book.changes, events: book.events)
    var plan = Planner.plan(book.state.world(node: loop.options.policy.node, now: start))
    for _ in 0..<Round.passes {
      guard book.applyRecords(plan, backoff: backoff) else { break }
      plan = Planner.plan(book.state.world(node: loop.options.policy.node, now: start))
    }
    book.settleDeprecationDates()
    book.initialize(plan)
    book.notePools(plan)
    await intendLaunches(of: plan, in: &book)
    let stops = beginStops(of: plan, in: &book)
    let jobs = profiles.jobs(of: plan, in: book.state)
    for job in jobs { book.beginProfile(job) }
    book.settleProfiles(plan) { profiles.isRunning(request: $0) }
    let hasSettled = book.settleRequests(plan, node: loop.options.policy.node)
    let before = state.registered.count
    if await commit(&book, else: facts) {
      if state.registered.count < before {
        intake.objectsForgotten()
        loop.source.rescan(everything: false)
      }
      launch(book, stops: stops, plan: plan, in: &group)
      for job in jobs { measure(job, in: &group) }
      if hasSettled { loop.inbox.poke() }
    } else {
      for (instance, _) in stops { loop.desk.reopen(instance) }
    }
    await finish(plan, events: book.events, alarm: alarm)
    // Whoever asks next sees what was answered.
    for (request, answer) in book.answers { loop.measureDesk.answer(request, answer) }
    for case .discovered(let report) in messages { report.handled?.finish() }
    lastEnd = now
    lastLength = now - start
  }

  /// When the next round may begin; nil when it may now. An edit goes first: it waits for no gap but the shortest, and
  /// comes at most every debounce.
  private var notBefore: Timestamp? {
    guard let lastEnd else { return nil }
    let isEdit = loop.inbox.holdsManifests
    let shortest = loop.inbox.holdsOnlyUse ? Round.useGap : Round.shortestGap
    let gap = isEdit ? Round.shortestGap : min(max(shortest, lastLength * 4), Round.longestGap)
    let now = now
    // A clock that was set back tells nothing of how much time has passed.
    return now < lastEnd || now - lastEnd >= gap ? nil : lastEnd + gap
  }

  private mutating func noteEnd(of message: Message) {
    switch message {
    case .started(let instance): running.remove("start " + instance.id)
    case .startFailed(let id, _): running.remove("start " + id)
    case .warmedUp(let id), .warmUpFailed(let id, _): running.remove("warm-up " + id)
    case .stopped(let id):
      if let instance = state.instances[id]?.instance { loop.desk.forget(instance) }
      running.remove("stop " + id)
      failedStops[id] = nil
    case .stopFailed(let id, _):
      running.remove("stop " + id)
      let failures = (failedStops[id]?.failures ?? 0) + 1
      failedStops[id] = (failures, now + backoff(failures))
    case .profileEnded(let job, _): profiles.ended(job)
    case .profileAbandoned(let request): profiles.end(request: request)
    default: break
    }
  }

  private mutating func measure(_ job: ProfileJob, in group: inout ThrowingDiscardingTaskGroup<any Error>) {
    let (effects, ended) = (loop.effects, profiles.begin(job))
    group.addTask { await effects.profile(job, ended: ended) }
  }

  private mutating func takeManifestNews(_ message: Message, into book: inout StepBook) async {
    switch message {
    case .manifests(let delta):
      let before = book.state.desired
      let (lostObjects, edits) = await intake.take(delta)
      let adopted = intake.giveWay(
        book.state.registeredModels.values, defaultProvider: before.fleetSpec.defaultProvider)
      book.forgetRegistered(adopted)
      book.state.desired = intake.fold(
        delta, edits: adopted.isEmpty ? edits : nil, over: before, policy: loop.options.policy, now: book.now)
      let zone = book.state.desired.fleetSpec.timeZone
      if zone != before.fleetSpec.timeZone || !book.state.hasScanned {
        book.state.zone = loop.options.zones(zone) ?? .utc
      }
      if lostObjects || !adopted.isEmpty, !delta.isFullScan { loop.source.rescan(everything: false) }
      book.recordRoots(before: before.roots)
      book.state.watch = delta.watch
      book.state.manifestFiles = intake.fileCount
      if !book.state.hasScanned || !delta.changed.isEmpty || !delta.removed.isEmpty {
        let known = Set(before.diagnostics)
        book.recordScan(
          delta, errors: book.state.desired.diagnostics.filter { $0.severity == .error && !known.contains($0) },
          isFirst: !book.state.hasScanned)
      }
      book.state.hasScanned = true
    case .registration(let request): await take(request, into: &book)
    case .reconcileRequested(let identity, let token, _):
      if let identity { book.state.handledTokens[identity] = token } else { book.state.fleetToken = token }
      for object in identity.map({ [$0] }) ?? Array(book.state.attempts.keys) { book.forgetAttempts(of: object) }
      loop.source.rescan(everything: true)
      loop.observers.lookAgain()
    default: break
    }
  }

  /// Makes the launches of a plan: identity, port and log are chosen, and recorded as intents.
  private mutating func intendLaunches(of plan: Plan, in book: inout StepBook) async {
    var taken = Set(book.state.instances.values.compactMap(\.instance.port))
    for step in plan.steps {
      guard case .load(let reserve) = step.action, book.state.storeFailure == nil,
        let target = book.state.target(of: step.object), let driver = loop.effects.drivers.driver(for: target.provider)
      else { continue }
      let draft = Instance(
        id: loop.surroundings.launchToken(), model: step.object.name, key: target.model.key,
        provider: target.provider.name, modelID: target.model.modelID, generation: step.generation,
        reloadHash: target.reloadHash, isManaged: target.provider.isManaged, server: ServerRecord(target.provider),
        reserved: reserve, intendedAt: now)
      do throws(DriverError) {
        let instance = try await driver.prepare(draft, target: target, taken: taken)
        if let port = instance.port { taken.insert(port) }
        book.intend(StepBook.Launch(step: step, instance: instance, target: target))
      } catch {
        book.noteFailure(of: step.object, at: target.reloadHash, error, backoff: backoff)
        book.record(step.object, "model-load-failed", error.reason, error.message, severity: .warning)
      }
    }
  }

  private mutating func beginStops(of plan: Plan, in book: inout StepBook) -> [(Instance, Duration)] {
    var stops: [(Instance, Duration)] = []
    for step in plan.steps {
      guard case .unload(let id, let drain) = step.action, !running.contains("stop " + id),
        close(step, id, book.state), let instance = book.beginStop(id, step: step, backoff: backoff)
      else { continue }
      stops.append((instance, drain))
    }
    // A stop that a former droverd began, or that failed, is taken up again.
    let begun = Set(stops.map(\.0.id))
    for observed in book.state.instances.values.sorted(by: { $0.instance.id < $1.instance.id })
    where observed.instance.stoppingSince != nil && !begun.contains(observed.instance.id) {
      if case .ended = observed.phase { continue }
      if let failed = failedStops[observed.instance.id], book.now < failed.retryAt { continue }
      if !running.contains("stop " + observed.instance.id) { stops.append((observed.instance, .zero)) }
    }
    failedStops = failedStops.filter { book.state.instances[$0.key] != nil }
    return stops
  }

  /// Lets nobody in any more to what a step unloads. What was idle when the plan was made may be in use by now: then it
  /// stays, and the next round sees that.
  private func close(_ step: Step, _ id: String, _ state: FleetState) -> Bool {
    guard let instance = state.instances[id]?.instance else { return false }
    let wasIdle = (state.demands[instance.model]?.inFlight ?? 0) == 0
    let onlyIfIdle = step.reason == .idleUnloaded || step.reason == .evicted && wasIdle
    if loop.desk.close(instance, onlyIfIdle: onlyIfIdle) { return true }
    loop.inbox.poke()
    return false
  }

  /// Commits what the book holds. After a failure only facts stay, to be saved later, and nothing new is begun.
  private mutating func commit(
    _ book: inout StepBook, else facts: (state: FleetState, changes: [StoreChange], events: [FleetEvent])
  ) async -> Bool {
    do throws(StoreError) {
      var changes = book.changes
      // Only a commit shows that state can be written.
      if state.storeFailure != nil || isStoreInDoubt { changes.append(.putSetting("state-saved", now.precise)) }
      isStoreInDoubt = false
      if !changes.isEmpty { try await loop.store.commit(changes) }
      state = book.state
      state.unsaved = []
      if state.storeFailure != nil {
        state.storeFailure = nil
        book.record(nil, "state-saved", .succeeded, "State can be written again")
        // What was not begun meanwhile is begun in the next round.
        loop.inbox.poke()
      }
      retryStoreAt = nil
      return true
    } catch {
      state = facts.state
      state.unsaved = facts.changes
      book.events = facts.events
      if state.storeFailure == nil {
        book.record(nil, "state-save-error", .stateSaveError, error.message, severity: .warning)
      }
      state.storeFailure = error.message
      retryStoreAt = now + Round.storeRetry
      return false
    }
  }

  /// Writes use and access, at the end.
  mutating func saveDemands() async {
    var book = StepBook(state: state, now: now)
    book.take(loop.desk.takeNews())
    book.saveDemands(evenIfEarly: true)
    try? await loop.store.commit(book.changes)
  }

  private mutating func launch(
    _ book: StepBook, stops: [(Instance, Duration)], plan: Plan,
    in group: inout ThrowingDiscardingTaskGroup<any Error>
  ) {
    let effects = loop.effects
    for launch in book.launches {
      running.insert("start " + launch.instance.id)
      group.addTask { await effects.start(launch) }
    }
    for (instance, drain) in stops {
      running.insert("stop " + instance.id)
      // What only measures must not be what an unload waits for.
      profiles.end(instance: instance.id)
      let provider = state.provider(named: instance.provider)
      group.addTask { await effects.stop(instance, provider: provider, drain: drain) }
    }
    for step in plan.steps {
      guard case .warmUp(let id) = step.action, !running.contains("warm-up " + id),
        let instance = state.instances[id]?.instance, let target = state.target(of: step.object)
      else { continue }
      running.insert("warm-up " + id)
      group.addTask { await effects.warmUp(instance, target: target) }
    }
    loop.observers.follow(state)
    loop.discovery.follow(state.desired)
    loop.keySecrets.follow(state.desired)
  }

  private mutating func finish(_ plan: Plan, events: [FleetEvent], alarm: Alarm) async {
    if !events.isEmpty { await loop.events.record(events) }
    for event in events { loop.logger.log(event) }
    // Whoever is told of a new status finds the state that it is of.
    loop.latest.put(state, plan: plan, isBusy: !running.isEmpty || !state.unseenProviders.isEmpty)
    loop.publisher.publish(state, plan: plan)
    loop.desk.follow(plan, fleet: state.desired.fleetSpec) { [state, now] in
      state.world(node: loop.options.policy.node, now: now)
    }
    loop.observers.awaitMemory(plan.waits.contains { $0.reason == .insufficientMemory && !$0.isTerminal })
    let confirming = confirmAbsence()
    let stopRetry = failedStops.filter { !running.contains("stop " + $0.key) }.map(\.value.retryAt).min()
    let dates = [
      plan.wakeAt, retryStoreAt, confirming, stopRetry, state.demandsDue, state.nextKeyEnd(after: now),
      state.autoSwitchPause(at: now),
    ]
    alarm.set(dates.compactMap { $0 }.min())
  }

  /// Asks for the second scan that absence needs, once the grace period is over.
  private mutating func confirmAbsence() -> Timestamp? {
    var earliest: Timestamp?
    for index in state.desired.objects.indices {
      guard case .absent(let since, let scans) = state.desired.objects[index].newest, scans < PruneGuard.scans else {
        continue
      }
      earliest = min(earliest ?? since + PruneGuard.grace, since + PruneGuard.grace)
    }
    guard let due = earliest else {
      askedForConfirmingScan = nil
      return nil
    }
    guard due <= now else { return due }
    if askedForConfirmingScan != due {
      askedForConfirmingScan = due
      loop.source.rescan(everything: false)
    }
    return nil
  }
}

extension Message {
  /// Whether it may change which models are known without a manifest.
  fileprivate var concernsDiscovered: Bool {
    switch self {
    case .manifests, .discovered, .registration: true
    default: false
    }
  }
}

extension FleetState {
  func provider(named name: String) -> ProviderSpec? {
    let identity = Identity(.provider, name)
    let spec = desired[identity]?.resource?.spec ?? registration(of: identity)?.resource.spec
    return spec.map { ProviderSpec(name: name, spec: $0) }
  }

  func target(of identity: Identity) -> ModelTarget? {
    guard let resource = resource(of: identity) else { return nil }
    let model = ModelSpec(name: identity.name, spec: resource.spec)
    return provider(named: model.provider).map {
      ModelTarget(model: model, provider: $0, reloadHash: resource.reloadHash)
    }
  }
}
