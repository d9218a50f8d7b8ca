import Synchronization

/// Events between the kernel and one consumer, who gets all that wait at once. Of too many only the overflow is kept.
final class InotifyQueue: Sendable {
  struct State {
    private(set) var waiting: [InotifyEvent] = []
    private(set) var isFinished = false
    /// Nil is resumed into a cancelled or finished consumer.
    private var consumer: CheckedContinuation<[InotifyEvent]?, Never>?
    private let limit: Int

    init(limit: Int) {
      self.limit = limit
    }

    /// Takes events in; hands back the consumer with what it is to get.
    mutating func push(_ batch: [InotifyEvent]) -> Delivery? {
      if waiting != [.overflow] {
        waiting += batch
        if waiting.count > limit { waiting = [.overflow] }
      }
      return waiting.isEmpty ? nil : release()
    }

    /// What the consumer gets at once; else it is kept until there is something.
    mutating func take(_ newConsumer: CheckedContinuation<[InotifyEvent]?, Never>, isCancelled: Bool) -> Delivery? {
      consumer = newConsumer
      return isCancelled || isFinished || !waiting.isEmpty ? release(isCancelled: isCancelled) : nil
    }

    mutating func cancel() -> Delivery? { release(isCancelled: true) }

    mutating func finish() -> Delivery? {
      isFinished = true
      return release()
    }

    private mutating func release(isCancelled: Bool = false) -> Delivery? {
      guard let consumer else { return nil }
      self.consumer = nil
      // Without events there is a reason other than events: the consumer's end.
      let events = isCancelled || waiting.isEmpty ? nil : waiting
      if events != nil { waiting = [] }
      return Delivery(consumer: consumer, events: events)
    }
  }

  struct Delivery: Sendable {
    var consumer: CheckedContinuation<[InotifyEvent]?, Never>
    var events: [InotifyEvent]?

    func callAsFunction() { consumer.resume(returning: events) }
  }

  private let state: Mutex<State>

  /// `limit` is in events.
  init(limit: Int) {
    state = Mutex(State(limit: limit))
  }

  func push(_ batch: [InotifyEvent]) {
    state.withLock { $0.push(batch) }?()
  }

  func finish() {
    state.withLock { $0.finish() }?()
  }

  /// The events to come, until ``finish()``.
  func stream() -> AsyncStream<[InotifyEvent]> {
    AsyncStream(unfolding: { await self.next() }, onCancel: { self.state.withLock { $0.cancel() }?() })
  }

  private func next() async -> [InotifyEvent]? {
    await withCheckedContinuation { consumer in
      let isCancelled = Task.isCancelled
      state.withLock { $0.take(consumer, isCancelled: isCancelled) }?()
    }
  }
}
