/// Which model serves requests that name none, and the switch to another one that is under way. An immutable value: who
/// reads it sees one decision, whole.
package struct CurrentModel: Equatable, Sendable {
  /// A Model or a Route; nil: none.
  package var target: Identity?
  /// When it became the current one; nil before the first.
  package var since: Timestamp?
  /// Why it is the current one; nil before the first.
  package var reason: SwitchReason?
  /// Whether it is kept loaded for being the current one.
  package var isKept: Bool
  /// A switch whose model is not loaded yet.
  package var pending: PendingSwitch?

  package init(
    target: Identity? = nil, since: Timestamp? = nil, reason: SwitchReason? = nil, isKept: Bool = false,
    pending: PendingSwitch? = nil
  ) {
    self.target = target
    self.since = since
    self.reason = reason
    self.isKept = isKept
    self.pending = pending
  }
}

/// Why a model became the current one.
package enum SwitchReason: String, CaseIterable, Sendable, Codable {
  /// Somebody asked for it.
  case userPreference = "user_preference"
  case autoSwitch = "auto_switch"
  case budgetExhausted = "budget_exhausted"
  /// The Fleet's default, where there was none.
  case `default`
  /// The Fleet's `currentModel` says so.
  case enforced
  /// The model was unloaded, and there is none now.
  case unloaded
}

/// A switch that somebody asked for, until its model is loaded or cannot be.
package struct PendingSwitch: Equatable, Sendable {
  /// Tells requests apart.
  package var id: String
  package var target: Identity
  package var reason: SwitchReason
  package var actor: String
  package var requestedAt: Timestamp

  package init(id: String, target: Identity, reason: SwitchReason, actor: String, requestedAt: Timestamp) {
    self.id = id
    self.target = target
    self.reason = reason
    self.actor = actor
    self.requestedAt = requestedAt
  }
}

extension CurrentModel {
  /// What is durable: all of it but a switch that is under way, which ends with the process that was asked for it.
  package var stored: FieldValue {
    .object([
      "target": target.map { .string($0.description) }, "since": since.map { .integer($0.milliseconds) },
      "reason": reason.map { .string($0.rawValue) }, "isKept": .bool(isKept),
    ])
  }

  package init(stored: FieldValue) {
    self.init(
      target: stored["target"]?.string.flatMap(Identity.init(argument:)),
      since: stored["since"]?.integer.map(Timestamp.init(milliseconds:)),
      reason: stored["reason"]?.string.flatMap(SwitchReason.init), isKept: stored["isKept"]?.bool ?? false)
  }
}
