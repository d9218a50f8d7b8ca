import Synchronization

/// Fires at the instant that was set last. Setting a later one lets the earlier sleep run out without firing, so that
/// a clock which is reset in every round costs no task each.
package final class Alarm: Sendable {
  /// The decisions of an alarm, by events.
  package struct Machine {
    package init() {}

    private var due: Timestamp?
    /// When each sleeper wakes.
    private var sleeping: [Timestamp] = []

    /// The instant to sleep until, if a new sleeper is needed.
    package mutating func set(_ instant: Timestamp?) -> Timestamp? {
      due = instant
      return sleeperNeeded()
    }

    /// A sleeper woke: whether the alarm fires, and the instant to sleep until next.
    package mutating func woke(from target: Timestamp, now: Timestamp) -> (fires: Bool, sleepUntil: Timestamp?) {
      if let place = sleeping.firstIndex(of: target) { sleeping.remove(at: place) }
      guard let due, due <= now else { return (false, sleeperNeeded()) }
      self.due = nil
      return (true, nil)
    }

    private mutating func sleeperNeeded() -> Timestamp? {
      guard let due, sleeping.allSatisfy({ $0 > due }) else { return nil }
      sleeping.append(due)
      return due
    }
  }

  private let machine = Mutex(Machine())
  private let sleeps: AsyncStream<Timestamp>
  private let sleep: AsyncStream<Timestamp>.Continuation
  private let surroundings: Surroundings
  private let fire: @Sendable () -> Void

  package init(surroundings: Surroundings, fire: @escaping @Sendable () -> Void) {
    self.surroundings = surroundings
    self.fire = fire
    (sleeps, sleep) = AsyncStream.makeStream()
  }

  /// Replaces the instant that was set before.
  package func set(_ instant: Timestamp?) {
    if let target = machine.withLock({ $0.set(instant) }) { sleep.yield(target) }
  }

  package func run() async {
    await withDiscardingTaskGroup { group in
      for await target in sleeps {
        group.addTask {
          do { try await self.surroundings.sleep(max(.zero, target - self.surroundings.now())) } catch { return }
          let now = self.surroundings.now()
          let (fires, next) = self.machine.withLock { $0.woke(from: target, now: now) }
          if fires { self.fire() }
          if let next { self.sleep.yield(next) }
        }
      }
      group.cancelAll()
    }
  }
}
