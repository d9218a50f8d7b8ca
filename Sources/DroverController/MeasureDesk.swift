import DroverCore
import Synchronization

/// Where those wait who asked the loop to measure something: it answers by the number of their request.
final class MeasureDesk: Sendable {
  enum Answer: Sendable {
    case profiled(ProfileRecord)
    case updated(ModelMetrics)
    case probed
    case refused(MeasureError)
  }

  private struct State {
    var last: UInt64 = 0
    var waiting: [UInt64: AsyncStream<Answer>.Continuation] = [:]
    var isClosed = false
  }

  private let state = Mutex(State())

  /// Asks by `ask`, with the number of the request, and waits for the answer. Where the waiting task is cancelled first,
  /// `abandon` is told.
  func wait(
    _ ask: (UInt64) -> Void, abandon: @Sendable (UInt64) -> Void = { _ in }
  ) async -> Answer {
    let (answers, continuation) = AsyncStream.makeStream(of: Answer.self, bufferingPolicy: .bufferingNewest(1))
    let number: UInt64? = state.withLock { state in
      guard !state.isClosed else { return nil }
      state.last += 1
      state.waiting[state.last] = continuation
      return state.last
    }
    guard let number else { return .refused(.cancelled) }
    ask(number)
    for await answer in answers { return answer }
    state.withLock { _ = $0.waiting.removeValue(forKey: number) }
    abandon(number)
    return .refused(.cancelled)
  }

  func answer(_ number: UInt64, _ answer: Answer) {
    let waiter = state.withLock { $0.waiting.removeValue(forKey: number) }
    waiter?.yield(answer)
    waiter?.finish()
  }

  /// Nobody will answer any more.
  func close() {
    let waiting = state.withLock { state in
      state.isClosed = true
      defer { state.waiting = [:] }
      return state.waiting.values
    }
    for waiter in waiting { waiter.finish() }
  }
}
