import DroverCore
import DroverPlanning
import Testing

/// Reloads: a new spec beside or instead of an old one.
@Suite struct TransitionTests {
  private func world(
    _ transition: String = "Auto", limit: Int64 = 16, old phase: InstancePhase = .ready,
    new: ObservedInstance? = nil, need: Int64 = 4
  ) -> World {
    let before = Make.model("a", slots: 1, transition: transition)
    let after = Make.model("a", slots: 2, transition: transition)
    return Make.world(
      [Make.object(Make.provider(limit: limit)), Make.object(after, generation: 2)],
      instances: [Make.instance("old", of: before, phase: phase)] + (new.map { [$0] } ?? []), need: need)
  }

  private func next(_ phase: InstancePhase, loaded: Bool = true) -> ObservedInstance {
    Make.instance("new", of: Make.model("a", slots: 2), generation: 2, phase: phase, loaded: loaded)
  }

  @Test func `both fit: the new one is loaded beside the old one, which then goes`() {
    #expect(Planner.plan(world()).summary == ["model/a load 2"])
    #expect(Planner.plan(world(new: next(.starting))).reasons == ["model/a Loading"])
    #expect(Planner.plan(world(new: next(.starting))).steps.isEmpty)
    #expect(Planner.plan(world(new: next(.ready, loaded: false))).summary == ["model/a warm-up new"])
    let done = Planner.plan(world(new: next(.ready)))
    #expect(done.steps.map(\.action) == [.unload(instance: "old", drain: .seconds(30))])
  }

  @Test func `both do not fit: Auto drains the old one first`() {
    let plan = Planner.plan(world(limit: 6))
    #expect(plan.steps.map(\.action) == [.unload(instance: "old", drain: .seconds(30))])
    #expect(Planner.plan(world(limit: 6, old: .stopping)).steps.isEmpty)
    let gone = InstancePhase.ended(Ending(.stopped, "", at: Make.start))
    #expect(Planner.plan(world(limit: 6, old: gone)).summary == ["model/a forget old", "model/a load 2"])
  }

  @Test func `Drain drains first even where both fit`() {
    #expect(Planner.plan(world("Drain")).summary == ["model/a unload old"])
    #expect(Planner.plan(world("Drain", old: .stopping)).steps.isEmpty)
  }

  @Test func `Surge never interrupts: where both can never fit it is given up`() throws {
    let plan = Planner.plan(world("Surge", limit: 6))
    #expect(plan.steps.isEmpty)
    let wait = try #require(plan.waits.first)
    #expect(wait.reason == .insufficientMemory && wait.isTerminal)
    #expect(wait.message.contains("set transition to Auto or Drain"))
  }

  @Test func `what can never fit leaves the old one serving`() throws {
    let plan = Planner.plan(world(limit: 16, need: 24))
    #expect(plan.steps.isEmpty)
    let wait = try #require(plan.waits.first)
    #expect(wait.isTerminal)
    #expect(wait.message.hasPrefix("needs 24.0GiB on host; the pool has 16.0GiB"))
  }

  @Test func `a newer spec cancels a load of an older one`() {
    let plan = Planner.plan(world(old: .starting))
    #expect(plan.summary == ["model/a unload old", "model/a load 2"])
    #expect(plan.steps[0].action == .unload(instance: "old", drain: .zero))
  }

  @Test func `going back to the old spec keeps its process and cancels the other`() {
    let before = Make.model("a", slots: 1)
    let world = Make.world(
      [Make.object(Make.provider()), Make.object(before, generation: 3)],
      instances: [Make.instance("old", of: before), next(.starting)])
    #expect(Planner.plan(world).summary == ["model/a unload new", "model/a relabel old 3"])
  }

  @Test func `a move between providers loads there before it unloads here`() {
    let here = Make.model("a", provider: "local")
    let there = Make.model("a", provider: "second")
    let objects = [
      Make.object(Make.provider()), Make.object(Make.provider("second", limit: 8)), Make.object(there, generation: 2),
    ]
    let old = Make.instance("old", of: here)
    #expect(Planner.plan(Make.world(objects, instances: [old])).summary == ["model/a load 2"])
    let new = Make.instance("new", of: there, generation: 2)
    #expect(Planner.plan(Make.world(objects, instances: [new, old])).summary == ["model/a unload old"])
  }

  @Test(arguments: ["local", "second"])
  func `Drain is heeded where the edit replaces the model or moves it`(provider: String) {
    let here = Make.model("a", provider: "local", transition: "Drain", modelID: "old")
    let there = Make.model("a", provider: provider, transition: "Drain", modelID: "new")
    func plan(_ phase: InstancePhase) -> Plan {
      Planner.plan(
        Make.world(
          [
            Make.object(Make.provider()), Make.object(Make.provider("second")), Make.object(there, generation: 2),
          ], instances: [Make.instance("old", of: here, phase: phase)]))
    }
    #expect(plan(.ready).steps.map(\.action) == [.unload(instance: "old", drain: .seconds(30))])
    #expect(plan(.ready).steps.first?.message.hasSuffix("is loaded: transition is Drain") == true)
    #expect(plan(.stopping).steps.isEmpty)
    #expect(plan(.ended(Ending(.stopped, "", at: Make.start))).summary == ["model/a forget old", "model/a load 2"])
  }

  @Test func `Drain is heeded at a server of somebody else as well`() {
    let provider = Make.object(Make.provider("remote", limit: nil, type: "custom"))
    let before = Make.model("a", provider: "remote", transition: "Drain", modelID: "old")
    let after = Make.model("a", provider: "remote", transition: "Drain", modelID: "new")
    func plan(_ phase: InstancePhase) -> Plan {
      var old = Make.instance("old", of: before, phase: phase)
      old.instance.isManaged = false
      old.instance.reserved = []
      return Planner.plan(Make.world([provider, Make.object(after, generation: 2)], instances: [old]))
    }
    #expect(plan(.ready).summary == ["model/a unload old"])
    #expect(plan(.stopping).steps.isEmpty)
    #expect(plan(.ended(Ending(.stopped, "", at: Make.start))).summary == ["model/a forget old", "model/a load 2"])
  }

  @Test func `an OnDemand model that runs is reloaded when its spec changes`() {
    let before = Make.model("a", state: "OnDemand", slots: 1)
    let after = Make.model("a", state: "OnDemand", slots: 2)
    let world = Make.world(
      [Make.object(Make.provider()), Make.object(after, generation: 2)], instances: [Make.instance("old", of: before)])
    #expect(Planner.plan(world).summary == ["model/a load 2"])
  }
}
