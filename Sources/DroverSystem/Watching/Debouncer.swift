/// When to act on a burst of changes: after a quiet time since the last, and at the latest a full time after the first.
/// Times are nanoseconds of one clock.
package struct Debouncer: Equatable, Sendable {
  private let quiet: Int64
  private let longest: Int64
  private var burst: ClosedRange<Int64>?

  package init(quiet: Duration = .milliseconds(50), longest: Duration = .seconds(1)) {
    self.quiet = quiet.wholeNanoseconds
    self.longest = longest.wholeNanoseconds
  }

  /// Notes a change.
  package mutating func changed(at now: Int64) {
    let first = burst?.lowerBound ?? now
    burst = first...max(burst?.upperBound ?? now, now)
  }

  /// When to act; nil where nothing changed.
  package var deadline: Int64? {
    burst.map { min($0.upperBound + quiet, $0.lowerBound + longest) }
  }

  /// Whether it is time to act. If so, the burst is over: the next change starts another.
  package mutating func fired(at now: Int64) -> Bool {
    guard let deadline, deadline <= now else { return false }
    burst = nil
    return true
  }
}

extension Duration {
  fileprivate var wholeNanoseconds: Int64 {
    components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
  }
}
