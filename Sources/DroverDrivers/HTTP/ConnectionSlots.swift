import Synchronization

/// How many requests may be at one server at a time; the others wait here, in the order in which they came, for as long
/// as each has time. The client's own queue would give them up after the time that a connection may take to stand.
final class ConnectionSlots: Sendable {
  private struct Server {
    var taken = 0
    /// The first of those that wait comes first.
    var waiters: [(ticket: UInt64, continuation: CheckedContinuation<Bool, Never>)] = []
  }

  private struct State {
    var servers: [String: Server] = [:]
    var lastTicket: UInt64 = 0
  }

  private let limit: Int
  private let state = Mutex(State())

  init(limit: Int) { self.limit = limit }

  /// Runs `body` once there is room at `server`. Throws where the calling task is cancelled before.
  func withSlot<Value>(at server: String, _ body: () async throws -> Value) async throws -> Value {
    guard await take(server) else { throw CancellationError() }
    defer { release(server) }
    return try await body()
  }

  /// The requests that wait for room at `server`.
  func waiting(at server: String) -> Int { state.withLock { $0.servers[server]?.waiters.count ?? 0 } }

  private func take(_ server: String) async -> Bool {
    let ticket = state.withLock { state in
      state.lastTicket += 1
      return state.lastTicket
    }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let answer: Bool? = state.withLock { state in
          // The cancellation handler may have come before: it found no waiter to resume.
          if Task.isCancelled { return false }
          if state.servers[server, default: Server()].taken < limit {
            state.servers[server, default: Server()].taken += 1
            return true
          }
          state.servers[server, default: Server()].waiters.append((ticket, continuation))
          return nil
        }
        if let answer { continuation.resume(returning: answer) }
      }
    } onCancel: {
      let waiter = state.withLock { state in
        let index = state.servers[server]?.waiters.firstIndex { $0.ticket == ticket }
        return index.flatMap { state.servers[server]?.waiters.remove(at: $0) }
      }
      waiter?.continuation.resume(returning: false)
    }
  }

  private func release(_ server: String) {
    let next = state.withLock { state -> CheckedContinuation<Bool, Never>? in
      guard var known = state.servers[server] else { return nil }
      defer { state.servers[server] = known.taken > 0 ? known : nil }
      // Whoever waits takes the place over.
      if !known.waiters.isEmpty { return known.waiters.removeFirst().continuation }
      known.taken -= 1
      return nil
    }
    next?.resume(returning: true)
  }
}
