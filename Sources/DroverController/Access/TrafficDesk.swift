package import DroverCore
import Synchronization

/// Gathers what went through the gateway, and asks for a round where somebody waits for it: a status that tells of the use
/// of an AccessKey, at most every ten seconds for each, or a fleet that may have to leave its current model.
final class TrafficDesk: TrafficSink {
  private struct State {
    var pending = GatewayTraffic()
    /// The use of each key that the loop took over last.
    var taken: [String: Timestamp] = [:]
    var failureAskedAt: Timestamp?
  }

  private let state = Mutex(State())
  private let inbox: Inbox
  private let now: @Sendable () -> Timestamp
  private static let useInterval = Duration.seconds(10)
  private static let failureInterval = Duration.seconds(1)

  init(inbox: Inbox, now: @escaping @Sendable () -> Timestamp) {
    self.inbox = inbox
    self.now = now
  }

  func note(_ traffic: GatewayTraffic) {
    let now = now()
    let isDue = state.withLock { state in
      var isDue = false
      for (name, time) in traffic.keyUses {
        state.pending.keyUses[name] = max(time, state.pending.keyUses[name] ?? time)
        isDue = isDue || state.taken[name].map { time - $0 >= Self.useInterval } ?? true
      }
      for (model, count) in traffic.outcomes { state.pending.outcomes[model, default: OutcomeCount()] += count }
      if traffic.outcomes.values.contains(where: { $0.failures > 0 }),
        state.failureAskedAt.map({ now < $0 || now - $0 >= Self.failureInterval }) ?? true
      {
        state.failureAskedAt = now
        isDue = true
      }
      return isDue
    }
    if isDue { inbox.poke() }
  }

  /// What is new since the last time.
  func take() -> GatewayTraffic {
    state.withLock { state in
      defer { state.pending = GatewayTraffic() }
      state.taken.merge(state.pending.keyUses) { $1 }
      return state.pending
    }
  }
}

extension FleetController: TrafficSink {
  package func note(_ traffic: GatewayTraffic) { loop.traffic.note(traffic) }
}
