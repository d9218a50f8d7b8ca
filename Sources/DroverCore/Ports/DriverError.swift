/// Why a driver could not do what it was asked.
package enum DriverError: Error, Hashable, Sendable {
  /// Nothing answered at `address`.
  case unreachable(address: String, cause: String)
  /// What the provider runs on this host is not there; it may be installed at any time.
  case unavailable(String)
  case throttled(retryAfter: Duration?)
  /// The account at the provider has nothing left to spend.
  case quotaExhausted(String)
  case unauthorized(String)
  case modelNotFound(String)
  /// The provider or the engine refused; trying again may help.
  case failed(String)
  /// Nothing but another spec or another host policy will help.
  case notPermitted(String)
  case secretNotFound(String)
  case insufficientMemory(String)
  /// The file to serve is being made; it will be there without anybody's doing.
  case quantizing(String)
  case timedOut(String)
  /// This version has no driver for it.
  case notImplemented(String)
  case cancelled

  /// What to do about an error.
  package enum Disposition: Sendable, Equatable {
    /// Try again, with back-off.
    case retry
    /// Nothing to do before the spec or the host changes.
    case terminal
  }

  package var disposition: Disposition {
    switch self {
    case .unreachable, .unavailable, .throttled, .quotaExhausted, .failed, .timedOut, .cancelled, .unauthorized,
      .modelNotFound,
      .insufficientMemory, .quantizing:
      .retry
    case .notPermitted, .secretNotFound, .notImplemented: .terminal
    }
  }

  package var reason: Reason {
    switch self {
    case .unreachable, .unavailable: .providerUnavailable
    case .throttled, .quotaExhausted: .providerThrottled
    case .unauthorized: .authenticationFailed
    case .modelNotFound: .modelNotFound
    case .failed, .cancelled: .loadFailed
    case .notPermitted: .notPermitted
    case .secretNotFound: .secretNotFound
    case .insufficientMemory: .insufficientMemory
    case .timedOut: .loadTimeout
    case .quantizing: .quantizing
    case .notImplemented: .notImplemented
    }
  }

  package var message: String {
    switch self {
    case .unreachable(let address, let cause): "cannot reach \(address): \(cause)"
    case .throttled(let delay): "the provider asks to slow down" + (delay.map { "; retry in \($0.manifestText)" } ?? "")
    case .unavailable(let text), .quotaExhausted(let text), .unauthorized(let text), .modelNotFound(let text),
      .failed(let text),
      .notPermitted(let text), .secretNotFound(let text), .insufficientMemory(let text), .timedOut(let text),
      .notImplemented(let text), .quantizing(let text):
      text
    case .cancelled: "cancelled by a newer spec"
    }
  }
}
