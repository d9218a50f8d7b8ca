import DroverCore
import DroverWire

extension ProviderError {
  /// As a driver tells it. `subject` begins the sentence: the provider with its address.
  func driverError(subject: String, secret: Secret?) -> DriverError {
    switch kind {
    case .unauthorized:
      // What the server says may quote the key, so none of it is repeated.
      return .unauthorized("\(subject) refuses the credentials (\(shownStatus)); \(Self.advice(secret))")
    case .throttled, .overloaded: return .throttled(retryAfter: retryAfter)
    case .quotaExhausted:
      return .quotaExhausted(
        "\(subject) says that the account has nothing left to spend (\(shownStatus))\(said(without: secret))")
    case .redirect:
      return .failed("\(subject) answers with a redirect (status \(status)); set baseURL to its final address")
    case .notFound, .rejected, .failed:
      return .failed("\(subject) answers with status \(status)\(said(without: secret))")
    }
  }

  private static func advice(_ secret: Secret?) -> String {
    guard let secret else { return "give the provider a secret that it accepts" }
    return "check secret '\(secret.name)' in the host policy" + (secret.place.map { ", which is \($0)" } ?? "")
  }

  /// The status, with the server's short name of the problem where that cannot be a key.
  private var shownStatus: String {
    let isWord = code?.utf8.allSatisfy { ($0 >= 0x61 && $0 <= 0x7A) || $0 == 0x5F } ?? false
    guard let code, isWord, code.utf8.count <= 40 else { return "status \(status)" }
    return "status \(status), \(code)"
  }

  private func said(without secret: Secret?) -> String {
    let text = UpstreamMessage.line(message ?? "", without: secret?.value)
    return text.isEmpty ? "" : ": " + text
  }
}

extension UpstreamFailure {
  func driverError(address: String, timeout: Duration) -> DriverError {
    switch self {
    case .cancelled: .cancelled
    case .timedOut: .unreachable(address: address, cause: "no answer within \(timeout.manifestText)")
    case .refused: .unreachable(address: address, cause: "connection refused")
    case .unreachable(let cause): .unreachable(address: address, cause: cause)
    }
  }
}
