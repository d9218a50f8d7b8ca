package import DroverCore

/// What a controller is started with.
package struct ControllerOptions: Sendable {
  package var policy: HostPolicy
  package var version: String
  /// Settings that flags or the environment decide, for the fleet's status: name, value, source.
  package var settings: [(name: String, value: String, source: String)]

  package init(policy: HostPolicy, version: String, settings: [(name: String, value: String, source: String)] = []) {
    self.policy = policy
    self.version = version
    self.settings = settings
  }
}
