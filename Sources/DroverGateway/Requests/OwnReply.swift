import DroverCore
import DroverHTTP

/// A reply that the gateway itself gives.
struct OwnReply: Equatable, Sendable {
  var status: Int
  var body: [UInt8]
  var fields: [HTTPField] = []

  init(json: FieldValue) {
    status = 200
    body = Array(json.json.utf8)
  }

  /// The error object of the client's dialect.
  init(_ refusal: Refusal, dialect: Dialect, requestID: String) {
    status = refusal.status
    switch dialect {
    case .openAI:
      body = Array(
        FieldValue.object([
          "error": .object([
            "message": .string(refusal.message), "type": .string(Self.openAIType(refusal.status)),
            "param": refusal.parameter.map { .string($0) } ?? .null, "code": .string(refusal.code),
          ])
        ]).json.utf8)
    case .anthropic:
      body = Array(
        FieldValue.object([
          "type": .string("error"),
          "error": .object([
            "type": .string(Self.anthropicType(refusal.status)), "message": .string(refusal.message),
            "details": .object(["error_code": .string(refusal.code)]),
          ]),
          "request_id": .string(requestID),
        ]).json.utf8)
    }
    if let delay = refusal.retryAfter {
      fields.append(HTTPField("Retry-After", String(max(1, delay.roundedUpSeconds))))
    }
    if status == 401 { fields.append(HTTPField("WWW-Authenticate", "Bearer realm=\"drover\"")) }
    fields += (refusal.rates?.fields ?? []).map { HTTPField("\($0.name)", $0.value) }
    if let shouldRetry = refusal.shouldRetry {
      fields.append(HTTPField("X-Should-Retry", shouldRetry ? "true" : "false"))
    }
  }

  /// The bytes on the wire.
  func bytes(requestID: String, dialect: Dialect, closes: Bool, isHead: Bool = false) -> [UInt8] {
    var writer = HeadWriter(status: status)
    writer.add("Content-Type", "application/json")
    writer.add("Content-Length", body.count)
    for field in fields { writer.add(name: field.name, field.value) }
    writer.add("X-Drover-Request-ID", requestID)
    if dialect == .anthropic { writer.add("Request-ID", requestID) }
    if closes { writer.add("Connection", "close") }
    return (writer.finish() ?? []) + (isHead ? [] : body)
  }

  /// The types of OpenAI's errors.
  private static func openAIType(_ status: Int) -> String {
    switch status {
    case 401: "authentication_error"
    case 403: "permission_error"
    case 429: "rate_limit_error"
    case 500...: "server_error"
    default: "invalid_request_error"
    }
  }

  /// The types of Anthropic's errors, by status, as its libraries know them.
  private static func anthropicType(_ status: Int) -> String {
    switch status {
    case 401: "authentication_error"
    case 403: "permission_error"
    case 404, 410: "not_found_error"
    case 413: "request_too_large"
    case 429: "rate_limit_error"
    case 503, 529: "overloaded_error"
    case 504: "timeout_error"
    case 500...: "api_error"
    default: "invalid_request_error"
    }
  }
}

extension Duration {
  fileprivate var roundedUpSeconds: Int64 { components.seconds + (components.attoseconds > 0 ? 1 : 0) }
}
