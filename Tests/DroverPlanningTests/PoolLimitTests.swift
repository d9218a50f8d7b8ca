import DroverCore
import DroverPlanning
import Testing

/// A limit of a pool that is lowered below what is in use.
@Suite struct PoolLimitTests {
  private let models = [
    Make.model("kept"), Make.model("newer", state: "OnDemand"), Make.model("older", state: "OnDemand"),
  ]

  private func world(limit: Int64, _ models: [Resource]? = nil) -> World {
    let models = models ?? self.models
    return Make.world(
      [Make.object(Make.provider(limit: limit), generation: 2)] + models.map { Make.object($0) },
      instances: models.map { model in
        let name = model.identity.name
        return Make.instance(name, of: model, reserved: name == "kept" ? 6 : 4, at: name == "newer" ? 20 : 10)
      })
  }

  private func provider(_ world: World) throws -> FieldValue {
    let object = try #require(world.desired[Identity(.provider, "local")])
    return StatusReducer.reduce(previous: nil, object: object, plan: Planner.plan(world), world: world)
  }

  @Test func `within the limit nothing is done`() {
    #expect(Planner.plan(world(limit: 14)).isConverged)
  }

  @Test func `the least recently used models go, as many as must`() throws {
    let plan = Planner.plan(world(limit: 13))
    #expect(plan.summary == ["model/older unload older"])
    #expect(plan.steps.map(\.reason) == [.evicted])
    #expect(PlanCheck.violations(plan, world(limit: 13)).isEmpty)
    let status = try provider(world(limit: 13))
    #expect(
      status.condition("Reconciling")
        == "True Progressing: Models hold 14.0GiB of pool host, whose limit is 13.0GiB; model/older (4.0GiB) is being "
        + "unloaded.")
    #expect(Planner.plan(world(limit: 9)).summary == ["model/newer unload newer", "model/older unload older"])
    var going = world(limit: 13)
    going.observed.instances[2].phase = .stopping
    #expect(!Planner.plan(going).steps.contains { $0.reason == .evicted })
  }

  @Test func `what must stay stays, and the provider says so`() throws {
    let world = world(limit: 5, [models[0]])
    let plan = Planner.plan(world)
    #expect(plan.steps.isEmpty)
    #expect(plan.waits.map(\.isTerminal) == [true])
    let message =
      "Models hold 6.0GiB of pool host, whose limit is 5.0GiB: model/kept (6.0GiB) stays loaded; raise "
      + "managed.pools.host.limit, or set desiredState of a model to OnDemand or Unloaded."
    #expect(try provider(world).condition("Ready") == "False InsufficientMemory: " + message)
    #expect(try provider(world).condition("Stalled") == "True InsufficientMemory: " + message)
  }

  @Test func `what was only just loaded goes when it was loaded for long enough`() {
    var world = world(limit: 13)
    world.now = Make.start + .seconds(21)
    let plan = Planner.plan(world)
    #expect(plan.steps.isEmpty)
    #expect(plan.waits.map(\.isTerminal) == [false])
    #expect(plan.wakeAt == Make.start + .seconds(40))
    world.now = Make.start + .seconds(40)
    #expect(Planner.plan(world).summary == ["model/older unload older"])
  }

  @Test func `what is measured and moves by itself evicts nobody`() {
    var world = world(limit: 14)
    world.observed.instances[1].memory = Make.gib(9)
    #expect(Planner.plan(world).isConverged)
  }

  @Test func `diff foretells who goes and what is left over the limit`() throws {
    let base = world(limit: 14)
    var lower = base.desired
    lower.objects[0] = Make.object(Make.provider(limit: 13))
    let change = try #require(DiffReport.make(base: base, proposed: lower, baseTitle: "").changes.first)
    #expect(
      change.effect
        == "takes effect at once; models hold 14.0GiB of pool host, whose limit is 13.0GiB; model/older (4.0GiB) is "
        + "being unloaded")
    lower.objects[0] = Make.object(Make.provider(limit: 5))
    let stuck = try #require(DiffReport.make(base: base, proposed: lower, baseTitle: "").changes.first)
    #expect(stuck.effect.contains("model/kept (6.0GiB) stays loaded; raise managed.pools.host.limit"))
  }
}
