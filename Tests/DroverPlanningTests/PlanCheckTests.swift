import DroverCore
import DroverPlanning
import Testing

/// The checker that the simulation trusts must itself find what is wrong.
@Suite struct PlanCheckTests {
  private let model = Make.model("a")

  private func violations(_ action: Step.Action, _ reason: Reason = .specChanged, in world: World) -> [String] {
    let step = Step(model.identity, action, generation: 1, reason: reason, message: "")
    return PlanCheck.violations(Plan(steps: [step]), world)
  }

  private func world(_ instances: [ObservedInstance] = [], resource: Resource? = nil) -> World {
    Make.world([Make.object(Make.provider()), Make.object(resource ?? model)], instances: instances)
  }

  @Test func `a second process of one spec`() {
    let found = violations(.load(reserve: []), in: world([Make.instance("i", of: model)]))
    #expect(found == ["model/a load 1: instance i is that process already"])
  }

  @Test func `an unload of what is as its manifest wants it`() {
    let found = violations(.unload(instance: "i", drain: .zero), in: world([Make.instance("i", of: model)]))
    #expect(found == ["model/a unload i: unloads a model that is as its manifest wants it"])
  }

  @Test func `an unload of a model whose manifest cannot be read`() {
    var world = world([Make.instance("i", of: model)])
    world.desired.objects[1].resource = nil
    #expect(
      violations(.unload(instance: "i", drain: .zero), in: world)
        == ["model/a unload i: unloads a model whose manifest cannot be read"])
  }

  @Test func `memory beyond the limit`() {
    let found = violations(.load(reserve: [PoolAmount("host", Make.gib(17))]), in: world())
    #expect(found == ["provider/local: pool host is given out beyond its limit"])
  }

  @Test func `a load of a spec that was not accepted`() {
    var world = world()
    world.registered = []
    #expect(violations(.load(reserve: []), in: world) == ["model/a load 1: loads a spec that was not accepted"])
  }

  @Test func `an unregistration that the guard did not allow`() {
    #expect(violations(.unregister, in: world()) == ["model/a unregister: the prune guard does not allow it"])
  }

  @Test func `a step on a suspended object, and one too early`() {
    let suspended = Make.model("a", annotations: [Label(Annotation.suspend, "true")])
    var world = world(resource: suspended)
    world.observed.isComplete = false
    #expect(violations(.load(reserve: []), in: world).count == 2)
  }

  @Test func `an instance forgotten while it runs`() {
    #expect(violations(.forget(instance: "i"), in: world([Make.instance("i", of: model)])).count == 1)
  }
}
