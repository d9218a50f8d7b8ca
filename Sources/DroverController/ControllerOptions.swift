package import DroverCore

/// What a controller is started with.
package struct ControllerOptions: Sendable {
  package var policy: HostPolicy
  package var version: String
  /// Settings that flags or the environment decide, for the fleet's status: name, value, source.
  package var settings: [(name: String, value: String, source: String)]

  /// The offsets of a time zone by its name; nil where this host does not know it.
  package var zones: @Sendable (String) -> ZoneRules?

  /// Whether a gateway runs beside it.
  package var hasGateway: Bool
  /// What limits and budgets have counted.
  package var enforcement: any EnforcementSource

  package init(
    policy: HostPolicy, version: String, settings: [(name: String, value: String, source: String)] = [],
    zones: @escaping @Sendable (String) -> ZoneRules? = { _ in nil }, hasGateway: Bool = false,
    enforcement: any EnforcementSource = NoEnforcement()
  ) {
    self.hasGateway = hasGateway
    self.policy = policy
    self.version = version
    self.settings = settings
    self.zones = zones
    self.enforcement = enforcement
  }
}
