import DroverAdmission

extension RateAllowance {
  /// The header fields in which OpenAI tells of its limits, which client libraries read.
  var fields: [(name: StaticString, value: String)] {
    var fields: [(name: StaticString, value: String)] = []
    if let requests {
      fields += [
        ("X-RateLimit-Limit-Requests", String(requests.limit)),
        ("X-RateLimit-Remaining-Requests", String(requests.remaining)),
        ("X-RateLimit-Reset-Requests", Self.duration(requests.resetAfter)),
      ]
    }
    if let tokens {
      fields += [
        ("X-RateLimit-Limit-Tokens", String(tokens.limit)), ("X-RateLimit-Remaining-Tokens", String(tokens.remaining)),
        ("X-RateLimit-Reset-Tokens", Self.duration(tokens.resetAfter)),
      ]
    }
    return fields
  }

  /// `250ms`, `1m30s`, `24h0m0s`; above a second rounded up to whole ones.
  private static func duration(_ milliseconds: UInt32) -> String {
    guard milliseconds >= 1000 else { return "\(milliseconds)ms" }
    let seconds = (UInt64(milliseconds) + 999) / 1000
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
    if hours > 0 { return "\(hours)h\(minutes)m\(seconds % 60)s" }
    return minutes > 0 ? "\(minutes)m\(seconds % 60)s" : "\(seconds)s"
  }
}
