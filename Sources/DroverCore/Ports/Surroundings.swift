/// Time and chance as values that a shell injects, so that tests decide both.
package struct Surroundings: Sendable {
  package var now: @Sendable () -> Timestamp
  /// Sleeps for a duration, or throws when cancelled.
  package var sleep: @Sendable (Duration) async throws -> Void
  package var random: @Sendable () -> UInt64
  /// Time since some instant, for measuring: it never goes back, and is finer than ``now``.
  package var uptime: @Sendable () -> Duration

  /// `uptime` nil: as ``now`` goes on.
  package init(
    now: @escaping @Sendable () -> Timestamp, sleep: @escaping @Sendable (Duration) async throws -> Void,
    random: @escaping @Sendable () -> UInt64, uptime: (@Sendable () -> Duration)? = nil
  ) {
    self.now = now
    self.sleep = sleep
    self.random = random
    self.uptime = uptime ?? { .milliseconds(now().milliseconds) }
  }

  /// 128 random bits as 32 hexadecimal digits.
  package func launchToken() -> String {
    let digits = Array("0123456789abcdef".utf8)
    var bytes: [UInt8] = []
    for word in [random(), random()] {
      for shift in stride(from: 60, through: 0, by: -4) { bytes.append(digits[Int(word >> UInt64(shift) & 15)]) }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
