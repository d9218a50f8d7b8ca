/// Everything measured of one model that outlives droverd.
package struct ModelMeasurements: Hashable, Sendable {
  package var metrics: ModelMetrics
  /// Newest first; at most ``historyLimit``.
  package private(set) var profiles: [ProfileRecord]
  /// The last profile that was begun and could not be made.
  package var failedProfile: FailedProfile?
  package var probe: ProbeRecord?

  /// Profiles that are kept of each model.
  package static let historyLimit = 20

  package init(
    metrics: ModelMetrics = ModelMetrics(), profiles: [ProfileRecord] = [], failedProfile: FailedProfile? = nil,
    probe: ProbeRecord? = nil
  ) {
    self.metrics = metrics
    self.profiles = Array(profiles.prefix(Self.historyLimit))
    self.failedProfile = failedProfile
    self.probe = probe
  }

  package mutating func add(_ profile: ProfileRecord) {
    metrics = metrics.after(profile.metrics)
    profiles = Array(([profile] + profiles).prefix(Self.historyLimit))
    failedProfile = nil
  }
}

package struct FailedProfile: Hashable, Sendable {
  package var at: Timestamp
  /// See ``ProfileSettings/fingerprint(of:)``.
  package var fingerprint: String
  package var message: String

  package init(at: Timestamp, fingerprint: String, message: String) {
    self.at = at
    self.fingerprint = fingerprint
    self.message = message
  }
}

/// What trying a model said of its capabilities.
package struct ProbeRecord: Hashable, Sendable {
  package var at: Timestamp
  /// Of the spec that was tried; of another one it says nothing.
  package var reloadHash: String
  package var evidence: CapabilityEvidence

  package init(at: Timestamp, reloadHash: String, evidence: CapabilityEvidence) {
    self.at = at
    self.reloadHash = reloadHash
    self.evidence = evidence
  }
}
