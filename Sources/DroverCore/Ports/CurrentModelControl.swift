/// What is asked of the controller about the current model.
package protocol CurrentModelControl: Sendable {
  /// The newest decision.
  func currentModel() async -> CurrentModel
  /// Loads what `request` names, if need be, and makes it the current one; returns when that is done and
  /// durable. A failed load leaves the present one.
  func switchModel(_ request: SwitchRequest, actor: String) async throws(ControlRefusal) -> Identity
}

/// A switch as somebody asks for it.
package struct SwitchRequest: Equatable, Sendable {
  /// Name of a Model or of a Route.
  package var target: String
  package var reason: SwitchReason
  /// Whether to hold it against a Fleet that enforces another one.
  package var isOverride: Bool

  package init(target: String, reason: SwitchReason = .userPreference, isOverride: Bool = false) {
    self.target = target
    self.reason = reason
    self.isOverride = isOverride
  }
}
