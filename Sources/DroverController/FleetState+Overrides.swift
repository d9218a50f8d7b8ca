import DroverCore
import DroverManifests

/// What became of a switch that somebody asked for.
struct SwitchOutcome: Equatable, Sendable {
  var id: String
  /// Why it was given up; nil where it was done.
  var failure: String?

  /// How many are remembered: whoever waits for one looks at every round.
  static let limit = 64
}

extension FleetState {
  /// What is desired with the overrides laid over it: what is planned, run and shown.
  var effective: DesiredFleet { desired.overridden(by: overrides) }

  /// The registrations with the overrides laid over them, so that planning compares like with like.
  var effectiveRegistrations: [Registration] {
    guard !overrides.isEmpty else { return registered }
    let held = Set(overrides.map(\.object))
    return registered.map { registration in
      guard held.contains(registration.identity) else { return registration }
      var registration = registration
      registration.resource = registration.resource.overridden(by: overrides, in: desired)
      return registration
    }
  }

  /// The spec in force of the Fleet, overrides included; empty without a Fleet.
  var fleetSettings: FieldValue { desired.fleet.flatMap { resource(of: $0.identity) }?.spec ?? .emptyMap }

  /// The spec in force of an object, overrides included.
  func resource(of identity: Identity) -> Resource? {
    guard let resource = desired[identity]?.resource, overrides.contains(where: { $0.object == identity }) else {
      return desired[identity]?.resource
    }
    return resource.overridden(by: overrides, in: desired)
  }
}
