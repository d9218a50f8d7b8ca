import DroverCore
import DroverPlanning
import Testing

@Suite struct RegistryRulesTests {
  private let local = Make.object(Make.provider())

  @Test func `what is new is registered before anything is loaded for it`() {
    let world = Make.world([local, Make.object(Make.model("a"))], registered: [])
    let plan = Planner.plan(world)
    #expect(plan.summary == ["provider/local register 1", "model/a register 1"])
    #expect(plan.waits.isEmpty)
  }

  @Test func `an edited price is accepted live and nothing restarts`() {
    let (old, new) = (Make.model("a"), Make.model("a", price: 3))
    let registered = [local, Make.object(old)].compactMap { object in
      object.resource.map { Registration(generation: 1, firstSeen: Make.start, resource: $0) }
    }
    let instance = Make.instance("i1", of: old)
    let world = Make.world([local, Make.object(new, generation: 2)], instances: [instance], registered: registered)
    let plan = Planner.plan(world)
    #expect(plan.steps.map(\.action) == [.update(.live)])

    let next = Planner.plan(Make.world([local, Make.object(new, generation: 2)], instances: [instance]))
    #expect(next.summary == ["model/a relabel i1 2"])
  }

  @Test func `an edited number of slots is accepted as a reload`() {
    let registered = [local, Make.object(Make.model("a"))].compactMap { object in
      object.resource.map { Registration(generation: 1, firstSeen: Make.start, resource: $0) }
    }
    let world = Make.world([local, Make.object(Make.model("a", slots: 2), generation: 2)], registered: registered)
    #expect(Planner.plan(world).steps.map(\.action) == [.update(.reload)])
  }

  @Test func `a new label is an update and the model is tended in the same round`() {
    let old = Make.model("a")
    var new = old
    new.labels = [Label("tier", "local")]
    let registered = [local, Make.object(old)].compactMap { object in
      object.resource.map { Registration(generation: 1, firstSeen: Make.start, resource: $0) }
    }
    let world = Make.world([local, Make.object(new)], registered: registered)
    #expect(Planner.plan(world).summary == ["model/a update 1", "model/a load 1"])
  }

  @Test func `a rename moves the process and does nothing else`() {
    let old = Make.model("old", modelID: "m")
    var new = old
    new.identity = Identity(.model, "new")
    let gone = Make.object(old, newest: .absent(since: Make.start, scans: 9))
    let object = Make.object(new, renamedFrom: old.identity)
    let registered = [local, gone].compactMap { object in
      object.resource.map { Registration(generation: 1, firstSeen: Make.start, resource: $0) }
    }
    let world = Make.world(
      [local, gone, object], instances: [Make.instance("i1", of: old)],
      registered: registered.sorted { $0.identity < $1.identity })
    let plan = Planner.plan(world)
    #expect(plan.steps.map(\.action) == [.rename(from: old.identity)])
    #expect(plan.steps.map(\.object) == [new.identity])
  }

  @Test func `a model that is gone is unloaded, forgotten, and unregistered, one after the other`() {
    let other = Make.object(Make.model("b"))
    let model = Make.model("a")
    let gone = Make.object(model, newest: .absent(since: Make.start, scans: 2))
    let serving = Make.instance("b1", of: Make.model("b"))
    func plan(_ phase: InstancePhase?) -> [String] {
      let instances = [serving] + (phase.map { [Make.instance("a1", of: model, phase: $0)] } ?? [])
      return Planner.plan(Make.world([local, other, gone], instances: instances)).summary
    }
    #expect(plan(.ready) == ["model/a deprecate -1", "model/a unload a1"])
    #expect(plan(.stopping).isEmpty)
    #expect(plan(.ended(Ending(.stopped, "", at: Make.start))) == ["model/a forget a1"])
    #expect(plan(nil) == ["model/a unregister"])
  }

  @Test func `a provider goes only after its models`() {
    let spare = Make.object(Make.provider("spare"))
    let keep = Make.object(Make.model("keep", provider: "spare"))
    let serving = Make.instance("k1", of: Make.model("keep", provider: "spare"))
    let absent = NewestDocument.absent(since: Make.start, scans: 2)
    let gone = [Make.object(Make.provider(), newest: absent), Make.object(Make.model("a"), newest: absent)]
    let first = Planner.plan(Make.world([spare, keep] + gone, instances: [serving]))
    #expect(first.summary == ["model/a unregister"])
    #expect(first.prune.allowed.map(\.description) == ["provider/local", "model/a"])
    let second = Planner.plan(Make.world([spare, keep, gone[0]], instances: [serving]))
    #expect(second.summary == ["provider/local unregister"])
  }

  @Test func `a set that was confirmed as a whole goes as a whole, once its last process is gone`() throws {
    let absent = NewestDocument.absent(since: Make.start, scans: 2)
    let models = ["a", "b", "c"].map { Make.object(Make.model($0), newest: absent) }
    let spare = Make.object(Make.provider("spare"))
    let provider = Make.object(Make.provider(), newest: absent)
    func plan(_ instances: [ObservedInstance], confirmed: [String]) -> Plan {
      var world = Make.world([spare, provider] + models, instances: instances)
      world.desired.confirmedPrunes = confirmed
      return Planner.plan(world)
    }
    let token = try #require(plan([], confirmed: []).prune.confirmation)
    let running = Make.instance("b1", of: Make.model("b"))
    #expect(plan([running], confirmed: [token]).summary == ["model/b deprecate -1", "model/b unload b1"])
    #expect(
      plan([], confirmed: [token]).summary
        == ["model/c unregister", "model/b unregister", "model/a unregister", "provider/local unregister"])
  }

  @Test func `nothing but the registry is touched before everything was looked at`() {
    var world = Make.world(
      [local, Make.object(Make.model("a")), Make.object(Make.model("b", state: "Unloaded"))],
      instances: [
        Make.instance("b1", of: Make.model("b")),
        Make.instance("a1", of: Make.model("a"), phase: .ended(Ending(.crashed, "", at: Make.start))),
        Make.instance("z1", of: Make.model("z")),
      ])
    world.observed.isComplete = false
    let plan = Planner.plan(world)
    #expect(plan.steps.isEmpty)
    #expect(plan.reasons == ["model/a Progressing"])
  }
}
