import DroverCore
import DroverHTTP

extension Refusal {
  /// 401: nobody knows who asks. Trying again is useless.
  static func unauthenticated(_ code: String, _ message: String) -> Refusal {
    Refusal(401, code, message, shouldRetry: false)
  }

  init(_ refusal: AccessRefusal) {
    switch refusal {
    case .unknown: self = .unauthenticated("invalid_api_key", "the key is not known")
    case .disabled(let name):
      self = .unauthenticated("api_key_disabled", "access key '\(name)' is disabled")
    case .expired(let name, let end):
      self = .unauthenticated("api_key_expired", "this key of access key '\(name)' expired at \(end); use a newer one")
    }
  }

  init(_ problem: PresentedKey.Problem) {
    let message =
      switch problem {
      case .repeated(let field):
        "the field \(field == .authorization ? "Authorization" : "x-api-key") came more than once; send one key"
      case .disagreeing: "Authorization and x-api-key hold two keys; send one"
      case .notBearer: "the Authorization field is no bearer token; send 'Authorization: Bearer KEY'"
      case .empty: "the key is empty; send it as 'Authorization: Bearer KEY' or 'x-api-key: KEY'"
      case .tooLong: "the key is longer than \(PresentedKey.longest) bytes"
      case .characters: "the key holds characters that no key has"
      }
    self = .unauthenticated("invalid_api_key", message)
  }
}
