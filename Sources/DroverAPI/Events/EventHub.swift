package import DroverCore
import ServiceLifecycle
import Synchronization

/// Passes events on to whoever listens, beside the sink that keeps them.
///
/// Recording costs the same however many listen, and waits for none of them: listeners are woken and take what they
/// have not seen from a common ring. One that is too slow for the ring is told how much it missed.
package final class EventHub: EventSink, Service {
  private struct State {
    var ring = EventRing(capacity: EventHub.capacity)
    var listeners: [UInt64: AsyncStream<Void>.Continuation] = [:]
    /// Names of events by listener; one that is not here wants all.
    var wanted: [UInt64: Set<String>] = [:]
    var lastListener: UInt64 = 0
    var isClosed = false
  }

  /// Events that a listener may be behind.
  static let capacity = 1024
  /// More listeners are turned away.
  static let listenerLimit = 64
  /// How often listeners are woken without any news, so that both ends see that the other is there.
  private static let beat = Duration.seconds(15)

  private let kept: any EventSink
  private let surroundings: Surroundings
  /// Tells the numbers of this run from those of another.
  let epoch: String
  private let state = Mutex(State())

  package init(keeping kept: any EventSink, surroundings: Surroundings) {
    self.kept = kept
    self.surroundings = surroundings
    epoch = String(surroundings.now().milliseconds, radix: 36)
  }

  package func record(_ events: [FleetEvent]) async {
    announce(events)
    await kept.record(events)
  }

  package func recent(limit: Int) async -> [FleetEvent] { await kept.recent(limit: limit) }

  /// Whether anybody wants to be told of an event that nothing keeps.
  package func isWanted(_ event: String) -> Bool {
    state.withLock { state in
      state.listeners.keys.contains { state.wanted[$0]?.contains(event) ?? true }
    }
  }

  /// Tells listeners of events that nothing keeps.
  package func announce(_ events: [FleetEvent]) {
    let waiting = state.withLock { state in
      state.ring.append(events)
      return Array(state.listeners.values)
    }
    for listener in waiting { listener.yield() }
  }

  /// Wakes listeners at a steady pace, until the end.
  package func run() async throws {
    await cancelWhenGracefulShutdown { [self] in
      while (try? await surroundings.sleep(EventHub.beat)) != nil {
        for listener in state.withLock({ Array($0.listeners.values) }) { listener.yield() }
      }
    }
    let waiting = state.withLock { state in
      state.isClosed = true
      defer { (state.listeners, state.wanted) = ([:], [:]) }
      return Array(state.listeners.values)
    }
    for listener in waiting { listener.finish() }
  }

  /// Wakes at news and at every beat; nil where there are too many listeners. Call ``leave(_:)`` at its end. `names` are
  /// those of events that are worth making for it alone; nil: all.
  func listen(wanting names: Set<String>? = nil) -> (number: UInt64, wakes: AsyncStream<Void>)? {
    let (wakes, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    let number: UInt64? = state.withLock { state in
      guard !state.isClosed, state.listeners.count < EventHub.listenerLimit else { return nil }
      state.lastListener += 1
      state.listeners[state.lastListener] = continuation
      state.wanted[state.lastListener] = names
      return state.lastListener
    }
    return number.map { ($0, wakes) }
  }

  var hasRoom: Bool { state.withLock { !$0.isClosed && $0.listeners.count < EventHub.listenerLimit } }

  /// Changes what a listener wants.
  func want(_ number: UInt64, _ names: Set<String>) {
    state.withLock { if $0.listeners[number] != nil { $0.wanted[number] = names } }
  }

  func leave(_ number: UInt64) {
    state.withLock { state in
      state.wanted[number] = nil
      return state.listeners.removeValue(forKey: number)
    }?.finish()
  }

  var newest: UInt64 { state.withLock { $0.ring.newest } }

  func events(after number: UInt64, limit: Int) -> (missed: UInt64, events: [EventRing.Numbered]) {
    state.withLock { $0.ring.after(number, limit: limit) }
  }
}
