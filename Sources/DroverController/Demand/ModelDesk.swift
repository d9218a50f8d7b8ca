import DroverCore
import DroverPlanning
import Synchronization

/// Where requests for models come in: lets them through to what serves, keeps them waiting for what is being loaded,
/// and tells the reconcile loop who is used and who is wanted.
final class ModelDesk: ModelGate {
  private struct State {
    var book = UseBook()
    var access: [String: ModelAccess] = [:]
    var accessed: Set<String> = []
    /// Whether the loop was told that there is news; one word is enough for any number of them. News of somebody who
    /// waits is told although it was told of use.
    var isAnnounced = false
    var isDemandAnnounced = false
    /// When it was last told that somebody looked; looks within the interval in which they are written need no word.
    var lookToldAt: Timestamp?
    var waiters: [UInt64: AsyncStream<Void>.Continuation] = [:]
    var outcomes: [UInt64: UseBook.Outcome] = [:]
    var drains: [String: AsyncStream<Void>.Continuation] = [:]
    var queueLimit = 64
    var queueTimeout = Duration.seconds(60)
  }

  private let state = Mutex(State())
  private let surroundings: Surroundings
  private let inbox: Inbox

  init(surroundings: Surroundings, inbox: Inbox) {
    self.surroundings = surroundings
    self.inbox = inbox
  }

  // MARK: Requests

  func begin(_ model: String) async throws(ModelRefusal) -> ModelUse {
    let now = surroundings.now()
    let (stream, signal) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    let (ticket, answer, timeout) = state.withLock { state in
      let (ticket, answer) = state.book.begin(model, limit: state.queueLimit, now: now)
      if case .waits = answer { state.waiters[ticket] = signal }
      return (ticket, answer, state.queueTimeout)
    }
    announce()
    switch answer {
    case .ready(let instance): return ModelUse(ticket: ticket, model: model, instance: instance)
    case .refused(let refusal): throw refusal
    case .waits: break
    }
    await surroundings.wait(for: stream, atMost: timeout)
    return try settle(ticket, model, timeout: timeout)
  }

  func beginAtOnce(_ model: String) -> ModelUse? {
    let now = surroundings.now()
    let use = state.withLock { $0.book.beginAtOnce(model, now: now) }
    if use != nil { announce() }
    return use
  }

  func end(_ use: ModelUse) {
    let now = surroundings.now()
    let drained = state.withLock { state in
      state.book.end(use.ticket, now: now).flatMap { state.drains.removeValue(forKey: $0) }
    }
    drained?.finish()
    announce()
  }

  /// What became of a request that waited; one that was let in at the very end of its time is let in.
  private func settle(_ ticket: UInt64, _ model: String, timeout: Duration) throws(ModelRefusal) -> ModelUse {
    let isCancelled = Task.isCancelled
    let now = surroundings.now()
    let (outcome, place) = state.withLock { state -> (UseBook.Outcome?, Int?) in
      state.waiters[ticket] = nil
      let outcome = state.outcomes.removeValue(forKey: ticket)
      if isCancelled, case .ready = outcome { _ = state.book.end(ticket, now: now) }
      return (outcome, outcome == nil ? state.book.leave(ticket, model: model) : nil)
    }
    announce()
    if isCancelled { throw ModelRefusal(.cancelled, "the request for model '\(model)' was given up") }
    switch outcome {
    case .ready(let instance): return ModelUse(ticket: ticket, model: model, instance: instance)
    case .refused(let refusal): throw refusal
    case nil:
      throw ModelRefusal(
        .timedOut(position: place ?? 1),
        "model '\(model)' could not be had within \(timeout.manifestText) (loading.queue.timeout); "
          + "the request was number \(place ?? 1) of those that wait", retryAfter: .seconds(1))
    }
  }

  // MARK: Looking

  /// Notes that somebody read the status of a model.
  func recordAccess(of model: String, known: ModelDemand?) -> ModelAccess {
    let now = surroundings.now()
    let access = state.withLock { state in
      let before = max(state.access[model]?.accessCount ?? 0, known?.accessCount ?? 0)
      let access = ModelAccess(lastUsed: known?.lastUsed, lastAccessed: now, accessCount: before + 1)
      state.access[model] = access
      state.accessed.insert(model)
      return access
    }
    announce()
    return access
  }

  private func announce() {
    let now = surroundings.now()
    let message = state.withLock { state -> Message? in
      if state.book.hasDemandNews {
        guard !state.isDemandAnnounced else { return nil }
        (state.isAnnounced, state.isDemandAnnounced) = (true, true)
        return .demandChanged
      }
      guard !state.isAnnounced else { return nil }
      if !state.book.hasNews {
        let isTold = state.lookToldAt.map { $0 <= now && now - $0 < StepBook.demandInterval } ?? false
        guard !state.accessed.isEmpty, !isTold else { return nil }
        state.lookToldAt = now
      }
      state.isAnnounced = true
      return state.book.hasNews ? .useChanged : .demandChanged
    }
    if let message { inbox.post(message) }
  }
}

// MARK: The loop's side

extension ModelDesk {
  /// What happened since the last round.
  func takeNews() -> (uses: [(model: String, use: UseBook.Use)], access: [String: ModelAccess]) {
    state.withLock { state in
      (state.isAnnounced, state.isDemandAnnounced) = (false, false)
      let access = state.access.filter { state.accessed.contains($0.key) }
      state.accessed = []
      return (state.book.takeNews(), access)
    }
  }

  /// Lets nobody in to an instance that is about to be unloaded; see ``UseBook/close(_:of:onlyIfIdle:)``.
  func close(_ instance: Instance, onlyIfIdle: Bool) -> Bool {
    state.withLock { $0.book.close(instance.id, of: instance.model, onlyIfIdle: onlyIfIdle) }
  }

  func reopen(_ instance: Instance) {
    state.withLock { $0.book.reopen(instance.id, of: instance.model) }
  }

  func forget(_ instance: Instance) {
    let drained = state.withLock { state in
      state.book.forget(instance.id, of: instance.model)
      return state.drains.removeValue(forKey: instance.id)
    }
    drained?.finish()
  }

  /// Takes over how the models stand that somebody waits for, after a round. The world is made only if there are any.
  func follow(_ plan: Plan, fleet: FleetSpec, world makeWorld: () -> World) {
    let concerned = state.withLock { state in
      (state.queueLimit, state.queueTimeout) = (fleet.queueLimit, fleet.queueTimeout)
      return state.book.concerned
    }
    guard !concerned.isEmpty else { return }
    let world = makeWorld()
    let now = world.now
    let names = Set(concerned.map(\.model))
    let instances = Dictionary(
      grouping: world.observed.instances.lazy.filter { names.contains($0.instance.model) }, by: \.instance.model)
    let standings = concerned.map { model, since in
      (model, DemandRules.standing(of: model, world, plan, instances[model] ?? [], since: since ?? now))
    }
    let signals = state.withLock { state in
      var signals: [AsyncStream<Void>.Continuation] = []
      for (model, standing) in standings {
        for (ticket, outcome) in state.book.follow(model, standing, now: now) {
          state.outcomes[ticket] = outcome
          if let signal = state.waiters.removeValue(forKey: ticket) { signals.append(signal) }
        }
      }
      return signals
    }
    for signal in signals { signal.finish() }
    announce()
  }

  /// Waits until nothing is in flight at an instance that was closed, at most for `limit`. Returns what is left of it.
  func drained(_ instance: Instance, within limit: Duration) async -> Duration {
    let (stream, signal) = AsyncStream.makeStream(of: Void.self)
    let isUsed = state.withLock { state in
      guard state.book.isUsed(instance.id, of: instance.model) else { return false }
      state.drains[instance.id] = signal
      return true
    }
    guard isUsed else { return limit }
    let start = surroundings.now()
    await surroundings.wait(for: stream, atMost: limit)
    state.withLock { _ = $0.drains.removeValue(forKey: instance.id) }
    return max(.zero, limit - (surroundings.now() - start))
  }
}
