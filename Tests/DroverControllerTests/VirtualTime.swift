import DroverCore
import Synchronization

/// Time that stands still until a test moves it, and chance that is the same in every run.
final class VirtualTime: Sendable {
  private struct Sleeper {
    var id: Int
    var due: Timestamp
    var continuation: CheckedContinuation<Void, any Error>
  }

  private struct State {
    var now = Timestamp(milliseconds: 1_800_000_000_000)
    var sleepers: [Sleeper] = []
    var lastID = 0
    var seed: UInt64
  }

  private let state: Mutex<State>

  init(seed: UInt64) { state = Mutex(State(seed: seed)) }

  var now: Timestamp { state.withLock { $0.now } }

  /// When the next sleeper wakes; nil when nobody sleeps.
  var nextDue: Timestamp? { state.withLock { $0.sleepers.map(\.due).min() } }

  /// Moves the clock and wakes whoever is due.
  func advance(to instant: Timestamp) {
    let due = state.withLock { state in
      state.now = max(state.now, instant)
      let (now, all) = (state.now, state.sleepers)
      state.sleepers = all.filter { $0.due > now }
      return all.filter { $0.due <= now }.sorted { ($0.due, $0.id) < ($1.due, $1.id) }
    }
    for sleeper in due { sleeper.continuation.resume() }
  }

  /// Sets the clock as a person or NTP would, without anybody's sleep growing longer or shorter.
  func jump(by difference: Duration) {
    state.withLock { state in
      state.now = state.now + difference
      for index in state.sleepers.indices { state.sleepers[index].due = state.sleepers[index].due + difference }
    }
  }

  var surroundings: Surroundings {
    Surroundings(
      now: { self.now }, sleep: { try await self.sleep($0) },
      random: {
        self.state.withLock { state in
          state.seed &+= 0x9E37_79B9_7F4A_7C15
          var word = state.seed
          word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
          word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
          return word ^ (word >> 31)
        }
      })
  }

  private func sleep(_ duration: Duration) async throws {
    let id = state.withLock { state in
      state.lastID += 1
      return state.lastID
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let isCancelled = state.withLock { state in
          guard !Task.isCancelled else { return true }
          state.sleepers.append(Sleeper(id: id, due: state.now + duration, continuation: continuation))
          return false
        }
        if isCancelled { continuation.resume(throwing: CancellationError()) }
      }
    } onCancel: {
      let sleeper = state.withLock { state in
        state.sleepers.firstIndex { $0.id == id }.map { state.sleepers.remove(at: $0) }
      }
      sleeper?.continuation.resume(throwing: CancellationError())
    }
  }
}
