/// Why a model is profiled.
package enum ProfileCause: String, Hashable, Sendable, CaseIterable {
  case requested = "Requested"
  case interval = "Interval"
  /// A field of class `reprofile` or `reload` differs from what the last profile measured.
  case specChanged = "SpecChanged"
  /// The model has become half as fast as it was when it was profiled, or slower.
  case degraded = "Degraded"
}

/// One finished profile of a model.
package struct ProfileRecord: Hashable, Sendable {
  package var at: Timestamp
  package var cause: ProfileCause
  package var concurrency: Int
  package var generation: Int64
  /// Of the settings that it was made with; see ``ProfileSettings/fingerprint``.
  package var fingerprint: String
  /// Of this profile alone; `totalInferences` is the count of its requests.
  package var metrics: ModelMetrics

  package init(
    at: Timestamp, cause: ProfileCause, concurrency: Int, generation: Int64, fingerprint: String, metrics: ModelMetrics
  ) {
    self.at = at
    self.cause = cause
    self.concurrency = concurrency
    self.generation = generation
    self.fingerprint = fingerprint
    self.metrics = metrics
  }
}

/// A profile that somebody asked for.
package struct ProfileRequest: Hashable, Sendable {
  /// Tells requests apart.
  package var number: UInt64
  /// Nil: what the Model says.
  package var testCount: Int?
  package var actor: String

  package init(number: UInt64, testCount: Int?, actor: String) {
    self.number = number
    self.testCount = testCount
    self.actor = actor
  }
}
