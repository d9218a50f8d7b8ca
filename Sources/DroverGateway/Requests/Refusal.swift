import DroverAdmission
import DroverCore
import DroverHTTP

/// Why a request is not served, for its client: a status, a stable code and one sentence.
struct Refusal: Error, Equatable, Sendable {
  var status: Int
  /// Stable, such as `model_not_found`.
  var code: String
  var message: String
  /// The field of the request that is to blame.
  var parameter: String?
  var retryAfter: Duration?
  /// Set where the client libraries would guess wrongly whether to try again.
  var shouldRetry: Bool?
  /// What limits leave, where they were asked.
  var rates: RateAllowance?

  init(
    _ status: Int, _ code: String, _ message: String, parameter: String? = nil, retryAfter: Duration? = nil,
    shouldRetry: Bool? = nil
  ) {
    self.status = status
    self.code = code
    self.message = message
    self.parameter = parameter
    self.retryAfter = retryAfter
    self.shouldRetry = shouldRetry
  }

  init(_ error: HTTPSyntaxError) {
    self.init(error.status, "bad_request", "the request cannot be read: \(error)")
  }

  init(_ error: JSONScanError) {
    self.init(400, "invalid_request_body", "\(error)", parameter: error.field)
  }

  init(_ refusal: ModelRefusal) {
    self.init(503, "model_unavailable", refusal.message, retryAfter: refusal.retryAfter)
    switch refusal.cause {
    case .queueFull: (status, code) = (429, "queue_full")
    case .timedOut: code = "queue_timeout"
    case .unavailable(.sunset): (status, code) = (410, "model_retired")
    case .unavailable(.unloaded): (code, shouldRetry) = ("model_unloaded", false)
    case .unavailable, .cancelled: break
    case .unknownModel: (status, code) = (404, "model_not_found")
    }
  }

  init(_ error: DriverError, model: String) {
    self.init(502, "upstream_unavailable", "model '\(model)' cannot be asked: \(error.message)")
    if error.disposition == .terminal { shouldRetry = false }
  }

  /// What is said where an upstream does not answer; nil for ``ExchangeFailure/denied``, of which the decision tells.
  init?(_ failure: ExchangeFailure, model: String) {
    let subject = "the server of model '\(model)'"
    switch failure {
    case .denied: return nil
    case .headTimeout: self.init(408, "request_timeout", "the head of the request did not come in time")
    case .bodyTimeout: self.init(408, "request_timeout", "the body of the request comes too slowly")
    case .unreachable: self.init(502, "upstream_unavailable", "\(subject) cannot be reached", retryAfter: .seconds(1))
    case .connectTimeout:
      self.init(504, "upstream_timeout", "\(subject) takes no connection in time (timeouts.connect)")
    case .broken: self.init(502, "upstream_failed", "\(subject) ended the connection without an answer")
    case .unauthorized:
      self.init(
        502, "upstream_unauthorized", "\(subject) does not accept the key that this gateway has for it",
        shouldRetry: false)
    case .malformed: self.init(502, "upstream_failed", "\(subject) answers with something that is no HTTP/1.1")
    case .firstByteTimeout:
      self.init(504, "upstream_timeout", "\(subject) does not answer in time (timeouts.firstByte)")
    case .silence: self.init(504, "upstream_timeout", "\(subject) fell silent (timeouts.idle)")
    case .totalTimeout: self.init(504, "upstream_timeout", "\(subject) takes too long (timeouts.total)")
    }
  }
}
