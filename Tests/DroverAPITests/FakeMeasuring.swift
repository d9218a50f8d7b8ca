import DroverCore
import Synchronization

/// A fleet of one model whose measurements a test decides.
final class FakeMeasuring: ModelMeasuring {
  struct State: Sendable {
    var error: MeasureError?
    var metrics = ModelMetrics(
      averageLatency: 80.5, timeToFirstToken: 9, tokensPerSecond: 41.25, totalInferences: 4, successRate: 0.75,
      lastBenchmarked: Timestamp(rfc3339: "2026-11-20T09:12:04Z"), memoryUsage: 512)
    var capabilities = [DetectedCapability(.chatCompletion, .metadata), DetectedCapability(.jsonMode, .declared)]
    var asked: [String] = []
  }

  let state = Mutex(State())

  private func note(_ asked: String) throws(MeasureError) {
    let error = state.withLock { state in
      state.asked.append(asked)
      return state.error
    }
    if let error { throw error }
  }

  func capabilities(of model: Identity) async throws(MeasureError) -> [DetectedCapability] {
    try note("capabilities \(model)")
    return state.withLock(\.capabilities)
  }

  func probe(
    _ model: Identity, allowsCost: Bool, actor: String
  ) async throws(MeasureError) -> [DetectedCapability] {
    try note("probe \(model) \(allowsCost)")
    return [DetectedCapability(.vision, .probe)]
  }

  func profile(_ model: Identity, testCount: Int?, actor: String) async throws(MeasureError) -> ProfileRecord {
    try note("profile \(model) \(testCount.map(String.init) ?? "-") \(actor)")
    return ProfileRecord(
      at: Timestamp(milliseconds: 5), cause: .requested, concurrency: 1, generation: 2, fingerprint: "f",
      metrics: state.withLock(\.metrics))
  }

  func profiles(of model: Identity) async throws(MeasureError) -> [ProfileRecord] {
    [try await profile(model, testCount: nil, actor: "")]
  }

  func update(_ metrics: MetricsUpdate, of model: Identity) async throws(MeasureError) -> ModelMetrics {
    try note("update \(model)")
    return state.withLock { state in
      state.metrics = metrics.applied(to: state.metrics)
      return state.metrics
    }
  }
}
