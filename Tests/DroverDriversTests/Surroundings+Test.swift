import DroverCore
import DroverSystem

extension Surroundings {
  /// The machine's own time and chance.
  static let real = Surroundings(
    now: { Timestamp(milliseconds: WallClock.now()) }, sleep: { try await Task.sleep(for: $0) },
    random: { UInt64.random(in: .min ... .max) }, uptime: { started.duration(to: .now) })

  private static let started = ContinuousClock.now
}
