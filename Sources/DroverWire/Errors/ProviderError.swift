import DroverCore

/// A refusal of a model server, read from its status, its headers and its body, whichever dialect it speaks.
package struct ProviderError: Equatable, Sendable {
  package enum Kind: Equatable, Sendable {
    /// It is elsewhere; no key is ever sent along.
    case redirect
    /// The credentials are not accepted, or not for this.
    case unauthorized
    case notFound
    /// Too many requests; waiting helps.
    case throttled
    /// The server has too much to do; waiting helps.
    case overloaded
    /// The account has nothing left to spend; waiting does not help.
    case quotaExhausted
    /// The request itself is wrong.
    case rejected
    /// The server is out of order.
    case failed
  }

  package var kind: Kind
  package var status: Int
  /// The server's own short name of the problem, such as `insufficient_quota`.
  package var code: String?
  /// What it says to people, as it says it; may quote the request, its key included.
  package var message: String?
  /// How long it asks to be left alone.
  package var retryAfter: Duration?
  /// Whether the same request may succeed later.
  package var isRetryable: Bool

  package init(
    _ kind: Kind, status: Int, code: String? = nil, message: String? = nil, retryAfter: Duration? = nil,
    isRetryable: Bool
  ) {
    self.kind = kind
    self.status = status
    self.code = code
    self.message = message
    self.retryAfter = retryAfter
    self.isRetryable = isRetryable
  }

  /// Nil for a success. `header` gives a header of the reply by its lower-case name.
  package static func read(status: Int, header: (String) -> String?, body: [UInt8]) -> ProviderError? {
    guard !(200..<300).contains(status) else { return nil }
    let said = ProviderErrorBody(body)
    let kind = kind(status, said)
    var isRetryable = [.throttled, .overloaded, .failed].contains(kind) || status == 409
    switch header("x-should-retry") {
    case "true": isRetryable = true
    case "false": isRetryable = false
    default: break
    }
    return ProviderError(
      kind, status: status, code: said.code, message: said.message, retryAfter: RetryAfter.read(header),
      isRetryable: isRetryable)
  }

  private static let quotaCodes: Set<String> = [
    "insufficient_quota", "credit_balance_exhausted", "billing_hard_limit_reached", "billing_not_active",
    "billing_error", "enforced_spend_limit_reached", "quota_exceeded",
  ]
  private static let overloadCodes: Set<String> = ["slow_down", "server_is_overloaded", "overloaded_error"]

  private static func kind(_ status: Int, _ said: ProviderErrorBody) -> Kind {
    let isQuota =
      said.codes.contains(where: quotaCodes.contains) || said.message?.contains("credit balance is too low") == true
    switch status {
    case 300..<400: return .redirect
    case 402: return .quotaExhausted
    case 400..<500 where isQuota: return .quotaExhausted
    case 401, 403: return .unauthorized
    case 404: return .notFound
    case 408: return .failed
    case 429: return .throttled
    case 400..<500: return .rejected
    case 529: return .overloaded
    default: return said.codes.contains(where: overloadCodes.contains) ? .overloaded : .failed
    }
  }
}

/// The error object of a body: OpenAI's, Anthropic's, Ollama's, vLLM's, or none.
struct ProviderErrorBody {
  /// From the most to the least exact.
  var codes: [String]
  var message: String?

  var code: String? { codes.first }

  init(_ body: [UInt8]) {
    guard let json = try? JSONReader.read(body) else {
      codes = []
      message = nil
      return
    }
    let error = json["error"]
    let named = [
      error?[path: ["details", "error_code"]], error?["code"], error?["type"], json["error_type"],
      error == nil ? json["code"] : nil, error == nil ? json["type"] : nil,
    ]
    codes = named.compactMap { $0?.string }.filter { !$0.isEmpty }
    message = error?["message"]?.string ?? error?.string ?? json["message"]?.string ?? json["detail"]?.string
  }
}
