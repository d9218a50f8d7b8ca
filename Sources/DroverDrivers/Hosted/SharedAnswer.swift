import DroverCore
import Synchronization

/// An answer of a server, or why there was none, and when that was.
struct Answered<Value: Sendable>: Sendable {
  var outcome: Result<Value, DriverError>
  /// When the question was sent: what happened since may not be in the answer.
  var asked: Timestamp
  var at: Timestamp
}

/// Shares one question among all who ask it at the same time or shortly after: a thousand models that load at one
/// provider cost one listing, not a thousand.
final class SharedAnswer<Value: Sendable>: Sendable {
  private typealias Waiter = CheckedContinuation<Void, Never>

  private struct State {
    var latest: Answered<Value>?
    /// What was answered last, whatever went wrong since.
    var lastValue: Value?
    var isAsking = false
    var waiters: [Waiter] = []
  }

  private enum Turn {
    case answer(Answered<Value>)
    case ask(previous: Value?)
    case wait
  }

  private let state = Mutex(State())

  /// The newest answer where it is younger than `age`, else a new one by `ask`, which is run by one caller at a time and
  /// is given what was answered before.
  func result(
    youngerThan age: Duration, now: @Sendable () -> Timestamp, ask: (Value?) async throws(DriverError) -> Value
  ) async throws(DriverError) -> Answered<Value> {
    let asked = now()
    while true {
      switch turn(asked: asked, age: age, now: now()) {
      case .answer(let result): return result
      case .ask(let previous): return try await run(ask, previous, now)
      case .wait:
        await withCheckedContinuation { waiter in wait(waiter) }
      }
    }
  }

  private func turn(asked: Timestamp, age: Duration, now: Timestamp) -> Turn {
    state.withLock { state in
      // What was answered since this caller asked is new enough, however short the age.
      if let latest = state.latest, latest.at <= now, latest.at >= asked || now - latest.at < age {
        return .answer(latest)
      }
      // A server that asks to be left alone is not asked before the time that it named.
      if let latest = state.latest, latest.at <= now, case .failure(.throttled(let delay?)) = latest.outcome,
        now - latest.at < delay
      {
        return .answer(latest)
      }
      if state.isAsking { return .wait }
      state.isAsking = true
      return .ask(previous: state.lastValue)
    }
  }

  private func wait(_ waiter: Waiter) {
    let isLate = state.withLock { state in
      guard state.isAsking else { return true }
      state.waiters.append(waiter)
      return false
    }
    if isLate { waiter.resume() }
  }

  private func run(
    _ ask: (Value?) async throws(DriverError) -> Value, _ previous: Value?, _ now: @Sendable () -> Timestamp
  ) async throws(DriverError) -> Answered<Value> {
    let asked = now()
    let outcome: Result<Value, DriverError>
    do throws(DriverError) {
      outcome = .success(try await ask(previous))
    } catch {
      outcome = .failure(error)
    }
    let result = Answered(outcome: outcome, asked: asked, at: now())
    // One caller's cancellation says nothing about the server: the next waiter asks.
    let isCancelled = if case .failure(.cancelled) = outcome { true } else { false }
    let waiters = state.withLock { state in
      if !isCancelled { state.latest = result }
      if case .success(let value) = outcome { state.lastValue = value }
      state.isAsking = false
      defer { state.waiters = [] }
      return state.waiters
    }
    for waiter in waiters { waiter.resume() }
    if isCancelled { throw .cancelled }
    return result
  }
}
