/// What is asked of the controller about overrides.
package protocol OverrideControl: Sendable {
  /// Those that hold now, by object and field.
  func overrides() async -> [Override]
  /// Holds a field at a value, durably before this returns. One of the same field is replaced.
  func hold(_ request: OverrideRequest, actor: String) async throws(ControlRefusal) -> Override
  /// Ends an override, so that the manifest is in force again.
  func release(_ key: Override.Key, actor: String) async throws(ControlRefusal)
}

/// An override as somebody asks for it.
package struct OverrideRequest: Equatable, Sendable {
  package enum Value: Equatable, Sendable {
    case value(FieldValue)
    /// The spec of an older generation, for the whole spec.
    case generation(Int64)
  }

  package var object: Identity
  /// `spec.desiredState`, or `spec` for all of it.
  package var field: String
  package var value: Value
  package var reason: String
  package var lifetime: Duration

  package init(
    object: Identity, field: String, value: Value, reason: String, lifetime: Duration = Override.defaultLifetime
  ) {
    self.object = object
    self.field = field
    self.value = value
    self.reason = reason
    self.lifetime = lifetime
  }
}
