package import DroverCore

/// Everything that a plan is made from. Time and the past are values, so the same world gives the same plan, byte for
/// byte.
package struct World: Equatable, Sendable {
  package var desired: DesiredFleet
  /// What was accepted before: the durable last good specs, sorted by identity.
  package var registered: [Registration]
  package var observed: ObservedFleet
  package var attempts: [Identity: Attempts]
  /// What models are used for and who asked for them, by name; models that nobody ever used have none.
  package var demands: [String: ModelDemand]
  /// What the last load of each model took, by name.
  package var loads: [String: LoadRecord]
  package var node: String
  package var now: Timestamp
  /// True after the durable state was rebuilt: nothing is pruned.
  package var isPruningOff: Bool
  /// What was measured of models.
  package var measurements: [Identity: ModelMeasurements]
  /// Profiles that were asked for and not made yet.
  package var profileRequests: [Identity: ProfileRequest]
  /// The zone in which bare dates end.
  package var zone: ZoneRules
  /// What was last told of deprecated models.
  package var notices: [Identity: DeprecationNotice]
  /// What is laid over the manifests in ``desired`` already; sorted.
  package var overrides: [Override]
  package var current: CurrentModel

  package init(
    desired: DesiredFleet, registered: [Registration] = [], observed: ObservedFleet = ObservedFleet(),
    attempts: [Identity: Attempts] = [:], demands: [String: ModelDemand] = [:], loads: [String: LoadRecord] = [:],
    node: String = "local", now: Timestamp, isPruningOff: Bool = false,
    measurements: [Identity: ModelMeasurements] = [:], profileRequests: [Identity: ProfileRequest] = [:],
    zone: ZoneRules = .utc, notices: [Identity: DeprecationNotice] = [:], overrides: [Override] = [],
    current: CurrentModel = CurrentModel()
  ) {
    self.desired = desired
    self.registered = registered
    self.observed = observed
    self.attempts = attempts
    self.demands = demands
    self.loads = loads
    self.node = node
    self.now = now
    self.isPruningOff = isPruningOff
    self.measurements = measurements
    self.profileRequests = profileRequests
    self.zone = zone
    self.notices = notices
    self.overrides = overrides
    self.current = current
  }
}
