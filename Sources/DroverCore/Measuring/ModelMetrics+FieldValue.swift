extension ModelMetrics {
  /// As status and JSON show them; what is not known is left out.
  package var fieldValue: FieldValue {
    .object([
      "averageLatency": averageLatency.map { .rounded($0) },
      "timeToFirstToken": timeToFirstToken.map { .rounded($0) },
      "tokensPerSecond": tokensPerSecond.map { .rounded($0) }, "totalInferences": .integer(totalInferences),
      "successRate": successRate.map { .rounded($0) },
      "lastBenchmarked": lastBenchmarked.map { .string($0.description) },
      "memoryUsage": memoryUsage.map { .rounded($0) },
    ])
  }

  /// Reads ``fieldValue``.
  package init(_ value: FieldValue) {
    self.init(
      averageLatency: value["averageLatency"]?.number, timeToFirstToken: value["timeToFirstToken"]?.number,
      tokensPerSecond: value["tokensPerSecond"]?.number, totalInferences: value["totalInferences"]?.integer ?? 0,
      successRate: value["successRate"]?.number,
      lastBenchmarked: value["lastBenchmarked"]?.string.flatMap(Timestamp.init(rfc3339:)),
      memoryUsage: value["memoryUsage"]?.number)
  }
}

extension FieldValue {
  /// A number with three digits behind the point at most, `41.25`. What is no number is null.
  package static func rounded(_ value: Double) -> FieldValue {
    let thousandths = (value * 1000).rounded()
    guard thousandths.isFinite, abs(thousandths) < 9e15 else { return .null }
    let whole = Int64(thousandths)
    guard whole % 1000 != 0 else { return .integer(whole / 1000) }
    var digits = String(whole.magnitude % 1000)
    digits = String(repeating: "0", count: 3 - digits.utf8.count) + digits
    while digits.hasSuffix("0") { digits.removeLast() }
    return .decimal((whole < 0 ? "-" : "") + "\(whole.magnitude / 1000).\(digits)")
  }

  /// The value of an integer or of a decimal.
  package var number: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .decimal(let text): Double(text)
    default: nil
    }
  }
}
