/// The failed attempts at one object's present spec: input of planning, so that back-off is part of the plan.
package struct Attempts: Hashable, Sendable, Codable {
  /// Spec hash that these attempts were at; another one starts afresh.
  package var specHash: String
  package var failures: Int
  package var lastFailure: Timestamp
  /// Not before this; chosen with jitter when the failure was recorded.
  package var nextAttempt: Timestamp
  package var reason: Reason
  package var message: String

  package init(
    specHash: String, failures: Int, lastFailure: Timestamp, nextAttempt: Timestamp, reason: Reason, message: String
  ) {
    self.specHash = specHash
    self.failures = failures
    self.lastFailure = lastFailure
    self.nextAttempt = nextAttempt
    self.reason = reason
    self.message = message
  }
}
