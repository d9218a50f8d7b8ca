/// What the control API asks of the running controller about how fast models are and what they can do.
package protocol ModelMeasuring: Sendable {
  /// What the model can do, by what is known now.
  func capabilities(of model: Identity) async throws(MeasureError) -> [DetectedCapability]
  /// Tries what the model can do, by a few small requests. `allowsCost` lets it where requests cost money. What was
  /// found is durable when this returns.
  func probe(_ model: Identity, allowsCost: Bool, actor: String) async throws(MeasureError) -> [DetectedCapability]
  /// Profiles a loaded model and returns when that is done and durable. `testCount` nil: as its Model says.
  func profile(_ model: Identity, testCount: Int?, actor: String) async throws(MeasureError) -> ProfileRecord
  /// The profiles that were kept, newest first.
  func profiles(of model: Identity) async throws(MeasureError) -> [ProfileRecord]
  /// Takes over what somebody else has measured; durable when this returns.
  func update(_ metrics: MetricsUpdate, of model: Identity) async throws(MeasureError) -> ModelMetrics
}

/// Why nothing was measured.
package enum MeasureError: Error, Hashable, Sendable {
  case unknownModel
  /// Not as things are: it is not loaded, a budget covers it, it is being profiled, tracking is off.
  case refused(String)
  /// The model or its server failed.
  case failed(DriverError)
  /// Whoever asked has gone, or droverd ends.
  case cancelled

  package var message: String {
    switch self {
    case .unknownModel: "there is no such model"
    case .refused(let text): text
    case .failed(let error): error.message
    case .cancelled: "droverd is ending"
    }
  }
}
