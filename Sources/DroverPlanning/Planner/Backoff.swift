import DroverCore

/// How long to wait after a failure: exponential with full jitter, so that many objects that failed together do not come
/// back together.
package enum Backoff {
  package static let shortest = Duration.seconds(1)
  package static let longest = Duration.seconds(300)

  /// The wait after `failures` failures in a row (at least 1): between ``shortest`` and the bound, which doubles from 2 s
  /// with each failure up to ``longest``. `random` is any 64 random bits.
  package static func delay(failures: Int, random: UInt64) -> Duration {
    let exponent = min(max(failures, 1), 20)
    let floor = shortest.wholeMilliseconds
    let bound = min(longest.wholeMilliseconds, floor << Int64(exponent))
    let span = UInt64(bound - floor + 1)
    return .milliseconds(floor + Int64(random.multipliedFullWidth(by: span).high))
  }
}
