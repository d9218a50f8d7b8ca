import DroverCore
import HTTPTypes

/// A refusal, in the one shape that all errors of the API have:
/// `{"success": false, "error": {"code", "message", "details"}}`.
struct APIError: Error, Equatable {
  /// Stable codes, for clients.
  enum Code: String {
    case invalidRequest = "INVALID_REQUEST"
    case unauthorized = "UNAUTHORIZED"
    case forbidden = "FORBIDDEN"
    case notFound = "NOT_FOUND"
    case methodNotAllowed = "METHOD_NOT_ALLOWED"
    case conflict = "CONFLICT"
    case tooLarge = "PAYLOAD_TOO_LARGE"
    case timedOut = "REQUEST_TIMEOUT"
    case unavailable = "UNAVAILABLE"
    case modelNotFound = "MODEL_NOT_FOUND"
    case modelLoadFailed = "MODEL_LOAD_FAILED"
    case providerFailed = "PROVIDER_FAILED"
    case internalError = "INTERNAL"
  }

  var code: Code
  /// One lower-case sentence.
  var message: String
  var details: FieldValue = .emptyMap
  /// For a wrong method: those that the path has.
  var allowedMethods: [String] = []

  static func invalid(_ message: String) -> APIError { APIError(code: .invalidRequest, message: message) }

  var status: HTTPResponse.Status {
    switch code {
    case .invalidRequest: .badRequest
    case .unauthorized: .unauthorized
    case .forbidden: .forbidden
    case .notFound, .modelNotFound: .notFound
    case .methodNotAllowed: .methodNotAllowed
    case .conflict: .conflict
    case .tooLarge: .contentTooLarge
    case .timedOut: .requestTimeout
    case .unavailable: .serviceUnavailable
    case .modelLoadFailed, .providerFailed: .badGateway
    case .internalError: .internalServerError
    }
  }

  var body: FieldValue {
    .object([
      "success": .bool(false),
      "error": .object(["code": .string(code.rawValue), "message": .string(message), "details": details]),
    ])
  }

  /// Nothing is called `name`; `candidates` are the names that exist.
  static func notFound(
    _ what: String, _ name: String, among candidates: [String], code: Code = .notFound
  ) -> APIError {
    var rest = candidates
    var near: [String] = []
    while near.count < 3, let next = Suggestion.nearest(to: name, among: rest) {
      near.append(next)
      rest.removeAll { $0 == next }
    }
    let hint = near.first.map { "; did you mean '\($0)'?" } ?? ""
    return APIError(
      code: code, message: "no \(what) '\(name)'\(hint)",
      details: .object(["name": .string(name), "nearMatches": .strings(near)]))
  }
}
