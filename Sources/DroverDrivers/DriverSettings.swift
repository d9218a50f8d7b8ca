package import DroverCore

/// What drivers are told of this host.
package struct DriverSettings: Sendable {
  package var policy: HostPolicy
  /// The lasting random name of the state folder: child processes carry it, so that strays are recognised.
  package var stateID: String
  /// Where child processes write their logs; created with mode 0700.
  package var logDirectory: String
  /// The file with the key of the engines, `STATE/engine.key`; created with mode 0600.
  package var engineKeyPath: String
  /// The environment of droverd: secrets are read from it, and children inherit an allow-list of it.
  package var environment: [String: String]

  package init(
    policy: HostPolicy, stateID: String, logDirectory: String, engineKeyPath: String, environment: [String: String]
  ) {
    self.policy = policy
    self.stateID = stateID
    self.logDirectory = logDirectory
    self.engineKeyPath = engineKeyPath
    self.environment = environment
  }
}
