import DroverCore

/// Which models are profiled now: those that somebody asked for, and those that are due by themselves.
enum ProfileRules {
  static func apply(_ registry: RegistryRules, to builder: inout PlanBuilder) {
    let world = builder.world
    guard world.observed.isComplete else { return }
    let fleet = world.desired.fleet?.resource?.spec ?? .emptyMap
    let isTracked = fleet["performanceTracking"]?.bool ?? true
    let isPeriodic = isTracked && fleet[path: ["profile", "interval"]]?.duration != nil
    let maySpend = fleet[path: ["profile", "paidModels"]]?.bool ?? false
    // Made for the first model that is of concern here, which most rounds have none of.
    lazy var gate = ProfileGate(world)
    let (isMeasured, isAsked) = (!world.measurements.isEmpty, !world.profileRequests.isEmpty)
    // Only what serves can be profiled: of thousands of models, few.
    let names = Set(world.observed.instances.lazy.filter(\.isServing).map(\.instance.model)).sorted()
    for identity in names.map({ Identity(.model, $0) }) {
      guard let index = world.desired.index(of: identity), registry.standings[index] == .accepted,
        let resource = world.desired.objects[index].resource
      else { continue }
      let request = isAsked ? world.profileRequests[identity] : nil
      let measured = isMeasured ? world.measurements[identity] : nil
      guard
        request != nil || isPeriodic || measured != nil
          || isTracked && resource.spec["profile"]?["interval"]?.duration != nil,
        let serving = serving(identity, resource, builder),
        gate.obstacle(to: world.desired.objects[index], resource) == nil
      else { continue }
      let settings = ProfileSettings(model: resource, fleet: fleet)
      let generation = world.desired.objects[index].generation
      if let request {
        let count = request.testCount ?? settings.testCount
        builder.add(.measure, step(identity, serving, count, .requested, generation))
      } else if isTracked, maySpend || gate.isFree(resource) {
        let fingerprint = ProfileSettings.fingerprint(of: resource)
        switch ProfileDue.of(settings, measured, fingerprint: fingerprint, now: world.now) {
        case .never: continue
        case .at(let time): builder.wake(at: time)
        case .now(let cause):
          builder.add(.measure, step(identity, serving, settings.periodicTestCount, cause, generation))
        }
      }
    }
  }

  /// The id of the instance that serves the spec in force.
  private static func serving(_ identity: Identity, _ resource: Resource, _ builder: PlanBuilder) -> String? {
    let wish = resource.wish
    return builder.instances[identity.name].first { $0.isServing && $0.instance.serves(resource, wish) }?.instance.id
  }

  private static func step(
    _ identity: Identity, _ instance: String, _ count: Int, _ cause: ProfileCause, _ generation: Int64
  ) -> Step {
    Step(
      identity, .profile(instance: instance, testCount: count, cause: cause), generation: generation,
      reason: .profiling, message: "\(count) request\(count == 1 ? "" : "s"): \(cause.words)")
  }
}

extension ProfileCause {
  /// Why, in a few words for people.
  package var words: String {
    switch self {
    case .requested: "somebody asked for it"
    case .interval: "it is due"
    case .specChanged: "the model changed since the last profile"
    case .degraded: "the model has become less than half as fast as its last profile"
    }
  }
}

extension Step {
  /// Whether it only measures: it changes nothing, so that nothing waits for it and an object is as ready as it was.
  package var isMeasurement: Bool { if case .profile = action { true } else { false } }
}
