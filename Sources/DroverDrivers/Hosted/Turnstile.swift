import Synchronization

/// Lets a few through at a time: a server that loads one model after the other is not met with a hundred connections,
/// among which the questions after its health would have to wait.
final class Turnstile: Sendable {
  private struct State {
    var free: Int
    var tickets = 0
    var waiting: [(ticket: Int, continuation: CheckedContinuation<Bool, Never>)] = []
  }

  private let state: Mutex<State>

  init(width: Int) { state = Mutex(State(free: width)) }

  /// Waits for a free place, then runs `body`. A caller that is cancelled while it waits runs nothing and gets nil.
  func pass<Value: Sendable>(_ body: @Sendable () async throws -> Value) async rethrows -> Value? {
    guard await enter() else { return nil }
    defer { leave() }
    return try await body()
  }

  private func enter() async -> Bool {
    let ticket = state.withLock { state in
      state.tickets += 1
      return state.tickets
    }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let answer: Bool? = state.withLock { state in
          if Task.isCancelled { return false }
          if state.free > 0 {
            state.free -= 1
            return true
          }
          state.waiting.append((ticket, continuation))
          return nil
        }
        if let answer { continuation.resume(returning: answer) }
      }
    } onCancel: {
      let waiter = state.withLock { state in
        state.waiting.firstIndex { $0.ticket == ticket }.map { state.waiting.remove(at: $0).continuation }
      }
      waiter?.resume(returning: false)
    }
  }

  private func leave() {
    let next = state.withLock { state -> CheckedContinuation<Bool, Never>? in
      guard !state.waiting.isEmpty else {
        state.free += 1
        return nil
      }
      return state.waiting.removeFirst().continuation
    }
    next?.resume(returning: true)
  }
}
