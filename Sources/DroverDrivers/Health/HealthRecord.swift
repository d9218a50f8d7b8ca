import DroverCore

/// Counts the probes of one instance and says what they mean: one success makes it ready, and only `threshold` failures
/// in a row make a ready one unhealthy.
struct HealthRecord: Equatable, Sendable {
  private(set) var phase: InstancePhase
  private(set) var failures = 0
  private(set) var lastProbe: Timestamp?

  /// - Parameter wasReady: whether it was ready before this daemon first looked.
  init(wasReady: Bool) {
    phase = wasReady ? .ready : .starting
  }

  var isStarting: Bool { phase == .starting }

  /// A starting instance is probed at every look; a ready one once in an interval, and at once after the clock jumped.
  func isDue(now: Timestamp, interval: Duration) -> Bool {
    guard !isStarting, let lastProbe else { return true }
    return now < lastProbe || now - lastProbe >= interval
  }

  mutating func succeeded(now: Timestamp) {
    lastProbe = now
    failures = 0
    phase = .ready
  }

  mutating func failed(_ message: String, now: Timestamp, threshold: Int) {
    lastProbe = now
    guard !isStarting else { return }
    failures += 1
    if failures >= threshold { phase = .unhealthy(failures: failures, message: message) }
  }
}
