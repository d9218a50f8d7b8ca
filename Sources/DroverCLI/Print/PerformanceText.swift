import DroverCore

/// The metrics of a model in words.
enum PerformanceText {
  /// Tokens a second, with three digits that matter.
  static func speed(_ value: FieldValue?) -> String? {
    value?["tokensPerSecond"]?.number.map { figure($0) }
  }

  /// `41.2 tok/s, 92 ms to the first token, 812 ms a request, 100 % of 20 answered, profiled 5m ago`
  static func line(_ value: FieldValue?, now: Timestamp) -> String? {
    guard let value, !value.isNull else { return nil }
    let metrics = ModelMetrics(value)
    let profiled = metrics.lastBenchmarked.map { "profiled \((now - $0).age) ago" }
    return ([words(metrics)] + [profiled].compactMap { $0 }).joined(separator: ", ")
  }

  static func words(_ metrics: ModelMetrics) -> String {
    [
      metrics.tokensPerSecond.map { figure($0) + " tok/s" },
      metrics.timeToFirstToken.map { figure($0) + " ms to the first token" },
      metrics.averageLatency.map { figure($0) + " ms a request" },
      metrics.successRate.map { figure($0 * 100) + " % of \(metrics.totalInferences) answered" },
      metrics.memoryUsage.map { figure($0) + " MB" },
    ].compactMap { $0 }.joined(separator: ", ")
  }

  /// `0.52`, `4.1`, `41.2`, `812`: fewer digits the larger it is.
  static func figure(_ value: Double) -> String {
    let scale: Double = value < 10 ? 100 : value < 100 ? 10 : 1
    return FieldValue.rounded((value * scale).rounded() / scale).scalarText ?? "?"
  }
}
