import DroverCore
import DroverManifests
import DroverPlanning
import DroverYAML
import Logging
import Synchronization

/// Turns the newest round into status: files, the records of their digests, and what the API answers. It runs beside
/// the loop, at most every tenth of a second, and writes only bytes that changed.
final class StatusPublisher: Sendable {
  private struct Snapshot: Sendable {
    var state: FleetState
    var plan: Plan
  }

  private let sink: any StatusSink
  private let store: any FleetStore
  private let surroundings: Surroundings
  private let options: ControllerOptions
  private let logger: Logger
  private let startedAt: Timestamp
  private let pending = Mutex<Snapshot?>(nil)
  private let board = Mutex(StatusBoard())
  /// What the newest pass was made from, sorted by identity; empty before the first.
  private let inputs = Mutex<[PublishedInput]>([])
  private let signals: AsyncStream<Void>
  private let signal: AsyncStream<Void>.Continuation
  /// Objects whose file could not be written the last time.
  private let unwritten = Mutex<Set<Identity>>([])
  /// Why the last pass could not write a file.
  private let problem = Mutex<String?>(nil)
  /// The newest round, published or not.
  private let newest = Mutex<Snapshot?>(nil)
  private let check = Mutex(StatusCheck())
  private static let interval = Duration.milliseconds(100)
  private static let retryInterval = Duration.seconds(1)
  private static let fleet = Identity(.fleet, "fleet")

  init(
    sink: any StatusSink, store: any FleetStore, surroundings: Surroundings, options: ControllerOptions, logger: Logger
  ) {
    self.sink = sink
    self.store = store
    self.surroundings = surroundings
    self.options = options
    self.logger = logger
    startedAt = surroundings.now()
    (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// Takes over what a former droverd wrote: digests, so that a start rewrites nothing, and transition times.
  /// A file that somebody removed is written again; one that stands in no record is removed if nothing claims it.
  func restore(_ statuses: [Identity: StoredStatus]) async {
    var files: Set<Identity>?
    do throws(StoreError) { files = Set(try await sink.existing()) } catch {
      logger.warning("cannot list the status files", metadata: ["cause": "\(error.message)"])
    }
    let existing = files
    board.withLock { board in
      for identity in existing ?? [] {
        board.put(identity, PublishedObject(object: .null, status: .emptyMap, sha256: nil))
      }
      for (identity, stored) in statuses {
        let sha256 = existing?.contains(identity) == false ? nil : stored.sha256
        board.put(identity, PublishedObject(object: .null, status: stored.status, sha256: sha256))
      }
    }
  }

  /// Whether the control plane is ready is known at once. What is shown of the fleet waits for the first scan: until
  /// then the files hold what the former droverd knew.
  func publish(_ state: FleetState, plan: Plan) {
    board.withLock { $0.readiness = state.readiness }
    guard state.hasScanned else { return }
    let snapshot = Snapshot(state: state, plan: plan)
    newest.withLock { $0 = snapshot }
    pending.withLock { $0 = snapshot }
    signal.yield()
  }

  func run() async {
    for await _ in signals {
      let isComplete = await pass()
      let isChecking = await checkFiles()
      do {
        try await surroundings.sleep(isComplete ? StatusPublisher.interval : StatusPublisher.retryInterval)
      } catch {
        return
      }
      if !isComplete || isChecking { signal.yield() }
    }
  }

  /// Has every file looked at now and then: somebody may remove or overwrite what nothing else would write again.
  func watchFiles() async {
    while true {
      let interval = newest.withLock { $0?.state.desired.fleetSpec.resyncInterval } ?? .seconds(60)
      do { try await surroundings.sleep(interval) } catch { return }
      let published = board.withLock { board in
        board.objects.compactMap { $0.value.object.isNull || $0.value.sha256 == nil ? nil : $0.key }
      }
      check.withLock { $0.begin(published) }
      signal.yield()
    }
  }

  /// Looks at some of the files that are due; what is not as it was written is pending again. False when none were due.
  private func checkFiles() async -> Bool {
    let part = check.withLock { $0.next() }
    guard !part.isEmpty else { return false }
    let files = board.withLock { board in
      part.compactMap { identity in board.objects[identity]?.sha256.map { (identity: identity, sha256: $0) } }
    }
    let altered = Set(await sink.altered(files))
    guard !altered.isEmpty else { return true }
    logger.warning(
      "status files were removed or overwritten; they are written again", metadata: ["count": "\(altered.count)"])
    board.withLock { board in for identity in altered { board.forgetFile(of: identity) } }
    inputs.withLock { inputs in
      for index in inputs.indices where altered.contains(inputs[index].object.identity) {
        inputs[index].fingerprint = nil
      }
    }
    let snapshot = newest.withLock { $0 }
    pending.withLock { $0 = $0 ?? snapshot }
    return true
  }

  /// Publishes what is pending now, at the end: once ``run()`` has returned, since two passes must not overlap.
  func flush() async { _ = await pass() }

  /// False when a file could not be written; the same round is then pending again, unless there is a newer one.
  private func pass() async -> Bool {
    let taken = pending.withLock { stored in
      defer { stored = nil }
      return stored
    }
    guard let snapshot = taken else { return true }
    let (state, plan) = (snapshot.state, snapshot.plan)
    let world = state.world(node: options.policy.node, now: surroundings.now())
    var tokens = state.handledTokens
    for identity in [StatusPublisher.fleet] { tokens[identity] = state.fleetToken ?? tokens[identity] }
    let enforcement = options.enforcement.figures
    let isFirst = version == 0
    let context = StatusContext(
      plan: plan, world: world, reconcileTokens: tokens, discoveries: state.discoveries,
      prices: options.policy.prices, access: state.accessStanding(hasGateway: options.hasGateway),
      enforcement: enforcement)
    // Fleets come first; the status of the fleet is made of all others.
    let objects = world.desired.objects.drop { $0.identity.kind == .fleet }
    var (made, gone) = inputs.withLock { stored in
      defer { stored = [] }
      return PublishedInput.aligned(stored, with: objects)
    }
    if isFirst { gone = board.withLock { Set($0.objects.keys).subtracting(objects.lazy.map(\.identity)) } }
    var drafts: [Identity: PublishedObject] = [:]
    let prints = Fingerprints(state: state, plan: plan, now: world.now, enforcement: enforcement)
    for (place, print) in PublishedInput.changed(made, objects, prints) {
      let object = objects[objects.startIndex + place]
      let old = board.withLock { $0.objects[object.identity] }
      let holding = old.flatMap { state.isUnheard(of: object) && $0.describes(object) ? $0.status : nil }
      let status = holding ?? StatusReducer.reduce(previous: old?.status, object: object, context: context)
      drafts[object.identity] = PublishedObject(
        object: StatusReducer.document(
          object, status: status, revision: state.desired.revision(of: object.source ?? object.resource?.source)),
        status: status, sha256: old?.sha256)
      made[place] = PublishedInput(
        object: object, fingerprint: holding == nil ? print : nil, share: Progress(status: status))
    }
    gone.remove(StatusPublisher.fleet)
    drafts[StatusPublisher.fleet] = fleet(context, PublishedInput.tally(made), state)
    let cause = await write(&drafts, gone: gone)
    let isNews = problem.withLock { problem in
      defer { problem = cause }
      return problem != cause
    }
    tell(drafts, gone: gone)
    let failed = Set(drafts.filter { $0.value.sha256 == nil }.keys)
    if !failed.isEmpty {
      for index in made.indices where failed.contains(made[index].object.identity) { made[index].fingerprint = nil }
    }
    inputs.withLock { [made] stored in stored = made }
    // The fleet's status tells of the problem, or that it is over, with the next pass.
    guard !failed.isEmpty || isNews else { return true }
    pending.withLock { $0 = $0 ?? snapshot }
    return false
  }

  private func fleet(_ context: StatusContext, _ tally: FleetTally, _ state: FleetState) -> PublishedObject {
    let old = board.withLock { $0.objects[StatusPublisher.fleet] }
    let runtime = FleetRuntime(
      version: options.version, startedAt: startedAt, watchMode: state.watch.mode.rawValue,
      watches: state.watch.watches, overflows: state.watch.overflows, watchProblem: state.watch.degraded,
      stateProblem: state.storeFailure, statusProblem: problem.withLock { $0 },
      settings: options.settings.map { FleetRuntime.Setting(name: $0.name, value: $0.value, source: $0.source) })
    let status = FleetStatus.reduce(previous: old?.status, context: context, tally: tally, runtime: runtime)
    return PublishedObject(
      object: FleetStatus.document(status: status, context: context), status: status, sha256: old?.sha256)
  }

  /// Returns why a file could not be written.
  private func write(_ drafts: inout [Identity: PublishedObject], gone: Set<Identity>) async -> String? {
    var changes: [StoreChange] = []
    var failures: [String] = []
    var causes: Set<String> = []
    for (identity, draft) in drafts {
      let bytes = Array(YAMLEmitter.emit(draft.object.yaml).utf8)
      let digest = Digest.sha256(bytes)
      guard digest != draft.sha256 else { continue }
      do throws(StoreError) {
        try await sink.write(bytes, for: identity)
        drafts[identity]?.sha256 = digest
        unwritten.withLock { _ = $0.remove(identity) }
        changes.append(.putStatus(StoredStatus(identity: identity, sha256: digest, status: draft.status)))
      } catch {
        drafts[identity]?.sha256 = nil
        causes.insert(error.message)
        if unwritten.withLock({ $0.insert(identity).inserted }) { failures.append(error.message) }
      }
    }
    if let cause = failures.min() {
      logger.warning("cannot write status files", metadata: ["count": "\(failures.count)", "cause": "\(cause)"])
    }
    for identity in gone.sorted() {
      do throws(StoreError) { try await sink.remove(identity) } catch {
        logger.warning("cannot remove a status file", metadata: ["object": "\(identity)", "cause": "\(error.message)"])
      }
    }
    if !changes.isEmpty {
      do throws(StoreError) { try await store.commit(changes) } catch {
        logger.warning("cannot record what was published", metadata: ["cause": "\(error.message)"])
      }
    }
    return causes.min()
  }

  private func tell(_ drafts: [Identity: PublishedObject], gone: Set<Identity>) {
    let waiters = board.withLock { board in
      let hasNews = !gone.isEmpty || drafts.contains { board.objects[$0.key]?.object != $0.value.object }
      for (identity, draft) in drafts { board.put(identity, draft) }
      for identity in gone { board.remove(identity) }
      return hasNews ? board.advance() : nil
    }
    if let (version, continuations) = waiters {
      for continuation in continuations {
        continuation.yield(version)
        continuation.finish()
      }
    }
  }
}

extension StatusPublisher {
  /// How long whoever asks right after the start waits for the first answer.
  private static let firstAnswer = Duration.seconds(10)

  /// Returns once something was published: nobody is told that a fleet is empty which is only not known yet.
  func begun() async {
    if version == 0 { _ = await change(after: 0, timeout: StatusPublisher.firstAnswer) }
  }

  func objects(of kind: Kind?) -> [FieldValue] {
    board.withLock { $0.objects }
      .filter { (kind == nil || $0.key.kind == kind) && !$0.value.object.isNull }
      .sorted { $0.key < $1.key }.map(\.value.object)
  }

  func object(_ identity: Identity) -> FieldValue? {
    board.withLock { $0.objects[identity]?.object }.flatMap { $0.isNull ? nil : $0 }
  }

  var version: UInt64 { board.withLock { $0.version } }
  var readiness: Readiness { board.withLock { $0.readiness } }

  /// The version as soon as it is above `after`, or what it is when `timeout` is over.
  func change(after: UInt64, timeout: Duration) async -> UInt64 {
    let (stream, continuation) = AsyncStream.makeStream(of: UInt64.self, bufferingPolicy: .bufferingNewest(1))
    let waiter = board.withLock { $0.wait(after: after, continuation) }
    await surroundings.wait(for: stream, atMost: timeout)
    if let waiter { board.withLock { $0.leave(waiter) } }
    return version
  }
}
