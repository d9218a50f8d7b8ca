import DroverCore
import DroverWire
import Testing

/// Refusals as servers really send them.
struct ProviderErrorTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var status: Int
    var headers: [String: String] = [:]
    var body: String
    var kind: ProviderError.Kind
    var code: String?
    var message: String?
    var retryAfter: Duration?
    var isRetryable: Bool

    var testDescription: String { "\(status) \(body.prefix(60))" }
  }

  static let cases: [Case] = [
    Case(
      status: 401,
      body: #"""
        {"error": {"message": "Incorrect API key provided: sk-a*****z.", "type": "invalid_request_error",
        "param": null, "code": "invalid_api_key"}}
        """#, kind: .unauthorized, code: "invalid_api_key", message: "Incorrect API key provided: sk-a*****z.",
      isRetryable: false),
    Case(
      status: 403, body: #"{"error": {"message": "Country not supported", "type": "request_forbidden", "code": null}}"#,
      kind: .unauthorized, code: "request_forbidden", message: "Country not supported", isRetryable: false),
    Case(
      status: 404,
      body: #"""
        {"error": {"message": "The model `x` does not exist", "type": "invalid_request_error", "code": "model_not_found"}}
        """#, kind: .notFound, code: "model_not_found", message: "The model `x` does not exist", isRetryable: false),
    Case(
      status: 429, headers: ["retry-after": "20", "retry-after-ms": "19500"],
      body: #"{"error": {"message": "Rate limit reached", "type": "requests", "code": "rate_limit_exceeded"}}"#,
      kind: .throttled, code: "rate_limit_exceeded", message: "Rate limit reached", retryAfter: .milliseconds(19500),
      isRetryable: true),
    Case(
      status: 429,
      body: #"""
        {"error": {"message": "You exceeded your current quota", "type": "insufficient_quota", "param": null,
        "code": "insufficient_quota"}}
        """#, kind: .quotaExhausted, code: "insufficient_quota", message: "You exceeded your current quota",
      isRetryable: false),
    Case(
      status: 503, body: #"{"error": {"message": "Busy", "type": "service_unavailable_error", "code": "slow_down"}}"#,
      kind: .overloaded, code: "slow_down", message: "Busy", isRetryable: true),
    Case(
      status: 400, body: #"{"error": {"code": 400, "message": "bad", "type": "invalid_request_error"}}"#,
      kind: .rejected, code: "invalid_request_error", message: "bad", isRetryable: false),
    Case(
      status: 529, body: #"{"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}"#,
      kind: .overloaded, code: "overloaded_error", message: "Overloaded", isRetryable: true),
    Case(
      status: 429,
      body: #"""
        {"type": "error", "error": {"type": "rate_limit_error", "message": "Spend limit",
        "details": {"error_code": "enforced_spend_limit_reached"}}, "request_id": "req_1"}
        """#, kind: .quotaExhausted, code: "enforced_spend_limit_reached", message: "Spend limit", isRetryable: false),
    Case(
      status: 400,
      body: #"""
        {"type": "error", "error": {"type": "invalid_request_error",
        "message": "Your credit balance is too low to access the Anthropic API."}}
        """#, kind: .quotaExhausted, code: "invalid_request_error",
      message: "Your credit balance is too low to access the Anthropic API.", isRetryable: false),
    Case(
      status: 402, body: #"{"type": "error", "error": {"type": "billing_error", "message": "Pay"}}"#,
      kind: .quotaExhausted, code: "billing_error", message: "Pay", isRetryable: false),
    Case(
      status: 404, body: #"{"error": "model 'x' not found"}"#, kind: .notFound, message: "model 'x' not found",
      isRetryable: false),
    Case(
      status: 503, body: #"{"error": "server busy, please try again. maximum pending requests exceeded"}"#,
      kind: .failed, message: "server busy, please try again. maximum pending requests exceeded", isRetryable: true),
    Case(
      status: 400, body: #"{"object": "error", "message": "too long", "type": "BadRequestError", "code": 400}"#,
      kind: .rejected, code: "BadRequestError", message: "too long", isRetryable: false),
    Case(
      status: 422, body: #"{"error": "Input validation error", "error_type": "validation"}"#, kind: .rejected,
      code: "validation", message: "Input validation error", isRetryable: false),
    Case(status: 404, body: #"{"detail": "Not Found"}"#, kind: .notFound, message: "Not Found", isRetryable: false),
    Case(status: 502, body: "<html><body>502 Bad Gateway</body></html>", kind: .failed, isRetryable: true),
    Case(status: 500, body: "proxy error: Could not establish connection", kind: .failed, isRetryable: true),
    Case(
      status: 503, headers: ["retry-after": "Wed, 21 Oct 2026 07:28:30 GMT", "date": "Wed, 21 Oct 2026 07:28:00 GMT"],
      body: "", kind: .failed, retryAfter: .seconds(30), isRetryable: true),
    Case(status: 307, headers: ["location": "https://elsewhere"], body: "", kind: .redirect, isRetryable: false),
    Case(status: 408, body: "", kind: .failed, isRetryable: true),
    Case(status: 409, body: "", kind: .rejected, isRetryable: true),
    Case(status: 500, headers: ["x-should-retry": "false"], body: "", kind: .failed, isRetryable: false),
    Case(status: 400, headers: ["x-should-retry": "true"], body: "", kind: .rejected, isRetryable: true),
  ]

  @Test(arguments: cases)
  func `reads a refusal`(_ test: Case) {
    let read = ProviderError.read(status: test.status, header: { test.headers[$0] }, body: Array(test.body.utf8))
    #expect(
      read
        == ProviderError(
          test.kind, status: test.status, code: test.code, message: test.message, retryAfter: test.retryAfter,
          isRetryable: test.isRetryable))
  }

  @Test(arguments: [200, 201, 204])
  func `a success is no refusal`(status: Int) {
    #expect(ProviderError.read(status: status, header: { _ in nil }, body: []) == nil)
  }

  @Test(arguments: [
    ("5", Duration.seconds(5)), ("0", .zero), ("0.25", .milliseconds(250)), ("86400", .seconds(120)),
    ("-1", nil), ("soon", nil), ("nan", nil), ("inf", nil), ("Wed, 21 Oct 2026 07:28:30 GMT", nil),
  ])
  func `believes a delay of two minutes at most, and no date without the server's own`(
    text: String, delay: Duration?
  ) {
    let read = ProviderError.read(status: 429, header: { $0 == "retry-after" ? text : nil }, body: [])
    #expect(read?.retryAfter == delay)
  }
}
