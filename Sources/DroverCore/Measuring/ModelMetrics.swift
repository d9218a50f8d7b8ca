/// How a model performs: what its last profile found, and counts over its lifetime.
package struct ModelMetrics: Hashable, Sendable {
  /// Of one whole request, in milliseconds.
  package var averageLatency: Double?
  /// Of a streamed request, in milliseconds.
  package var timeToFirstToken: Double?
  package var tokensPerSecond: Double?
  package var totalInferences: Int64
  /// The share of ``totalInferences`` that succeeded, from 0 to 1; nil without any.
  package var successRate: Double?
  package var lastBenchmarked: Timestamp?
  /// In MB of 1,000,000 bytes; nil where it cannot be measured.
  package var memoryUsage: Double?

  package init(
    averageLatency: Double? = nil, timeToFirstToken: Double? = nil, tokensPerSecond: Double? = nil,
    totalInferences: Int64 = 0, successRate: Double? = nil, lastBenchmarked: Timestamp? = nil,
    memoryUsage: Double? = nil
  ) {
    self.averageLatency = averageLatency
    self.timeToFirstToken = timeToFirstToken
    self.tokensPerSecond = tokensPerSecond
    self.totalInferences = totalInferences
    self.successRate = successRate
    self.lastBenchmarked = lastBenchmarked
    self.memoryUsage = memoryUsage
  }

  /// These after one more profile: what it found takes the place of what was known, and its requests are counted on top
  /// of the earlier ones. What a profile without any success could not find stays.
  package func after(_ run: ModelMetrics) -> ModelMetrics {
    var next = self
    next.averageLatency = run.averageLatency ?? averageLatency
    next.timeToFirstToken = run.timeToFirstToken ?? timeToFirstToken
    next.tokensPerSecond = run.tokensPerSecond ?? tokensPerSecond
    next.lastBenchmarked = run.lastBenchmarked ?? lastBenchmarked
    next.memoryUsage = run.memoryUsage ?? memoryUsage
    let (sum, overflow) = totalInferences.addingReportingOverflow(run.totalInferences)
    next.totalInferences = overflow ? .max : sum
    if run.totalInferences > 0, let rate = run.successRate {
      let (before, now) = (Double(totalInferences), Double(run.totalInferences))
      next.successRate = ((successRate ?? 0) * before + rate * now) / (before + now)
    }
    return next
  }
}

extension ModelMetrics {
  /// How well it did, from 0 to 1: 0.4 · successRate + 0.3 · min(tokensPerSecond / 100, 1) + 0.3 · min(totalInferences /
  /// 1000, 1). Nil for a model that was never measured.
  package var score: Double? {
    guard successRate != nil || tokensPerSecond != nil else { return nil }
    return 0.4 * min(max(successRate ?? 0, 0), 1) + 0.3 * min(max(tokensPerSecond ?? 0, 0) / 100, 1)
      + 0.3 * min(max(Double(totalInferences), 0) / 1000, 1)
  }
}

/// Some of the metrics of a model, told by somebody who measured them; those that are nil stay as they are.
package struct MetricsUpdate: Hashable, Sendable {
  package var averageLatency: Double?
  package var timeToFirstToken: Double?
  package var tokensPerSecond: Double?
  package var totalInferences: Int64?
  package var successRate: Double?
  package var lastBenchmarked: Timestamp?
  package var memoryUsage: Double?

  package init() {}

  /// Names of the fields, as JSON has them.
  package static let names = [
    "averageLatency", "timeToFirstToken", "tokensPerSecond", "totalInferences", "successRate", "lastBenchmarked",
    "memoryUsage",
  ]

  package func applied(to metrics: ModelMetrics) -> ModelMetrics {
    ModelMetrics(
      averageLatency: averageLatency ?? metrics.averageLatency,
      timeToFirstToken: timeToFirstToken ?? metrics.timeToFirstToken,
      tokensPerSecond: tokensPerSecond ?? metrics.tokensPerSecond,
      totalInferences: totalInferences ?? metrics.totalInferences, successRate: successRate ?? metrics.successRate,
      lastBenchmarked: lastBenchmarked ?? metrics.lastBenchmarked, memoryUsage: memoryUsage ?? metrics.memoryUsage)
  }
}
