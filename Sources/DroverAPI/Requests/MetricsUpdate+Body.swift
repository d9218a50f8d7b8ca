import DroverCore

extension MetricsUpdate {
  /// Reads a body of any of ``names``; a null is as good as nothing.
  init(_ body: FieldValue) throws(APIError) {
    self.init()
    averageLatency = try Self.number("averageLatency", body)
    timeToFirstToken = try Self.number("timeToFirstToken", body)
    tokensPerSecond = try Self.number("tokensPerSecond", body)
    memoryUsage = try Self.number("memoryUsage", body)
    successRate = try Self.number("successRate", body, upTo: 1)
    if let value = body["totalInferences"], !value.isNull {
      guard let count = value.integer, count >= 0 else {
        throw .invalid("'totalInferences' is no whole number from 0")
      }
      totalInferences = count
    }
    if let value = body["lastBenchmarked"], !value.isNull {
      guard let time = value.string.flatMap(Timestamp.init(rfc3339:)) else {
        throw .invalid("'lastBenchmarked' is no time such as 2027-01-31T12:00:00Z")
      }
      lastBenchmarked = time
    }
  }

  private static func number(
    _ name: String, _ body: FieldValue, upTo limit: Double = 1e12
  ) throws(APIError) -> Double? {
    guard let value = body[name], !value.isNull else { return nil }
    guard let number = value.number, number >= 0, number <= limit else {
      throw .invalid("'\(name)' is no number from 0" + (limit <= 1 ? " to 1" : ""))
    }
    return number
  }
}
