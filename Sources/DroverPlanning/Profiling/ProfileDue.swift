package import DroverCore

/// When a loaded model is to be profiled by itself.
package enum ProfileDue: Equatable, Sendable {
  case now(ProfileCause)
  case at(Timestamp)
  case never

  /// How long a profile that failed is left alone, where nothing else sets the time.
  static let retry: Duration = .seconds(300)

  /// - Parameters:
  ///   - measured: what is known of the model; its rolling speed is the `tokensPerSecond` of its metrics.
  ///   - fingerprint: of the model as it is now, see ``ProfileSettings/fingerprint(of:)``.
  package static func of(
    _ settings: ProfileSettings, _ measured: ModelMeasurements?, fingerprint: String, now: Timestamp
  ) -> ProfileDue {
    let (last, failed) = (measured?.profiles.first, measured?.failedProfile)
    if let last, last.fingerprint != fingerprint, failed?.fingerprint != fingerprint { return .now(.specChanged) }
    if let speed = last?.metrics.tokensPerSecond, let rolling = measured?.metrics.tokensPerSecond, rolling * 2 < speed {
      guard let failed, failed.at + retry > now else { return .now(.degraded) }
      return .at(failed.at + retry)
    }
    guard let interval = settings.interval else { return .never }
    guard let before = [last?.at, failed?.at].compactMap({ $0 }).max() else { return .now(.interval) }
    let due = before + interval
    if due <= now { return .now(.interval) }
    // A clock that was set back must not put the next one off for longer than the interval.
    return .at(min(due, now + interval))
  }
}
