import DroverCore

/// Makes the one plan of the whole fleet. A pure function: the same world gives the same plan, and a plan that was
/// carried out is followed by none, or by waits.
package enum Planner {
  package static func plan(_ world: World) -> Plan {
    var builder = PlanBuilder(world)
    let registry = RegistryRules(world, allowed: builder.verdict.allowed)
    registry.apply(to: &builder)
    CurrentRules.begin(&builder)
    for override in world.overrides { builder.wake(at: override.expiresAt) }
    ModelRules.apply(registry, to: &builder)
    PoolRules.apply(to: &builder)
    Placement.apply(to: &builder)
    CurrentRules.finish(&builder)
    ProfileRules.apply(registry, to: &builder)
    return builder.finished()
  }
}
