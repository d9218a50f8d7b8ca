import DroverCore

/// Reads refusals of OpenAI-style servers.
enum ReplyProblem {
  /// The longest `retry-after` that is believed.
  private static let longestDelay: Int64 = 120

  /// The error that a status other than 2xx means. `subject` begins the sentence: the provider with its address.
  static func error(for reply: UpstreamClient.Reply, subject: String, secret: Secret?) -> DriverError? {
    switch reply.status {
    case 200..<300: return nil
    case 401, 403:
      // What the server says may quote the key, so none of it is repeated.
      let advice =
        secret.map { "check secret '\($0.name)' in the host policy" } ?? "give the provider a secret that it accepts"
      return .unauthorized("\(subject) refuses the credentials (status \(reply.status)); \(advice)")
    case 429: return .throttled(retryAfter: delay(reply.retryAfter))
    case 300..<400:
      return .failed("\(subject) answers with a redirect (status \(reply.status)); set baseURL to its final address")
    default:
      let said = UpstreamMessage.suffix(of: reply, without: secret?.value)
      return .failed("\(subject) answers with status \(reply.status)\(said)")
    }
  }

  /// Seconds, whole or with a fraction; a date is not believed, since its clock is another's.
  static func delay(_ text: String?) -> Duration? {
    guard let text, let seconds = Double(text), seconds >= 0 else { return nil }
    return .milliseconds(Int64(min(seconds, Double(longestDelay)) * 1000))
  }
}

extension UpstreamFailure {
  func driverError(address: String, timeout: Duration) -> DriverError {
    switch self {
    case .cancelled: .cancelled
    case .timedOut: .unreachable(address: address, cause: "no answer within \(timeout.manifestText)")
    case .unreachable(let cause): .unreachable(address: address, cause: cause)
    }
  }
}
