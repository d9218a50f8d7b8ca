import DroverCore
import DroverPlanning
import Testing

@Suite struct PlacementTests {
  private func objects(_ models: [Resource], limit: Int64? = 16, fleet: FieldValue? = nil) -> [DesiredObject] {
    (fleet.map { [Make.object(Make.resource(Identity(.fleet, "fleet"), $0))] } ?? [])
      + [Make.object(Make.provider(limit: limit))] + models.map { Make.object($0) }
  }

  @Test func `loads go by name as far as the pool reaches`() {
    let models = ["e", "b", "d", "a", "c"].map { Make.model($0) }
    let plan = Planner.plan(Make.world(objects(models, limit: 11), need: 5))
    #expect(plan.summary == ["model/a load 1", "model/b load 1"])
    #expect(plan.reasons == ["c", "d", "e"].map { "model/\($0) InsufficientMemory" })
    #expect(plan.waits.first?.message == "needs 5.0GiB on host; 1.0GiB of 11.0GiB can be had now")
  }

  @Test func `an edited model goes before a new one, and one that failed goes last`() {
    var world = Make.world(
      [Make.object(Make.provider(limit: 11))]
        + [Make.object(Make.model("a")), Make.object(Make.model("b")), Make.object(Make.model("z"), generation: 4)],
      need: 5)
    let failed = Make.model("a")
    world.attempts[failed.identity] = Attempts(
      specHash: failed.specHash, failures: 1, lastFailure: Make.start, nextAttempt: Make.start, reason: .crashed,
      message: "")
    #expect(Planner.plan(world).summary == ["model/z load 4", "model/b load 1"])
  }

  @Test func `four child processes load at once and no more`() {
    let models = (1...6).map { Make.model("m\($0)") }
    let plan = Planner.plan(Make.world(objects(models, limit: 100)))
    #expect(plan.steps.count == 4)
    #expect(plan.reasons == ["model/m5 Progressing", "model/m6 Progressing"])
    let busy = models.prefix(3).map { Make.instance("i-\($0.identity.name)", of: $0, phase: .starting) }
    #expect(Planner.plan(Make.world(objects(models, limit: 100), instances: busy)).summary == ["model/m4 load 1"])
  }

  @Test func `memory that is being freed counts as used until it is free`() {
    let (a, b) = (Make.model("a"), Make.model("b", state: "Unloaded"))
    let leaving = Make.instance("b1", of: b, phase: .stopping, reserved: 14)
    let plan = Planner.plan(Make.world(objects([a, b]), instances: [leaving]))
    #expect(plan.steps.isEmpty)
    #expect(plan.reasons == ["model/a InsufficientMemory", "model/b Draining"])
  }

  @Test func `measured memory counts where it is above what was reserved`() {
    let (a, b) = (Make.model("a"), Make.model("b"))
    var grown = Make.instance("b1", of: b, reserved: 4)
    let fits = Planner.plan(Make.world(objects([a, b], limit: 9), instances: [grown]))
    #expect(fits.summary == ["model/a load 1"])
    grown.memory = Make.gib(6)
    let full = Planner.plan(Make.world(objects([a, b], limit: 9), instances: [grown]))
    #expect(full.reasons == ["model/a InsufficientMemory"])
  }

  @Test func `without a limit what was measured as free is the bound, less what still loads`() {
    let models = ["a", "b", "c"].map { Make.model($0) }
    var world = Make.world(
      objects(models, limit: nil), instances: [Make.instance("a1", of: models[0], phase: .starting)])
    world.observed.pools = [PoolObservation(pool: "host", free: Make.gib(9))]
    #expect(Planner.plan(world).summary == ["model/b load 1"])
    #expect(Planner.plan(world).waits.last?.message == "needs 4.0GiB on host; 1.0GiB can be had now")
    world.observed.pools = []
    #expect(Planner.plan(world).steps.count == 2)
  }

  @Test func `two providers of one pool share what is free`() {
    var world = Make.world(
      [
        Make.object(Make.provider("one", limit: 8)), Make.object(Make.provider("two", limit: 8)),
        Make.object(Make.model("a", provider: "one")), Make.object(Make.model("b", provider: "two")),
      ], need: 5)
    world.observed.pools = [PoolObservation(pool: "host", free: Make.gib(8))]
    #expect(Planner.plan(world).summary == ["model/a load 1"])
  }

  @Test func `declared memory wins over what the file says`() {
    var model = Make.model("a")
    model.spec.set(
      "llamaCpp", .object(["requiredMemory": .object(["host": .bytes(Make.gib(7))])]))
    let plan = Planner.plan(Make.world(objects([model])))
    #expect(plan.steps.map(\.action) == [.load(reserve: [PoolAmount("host", Make.gib(7))])])
  }

  @Test func `the longest loaded OnDemand model makes room, and no more of them than needed`() {
    let models = [Make.model("a")] + ["p", "q", "r"].map { Make.model($0, state: "OnDemand") }
    let instances = [("p", 3), ("q", 1), ("r", 2)].map { name, age in
      Make.instance("\(name)1", of: Make.model(name, state: "OnDemand"), at: Int64(age))
    }
    let plan = Planner.plan(Make.world(objects(models, limit: 13), instances: instances))
    #expect(plan.summary == ["model/q unload q1"])
    #expect(plan.steps.map(\.reason) == [.evicted])
    #expect(plan.reasons == ["model/a InsufficientMemory"])
  }

  @Test func `nothing is evicted that is loading, pinned, suspended or of no help`() {
    var pinned = Make.model("p", state: "OnDemand")
    pinned.spec.set("pinned", .bool(true))
    let loading = Make.model("q", state: "OnDemand")
    let suspended = Make.model("r", state: "OnDemand", annotations: [Label(Annotation.suspend, "true")])
    let instances = [
      Make.instance("p1", of: pinned), Make.instance("q1", of: loading, phase: .starting),
      Make.instance("r1", of: suspended),
    ]
    let plan = Planner.plan(
      Make.world(objects([Make.model("a"), pinned, loading, suspended], limit: 13), instances: instances))
    #expect(plan.steps.isEmpty)
  }

  @Test func `maxLoadedModels holds, and is given up on only when all must stay`() throws {
    let fleet = FieldValue.object(["loading": .object(["maxLoadedModels": .integer(1)])])
    let (a, b) = (Make.model("a"), Make.model("b"))
    let full = Planner.plan(
      Make.world(objects([a, b], limit: 100, fleet: fleet), instances: [Make.instance("a1", of: a)]))
    let wait = try #require(full.waits.first)
    #expect(wait.reason == .capacityExceeded && wait.isTerminal)

    let idle = Make.model("a", state: "OnDemand")
    let room = Planner.plan(
      Make.world(objects([idle, b], limit: 100, fleet: fleet), instances: [Make.instance("a1", of: idle)]))
    #expect(room.summary == ["model/a unload a1"])
    #expect(room.waits.map(\.isTerminal) == [false])
  }

  @Test func `the same world gives the same plan`() {
    let models = (0..<40).map { Make.model("m\($0)", state: $0 % 3 == 0 ? "OnDemand" : "Loaded") }
    let world = Make.world(objects(models))
    let plans = (0..<5).map { _ in Planner.plan(world) }
    #expect(plans.allSatisfy { $0 == plans[0] })
  }
}
