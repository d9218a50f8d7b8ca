package import DroverCore

/// Finds out whether the current model is to be left, and for which other one. What makes a switch is as for one that
/// somebody asks for.
package enum AutoSwitchRules {
  /// After a switch of its own, whatever became of it, this long none is begun.
  package static let cooldown = Duration.seconds(600)

  /// A switch that is due.
  package struct Decision: Equatable, Sendable {
    package var target: Identity
    /// `model/a served 12 of 40 requests within 5m, under 70 %`.
    package var why: String
  }

  /// Nil: the current model stays. `last` is when the last switch of this kind was begun.
  package static func decide(
    _ world: World, _ rates: SuccessWindow, last: Timestamp?, prices: PriceCatalogue
  ) -> Decision? {
    let fleet = world.desired.fleetSpec
    guard let percent = fleet.autoSwitchPercent, fleet.currentModel == nil, world.current.pending == nil,
      let current = world.current.target, current.kind == .model,
      last.map({ world.now < $0 || world.now - $0 >= cooldown }) ?? true,
      let rate = rates.rate(of: current.name, since: world.current.since, at: world.now)
    else { return nil }
    guard AutoSwitch.isDue(rate, minSuccessPercent: percent) else { return nil }
    let context = StatusContext(plan: Plan(), world: world, prices: prices)
    guard
      let target = AutoSwitch.decision(
        current: current, rate: rate, minSuccessPercent: percent,
        candidates: candidates(instead: current, rates, context))
    else { return nil }
    return Decision(
      target: target,
      why:
        "\(current) served \(rate.successes) of \(rate.requests) requests within \(SuccessWindow.length.manifestText), "
        + "under \(percent) %")
  }

  /// Models that serve now, are to stay, can do what the current one can, and do not cost money where that costs none.
  private static func candidates(
    instead current: Identity, _ rates: SuccessWindow, _ context: StatusContext
  ) -> [AutoSwitch.Candidate] {
    let world = context.world
    let gate = ProfileGate(world)
    let needed = capabilities(of: current, context)
    let serving = Set(world.observed.instances.filter(\.isServing).map(\.instance.model))
    let mustBeFree = gate.isFree(current)
    return serving.compactMap { name in
      let identity = Identity(.model, name)
      guard let object = world.desired[identity], let resource = object.resource, object.newest == .accepted,
        !object.isSuspended, resource.wish.desiredState != .unloaded, resource.wish.deprecation?.isNull ?? true,
        world.notices[identity] == nil, !mustBeFree || gate.isFree(identity),
        needed.isSubset(of: capabilities(of: identity, context))
      else { return nil }
      return AutoSwitch.Candidate(
        model: identity, rate: rates.rate(of: name, since: nil, at: world.now),
        score: world.measurements[identity]?.metrics.score ?? 0)
    }
  }

  private static func capabilities(of model: Identity, _ context: StatusContext) -> Set<Capability> {
    guard let object = context.world.desired[model] else { return [] }
    return Set((StatusReducer.capabilities(previous: nil, object: object, context: context) ?? []).map(\.name))
  }
}
