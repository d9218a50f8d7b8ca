import DroverCore
import Synchronization

/// A controller whose answers a test decides, and that remembers what it was asked.
final class FakeControl: FleetControl {
  struct State: Sendable {
    var objects: [Identity: FieldValue] = [:]
    var events: [FleetEvent] = []
    var version: UInt64 = 7
    var problems: [String] = []
    /// Object and actor of each request to reconcile.
    var reconciled: [(object: Identity?, actor: String)] = []
    /// Token and actor of each confirmation.
    var confirmed: [(token: String, actor: String)] = []
    var planned: [ProposedFile] = []
    /// Newest first.
    var history: [HistoryEntry] = []
    var storeFailure: StoreError?
    fileprivate var waiters: [Int: (after: UInt64, resume: CheckedContinuation<Void, Never>)] = [:]
    fileprivate var lastWaiter = 0
  }

  /// What becomes of waits for changes.
  enum Wait: Equatable, Sendable { case began(timeout: Duration), ended(cancelled: Bool) }

  let state: Mutex<State>
  let lifecycle = FakeLifecycle()
  let waits: AsyncStream<Wait>
  private let tellWait: AsyncStream<Wait>.Continuation

  init(_ state: State = State()) {
    self.state = Mutex(state)
    (waits, tellWait) = AsyncStream.makeStream()
  }

  static func object(_ identity: Identity, labels: [String: String] = [:]) -> FieldValue {
    .object([
      "apiVersion": .string(manifestVersion), "kind": .string(identity.kind.rawValue),
      "metadata": .object([
        "name": .string(identity.name),
        "labels": .map(labels.sorted { $0.key < $1.key }.map { FieldEntry($0.key, .string($0.value)) }),
      ]),
    ])
  }

  func put(_ identity: Identity, labels: [String: String] = [:]) {
    state.withLock { $0.objects[identity] = Self.object(identity, labels: labels) }
  }

  func bump() {
    let resumed = state.withLock { state in
      state.version += 1
      let version = state.version
      let due = state.waiters.filter { $0.value.after < version }
      for key in due.keys { state.waiters[key] = nil }
      return due.values.map(\.resume)
    }
    for waiter in resumed { waiter.resume() }
  }

  func objects(of kind: Kind?) async -> [FieldValue] {
    state.withLock { state in
      state.objects.keys.filter { kind == nil || $0.kind == kind }.sorted().compactMap { state.objects[$0] }
    }
  }

  func object(_ identity: Identity) async -> FieldValue? { state.withLock { $0.objects[identity] } }

  func events(about object: Identity?, limit: Int) async -> [FleetEvent] {
    state.withLock { $0.events.filter { object == nil || $0.object == object }.suffix(limit) }
  }

  func history(of object: Identity, limit: Int) async throws(StoreError) -> [HistoryEntry] {
    try state.withLock { state throws(StoreError) in
      if let failure = state.storeFailure { throw failure }
      return Array(state.history.filter { $0.identity == object }.prefix(limit))
    }
  }

  var version: UInt64 { get async { state.withLock(\.version) } }

  /// Waits for ``bump()`` or its cancellation, whatever the timeout, so that no test depends on time.
  func change(after version: UInt64, timeout: Duration) async -> UInt64 {
    tellWait.yield(.began(timeout: timeout))
    let number = state.withLock { state in
      state.lastWaiter += 1
      return state.lastWaiter
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isDone = state.withLock { state in
          if state.version > version || Task.isCancelled { return true }
          state.waiters[number] = (version, continuation)
          return false
        }
        if isDone { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.waiters.removeValue(forKey: number) }?.resume.resume()
    }
    tellWait.yield(.ended(cancelled: Task.isCancelled))
    return state.withLock(\.version)
  }

  func readiness() async -> Readiness { Readiness(problems: state.withLock(\.problems)) }

  func requestReconcile(of object: Identity?, actor: String) async -> String {
    state.withLock { state in
      state.reconciled.append((object, actor))
      return "token-\(state.reconciled.count)"
    }
  }

  func confirmPrune(token: String, actor: String) async -> Bool {
    state.withLock { state in
      state.confirmed.append((token, actor))
      return token == "doomed"
    }
  }

  func plan(files: [ProposedFile], isPartial: Bool) async -> [UInt8] {
    state.withLock { $0.planned = files }
    return Array("{\"objects\":[]}".utf8)
  }
}
