import DroverCore
import DroverPlanning
import Testing

/// Sets of models, and groups of which one set is loaded at a time.
@Suite struct ModelSetTests {
  private func set(
    _ name: String, _ models: [String], active: String = "Always", group: String? = nil, window: (String, String)? = nil
  ) -> DesiredObject {
    Make.object(
      Make.resource(
        Identity(.modelSet, name),
        .object([
          "match": .object(["names": .strings(models)]), "active": .string(active),
          "exclusiveGroup": group.map { .string($0) },
          "schedule": window.map { .object(["from": .string($0.0), "to": .string($0.1)]) },
        ])))
  }

  private func loose(_ name: String, labels: [Label] = []) -> Resource {
    Make.model(name, state: "OnDemand", labels: labels)
  }

  private func world(
    _ sets: [DesiredObject], _ models: [Resource], loaded: [String] = [], limit: Int64 = 100, need: Int64 = 4
  ) -> World {
    Make.world(
      [Make.object(Make.provider(limit: limit))] + models.map { Make.object($0) } + sets,
      instances: models.filter { loaded.contains($0.identity.name) }.map {
        Make.instance("\($0.identity.name)1", of: $0, reserved: need)
      }, need: need)
  }

  private func asks(_ at: Timestamp) -> ModelDemand {
    ModelDemand(request: LoadRequest(wantsLoaded: true, at: at, actor: "test"))
  }

  private func status(_ world: World, _ name: String) throws -> FieldValue {
    let object = try #require(world.desired[Identity(.modelSet, name)])
    return StatusReducer.reduce(previous: nil, object: object, plan: Planner.plan(world), world: world)
  }

  // MARK: Active sets

  @Test func `the OnDemand models of an active set are loaded, and what a manifest says of a model wins`() throws {
    let models = [loose("a"), loose("b"), Make.model("c", state: "Unloaded"), loose("d")]
    var world = world([set("s", ["a", "b", "c"])], models)
    let plan = Planner.plan(world)
    #expect(plan.summary == ["model/a load 1", "model/b load 1"])
    #expect(try status(world, "s").condition("Ready")?.hasPrefix("Unknown Progressing") == true)
    world.observed.instances = ["a", "b"].map { Make.instance("\($0)1", of: loose($0)) }
    #expect(Planner.plan(world).steps.isEmpty)
    let done = try status(world, "s")
    #expect(done.condition("Ready") == "True Active: 2 of 2 models are loaded.")
    #expect(done["active"] == .bool(true))
    #expect(done["loaded"]?.stringList == ["a", "b"])
  }

  @Test func `labels choose models, and names beside them narrow the choice`() {
    let gold = [Label("tier", "gold")]
    let models = [loose("a", labels: gold), loose("b", labels: gold), loose("c")]
    func matching(_ match: FieldValue) -> [String] {
      let set = Make.object(Make.resource(Identity(.modelSet, "s"), .object(["match": match])))
      return Planner.plan(world([set], models)).steps.map(\.object.name)
    }
    let labels = FieldValue.object(["tier": .string("gold")])
    #expect(matching(.object(["matchLabels": labels])) == ["a", "b"])
    #expect(matching(.object(["matchLabels": labels, "names": .strings(["b", "c"])])) == ["b"])
    #expect(matching(.object(["matchLabels": labels, "names": .strings([])])) == [])
    #expect(matching(.object(["names": .strings(["c"]), "matchLabels": .emptyMap])) == ["c"])
  }

  @Test func `what an active set wants is neither evicted nor idle, and counts as enforced`() {
    var world = world([set("s", ["a"])], [loose("a"), loose("b")], loaded: ["a"])
    let loading = FieldValue.object([
      "maxLoadedModels": .integer(1), "idleUnloadAfter": .duration(.seconds(1)),
    ])
    world.desired.objects.insert(
      Make.object(Make.resource(Identity(.fleet, "fleet"), .object(["loading": loading]))), at: 0)
    world.demands["b"] = asks(world.now)
    let plan = Planner.plan(world)
    #expect(!plan.steps.contains { if case .unload = $0.action { true } else { false } })
    #expect(plan.waits.filter { $0.object.name == "b" }.map(\.isTerminal) == [true])
  }

  @Test func `a set is loaded in its window, and what nobody needed since is unloaded when it is over`() throws {
    // Make.start is 2027-01-15T08:00:00Z.
    let night = set("night", ["a"], active: "Schedule", window: ("22:00", "06:00"))
    var world = world([night], [loose("a")])
    #expect(Planner.plan(world).isConverged)
    #expect(Planner.plan(world).wakeAt == Timestamp(rfc3339: "2027-01-15T22:00:00Z"))
    #expect(try status(world, "night").condition("Ready") == "True Inactive: Active from 2027-01-15T22:00:00Z.")
    world.now = try #require(Timestamp(rfc3339: "2027-01-16T05:59:59Z"))
    #expect(Planner.plan(world).summary == ["model/a load 1"])
    #expect(Planner.plan(world).wakeAt == Timestamp(rfc3339: "2027-01-16T06:00:00Z"))
    var running = Make.instance("a1", of: loose("a"))
    running.instance.loadedAt = world.now
    world.observed.instances = [running]
    #expect(Planner.plan(world).steps.isEmpty)
    world.now = try #require(Timestamp(rfc3339: "2027-01-16T06:00:00Z"))
    let plan = Planner.plan(world)
    #expect(plan.summary == ["model/a unload a1"])
    #expect(PlanCheck.violations(plan, world) == [])
    world.demands["a"] = ModelDemand(lastUsed: world.now + .milliseconds(1))
    #expect(Planner.plan(world).isConverged)
    world.demands["a"] = ModelDemand(inFlight: 1)
    #expect(Planner.plan(world).isConverged)
  }

  @Test func `a window may begin and end on one day`() throws {
    let day = set("day", ["a"], active: "Schedule", window: ("08:00", "18:00"))
    var world = world([day], [loose("a")])
    #expect(Planner.plan(world).summary == ["model/a load 1"])
    world.now = try #require(Timestamp(rfc3339: "2027-01-15T18:00:00Z"))
    #expect(Planner.plan(world).isConverged)
  }

  // MARK: Exclusive groups

  @Test func `of one group one set is active, a scheduled one before one that always is`() throws {
    let sets = [
      set("day", ["a"], group: "gpu"),
      set("night", ["b"], active: "Schedule", group: "gpu", window: ("07:00", "09:00")),
      set("other", ["c"], group: "gpu"),
    ]
    let world = world(sets, [loose("a"), loose("b"), loose("c")], loaded: ["a"])
    let plan = Planner.plan(world)
    #expect(plan.summary == ["model/a unload a1"])
    #expect(plan.reasons == ["model/b CapacityExceeded"])
    #expect(PlanCheck.violations(plan, world) == [])
    #expect(
      try status(world, "day").condition("Ready")
        == "True Inactive: modelset/night of exclusive group gpu is active.")
    var without = world
    without.desired.objects.removeAll { $0.identity.name == "night" }
    #expect(try status(without, "other").condition("Stalled")?.hasPrefix("True CapacityExceeded: modelset/day") == true)
  }

  @Test func `a request for a model that an active set excludes is refused`() {
    let sets = [set("day", ["a"], group: "gpu"), set("night", ["b"], active: "Never", group: "gpu")]
    var world = world(sets, [loose("a"), loose("b")], loaded: ["a"])
    world.demands["b"] = asks(world.now)
    let plan = Planner.plan(world)
    #expect(plan.steps.isEmpty)
    #expect(plan.waits.map(\.isTerminal) == [true])
    guard case .failed(.capacityExceeded, _)? = DemandRules.settled(world, plan).first?.outcome else {
      Issue.record("the request was not refused")
      return
    }
  }

  @Test func `by request, loading a model of another set drains the loaded one first, though memory would do`() {
    let sets = [
      set("x", ["a", "b"], active: "Never", group: "gpu"), set("y", ["c"], active: "Never", group: "gpu"),
    ]
    let models = ["a", "b", "c"].map { loose($0) }
    var world = world(sets, models, loaded: ["a"])
    world.demands["b"] = asks(world.now)
    #expect(Planner.plan(world).summary == ["model/b load 1"])
    world.demands = ["c": asks(world.now)]
    let plan = Planner.plan(world)
    #expect(plan.summary == ["model/a unload a1"])
    #expect(plan.steps.map(\.reason) == [.evicted])
    #expect(plan.reasons == ["model/c CapacityExceeded"])
    #expect(PlanCheck.violations(plan, world) == [])
    world.observed.instances[0].phase = .stopping
    #expect(Planner.plan(world).steps.isEmpty)
    world.observed.instances = []
    #expect(Planner.plan(world).summary == ["model/c load 1"])
  }

  @Test func `two sides that are asked for at once take turns, and never run together`() {
    let sets = [set("x", ["a"], active: "Never", group: "gpu"), set("y", ["b"], active: "Never", group: "gpu")]
    var world = world(sets, [loose("a"), loose("b")])
    world.demands["a"] = asks(world.now + .seconds(1))
    world.demands["b"] = asks(world.now)
    let plan = Planner.plan(world)
    #expect(plan.summary == ["model/b load 1"])
    #expect(plan.waits.map(\.object.name) == ["a"] && plan.waits.map(\.isTerminal) == [false])
  }

  @Test func `a model that its own manifest wants loaded stands in nobody's way`() {
    let sets = [set("x", ["a"], active: "Never", group: "gpu"), set("y", ["b"], group: "gpu")]
    let world = world(sets, [Make.model("a"), loose("b")], loaded: ["a"])
    #expect(Planner.plan(world).summary == ["model/b load 1"])
  }

  @Test func `diff tells what a set does to models that are not edited`() {
    let models = [loose("a"), loose("b")]
    var base = world([set("day", ["a"], group: "gpu")], models, loaded: ["a"])
    base.registered.removeAll { $0.identity.kind == .modelSet && $0.identity.name == "night" }
    var proposed = base.desired
    proposed.objects.append(set("night", ["b"], active: "Schedule", group: "gpu", window: ("07:00", "09:00")))
    let report = DiffReport.make(base: base, proposed: proposed, baseTitle: "x")
    #expect(report.changes.map(\.effect) == ["active; loads model/b; unloads model/a"])
  }
}
