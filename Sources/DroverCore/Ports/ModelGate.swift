/// What stands between requests and the models that they need: says when a model can take one, and keeps it loaded
/// meanwhile.
package protocol ModelGate: Sendable {
  /// Says that a request needs `model` (the name of its resource) now. Returns when it may be sent, which may be after
  /// a load; requests for one model are let in in the order in which they came. Every use is ended by ``end(_:)``.
  func begin(_ model: String) async throws(ModelRefusal) -> ModelUse
  /// The same where no wait is needed; nil: ask ``begin(_:)``.
  func beginAtOnce(_ model: String) -> ModelUse?
  /// The request is over, however it ended. Ending a use twice changes nothing.
  func end(_ use: ModelUse)
}

/// One request that was let in.
package struct ModelUse: Hashable, Sendable {
  package var ticket: UInt64
  package var model: String
  /// Id of the instance that is to serve it.
  package var instance: String

  package init(ticket: UInt64, model: String, instance: String) {
    self.ticket = ticket
    self.model = model
    self.instance = instance
  }
}

/// Why a model cannot take a request.
package struct ModelRefusal: Error, Hashable, Sendable {
  package enum Cause: Hashable, Sendable {
    /// As many requests wait for it as may.
    case queueFull(waiting: Int)
    /// It waited for as long as a request may.
    case timedOut(position: Int)
    /// It cannot be loaded, for this reason.
    case unavailable(Reason)
    case unknownModel
    case cancelled
  }

  package var cause: Cause
  /// One sentence for the client.
  package var message: String
  /// When trying again may help; nil where nothing is known.
  package var retryAfter: Duration?

  package init(_ cause: Cause, _ message: String, retryAfter: Duration? = nil) {
    self.cause = cause
    self.message = message
    self.retryAfter = retryAfter
  }
}
