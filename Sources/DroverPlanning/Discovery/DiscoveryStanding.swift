package import DroverCore

/// What discovery knows of one provider, for its status.
package struct DiscoveryStanding: Hashable, Sendable {
  /// Models without a manifest that the provider lists.
  package var models: Int
  /// Those that it has ceased to list.
  package var gone: Int
  /// The discovery that last brought news or was asked for; nil where there was none since the start.
  package var updatedAt: Timestamp?
  /// Why the newest discovery failed.
  package var problem: DiscoveryProblem?

  package init(models: Int, gone: Int, updatedAt: Timestamp? = nil, problem: DiscoveryProblem? = nil) {
    self.models = models
    self.gone = gone
    self.updatedAt = updatedAt
    self.problem = problem
  }

  /// As status shows it. Its time moves with news alone, so that an idle fleet writes nothing: `previous` is what
  /// status showed before.
  func fieldValue(previous: FieldValue?, now: Timestamp) -> FieldValue {
    let before = previous?["updatedAt"]
    let time = updatedAt.map { FieldValue.string($0.description) } ?? before ?? .string(now.description)
    return .object([
      "models": .integer(Int64(models)), "gone": gone > 0 ? .integer(Int64(gone)) : nil, "updatedAt": time,
      "error": problem.map { .string($0.message) },
    ])
  }
}
