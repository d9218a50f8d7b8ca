import DroverCore
import Synchronization

/// What a server said the last time that its models were listed.
struct ListingResult: Sendable, Equatable {
  enum Outcome: Sendable, Equatable {
    /// Sorted, each once.
    case models([String])
    case failure(DriverError)
  }

  var outcome: Outcome
  var at: Timestamp
}

/// Shares one listing among all who ask at the same time or shortly after: a thousand models that load at one provider
/// cost one request, not a thousand.
final class ModelListing: Sendable {
  private typealias Waiter = CheckedContinuation<Void, Never>

  private struct State {
    var latest: ListingResult?
    var isFetching = false
    var waiters: [Waiter] = []
  }

  private enum Turn {
    case answer(ListingResult)
    case fetch
    case wait
  }

  private let state = Mutex(State())

  /// The newest listing where it is younger than `age`, else a new one by `fetch`, which is run by one caller at a time.
  func result(
    youngerThan age: Duration, now: @Sendable () -> Timestamp, fetch: () async throws(DriverError) -> [String]
  ) async throws(DriverError) -> ListingResult {
    let asked = now()
    while true {
      switch turn(asked: asked, age: age, now: now()) {
      case .answer(let result): return result
      case .fetch: return try await run(fetch, now)
      case .wait:
        await withCheckedContinuation { waiter in wait(waiter) }
      }
    }
  }

  private func turn(asked: Timestamp, age: Duration, now: Timestamp) -> Turn {
    state.withLock { state in
      // What was fetched since this caller asked is new enough, however short the age.
      if let latest = state.latest, latest.at <= now, latest.at >= asked || now - latest.at < age {
        return .answer(latest)
      }
      // A server that asks to be left alone is not asked before the time that it named.
      if let latest = state.latest, latest.at <= now, case .failure(.throttled(let delay?)) = latest.outcome,
        now - latest.at < delay
      {
        return .answer(latest)
      }
      if state.isFetching { return .wait }
      state.isFetching = true
      return .fetch
    }
  }

  private func wait(_ waiter: Waiter) {
    let isLate = state.withLock { state in
      guard state.isFetching else { return true }
      state.waiters.append(waiter)
      return false
    }
    if isLate { waiter.resume() }
  }

  private func run(
    _ fetch: () async throws(DriverError) -> [String], _ now: @Sendable () -> Timestamp
  ) async throws(DriverError) -> ListingResult {
    let outcome: ListingResult.Outcome
    do throws(DriverError) {
      outcome = .models(Set(try await fetch()).sorted())
    } catch {
      outcome = .failure(error)
    }
    let result = ListingResult(outcome: outcome, at: now())
    // One caller's cancellation says nothing about the server: the next waiter fetches.
    let isCancelled = outcome == .failure(.cancelled)
    let waiters = state.withLock { state in
      if !isCancelled { state.latest = result }
      state.isFetching = false
      defer { state.waiters = [] }
      return state.waiters
    }
    for waiter in waiters { waiter.resume() }
    if isCancelled { throw .cancelled }
    return result
  }
}
