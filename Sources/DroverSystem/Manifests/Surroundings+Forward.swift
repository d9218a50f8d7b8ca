import DroverCore
import Synchronization

extension Surroundings {
  /// The same surroundings with a clock that never runs back: where the machine's is set back, this one goes on from
  /// where it was. Times of day are then off; what is to be waited for is not.
  func runningForward() -> Surroundings {
    let clock = ForwardClock(source: now)
    return Surroundings(now: { clock.now() }, sleep: sleep, random: random)
  }
}

private final class ForwardClock: Sendable {
  private let source: @Sendable () -> Timestamp
  private let state = Mutex<(last: Timestamp?, lag: Duration)>((nil, .zero))

  init(source: @escaping @Sendable () -> Timestamp) { self.source = source }

  func now() -> Timestamp {
    state.withLock { state in
      let time = source()
      if let last = state.last, time < last { state.lag += last - time }
      state.last = time
      return time + state.lag
    }
  }
}
