import DroverCore
import Synchronization

/// Gathers when AccessKeys were last used, and asks for a round where a status is to tell of it: of each key at most every
/// ten seconds.
final class KeyUseDesk: KeyUseSink {
  private struct State {
    var pending: [String: Timestamp] = [:]
    /// The use of each key that the loop took over last.
    var taken: [String: Timestamp] = [:]
  }

  private let state = Mutex(State())
  private let inbox: Inbox
  private static let interval = Duration.seconds(10)

  init(inbox: Inbox) { self.inbox = inbox }

  func used(_ keys: [String: Timestamp]) {
    let isDue = state.withLock { state in
      var isDue = false
      for (name, time) in keys {
        state.pending[name] = max(time, state.pending[name] ?? time)
        isDue = isDue || state.taken[name].map { time - $0 >= Self.interval } ?? true
      }
      return isDue
    }
    if isDue { inbox.poke() }
  }

  /// What is new since the last time.
  func take() -> [String: Timestamp] {
    state.withLock { state in
      defer { state.pending = [:] }
      state.taken.merge(state.pending) { $1 }
      return state.pending
    }
  }
}
