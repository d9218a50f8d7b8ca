import DroverCore
import DroverPlanning
import Testing

/// Who is loaded by request, and who makes room.
@Suite struct LoadPolicyTests {
  private static let fleet = Identity(.fleet, "fleet")

  private func objects(_ models: [Resource], limit: Int64? = 100, loading: [String: FieldValue?] = [:])
    -> [DesiredObject]
  {
    let spec = FieldValue.object([
      "loading": .map(loading.compactMap { key, value in value.map { FieldEntry(key, $0) } })
    ])
    return [Make.object(Make.resource(Self.fleet, spec)), Make.object(Make.provider(limit: limit))]
      + models.map { Make.object($0) }
  }

  private func loose(_ name: String, pinned: Bool = false, idle: Duration? = nil) -> Resource {
    var model = Make.model(name, state: "OnDemand")
    if pinned { model.spec.set("pinned", .bool(true)) }
    if let idle { model.spec.set("idleUnloadAfter", .duration(idle)) }
    return model
  }

  private func request(_ loaded: Bool, at seconds: Int64 = 50, _ outcome: LoadRequest.Outcome = .pending)
    -> ModelDemand
  {
    ModelDemand(
      request: LoadRequest(wantsLoaded: loaded, at: Make.start + .seconds(seconds), actor: "test", outcome: outcome))
  }

  // MARK: Requests

  @Test func `an OnDemand model is loaded when somebody asks for it or waits for it, and not before`() {
    let a = loose("a")
    var world = Make.world(objects([a]))
    #expect(Planner.plan(world).isConverged)
    world.demands["a"] = request(true)
    #expect(Planner.plan(world).summary == ["model/a load 1"])
    world.demands["a"] = ModelDemand(waitingSince: world.now)
    #expect(Planner.plan(world).summary == ["model/a load 1"])
    for outcome in [LoadRequest.Outcome.failed(.crashed, ""), .ended(.evicted)] {
      world.demands["a"] = request(true, outcome)
      #expect(Planner.plan(world).isConverged)
    }
  }

  @Test func `what was loaded by request is loaded again after a crash`() {
    let a = loose("a")
    let crashed = Make.instance("a1", of: a, phase: .ended(Ending(.crashed, "exit 1", at: Make.start)))
    var world = Make.world(objects([a]), instances: [crashed])
    #expect(Planner.plan(world).summary == ["model/a forget a1"])
    world.demands["a"] = request(true, .done)
    world.observed.instances = []
    #expect(Planner.plan(world).summary == ["model/a load 1"])
  }

  @Test func `a request to unload drains what serves and cancels what loads`() {
    let a = loose("a")
    for phase in [InstancePhase.ready, .starting] {
      var world = Make.world(objects([a]), instances: [Make.instance("a1", of: a, phase: phase)])
      world.demands["a"] = request(false)
      let plan = Planner.plan(world)
      #expect(plan.summary == ["model/a unload a1"])
      #expect(plan.steps.map(\.reason) == [.unloaded])
      #expect(PlanCheck.violations(plan, world) == [])
      world.demands["a"]?.waitingSince = world.now
      #expect(Planner.plan(world).steps.isEmpty)
    }
  }

  @Test func `S8.1.9 the current model is kept, and unloading it by request leaves none`() {
    let a = loose("a")
    var world = Make.world(
      objects([a], loading: ["idleUnloadAfter": .duration(.seconds(1))]), instances: [Make.instance("a1", of: a)])
    world.current = CurrentModel(target: a.identity, since: Make.start, reason: .userPreference, isKept: true)
    #expect(Planner.plan(world).steps.isEmpty)
    world.demands["a"] = request(false)
    let plan = Planner.plan(world)
    #expect(plan.summary.contains("model/a unload a1"))
    let next = plan.steps.compactMap { step in
      if case .switchCurrent(let next) = step.action { next } else { nil }
    }
    #expect(next.map(\.target) == [nil])
  }

  @Test func `who asked first is served first`() {
    let models = ["a", "b", "c"].map { loose($0) }
    var world = Make.world(objects(models, limit: 8))
    for (index, name) in ["c", "a", "b"].enumerated() { world.demands[name] = request(true, at: Int64(index)) }
    #expect(Planner.plan(world).summary == ["model/c load 1", "model/a load 1"])
  }

  // MARK: Making room

  @Test func `S8.1.5 the least recently used idle model makes room, whenever it was loaded`() {
    let models = ["a", "p", "q", "r"].map { loose($0) }
    let instances = [("p", 1), ("q", 2), ("r", 3)].map { name, at in
      Make.instance("\(name)1", of: loose(name), at: Int64(at))
    }
    var world = Make.world(objects(models, loading: ["maxLoadedModels": .integer(3)]), instances: instances)
    world.demands["a"] = request(true)
    world.demands["p"] = ModelDemand(lastUsed: Make.start + .seconds(20))
    world.demands["r"] = ModelDemand(lastUsed: Make.start + .seconds(10))
    var plan = Planner.plan(world)
    #expect(plan.summary == ["model/q unload q1"])
    #expect(plan.steps.map(\.reason) == [.evicted])
    #expect(plan.reasons == ["model/a CapacityExceeded"])
    #expect(PlanCheck.violations(plan, world) == [])
    world.demands["q"] = ModelDemand(lastUsed: Make.start, inFlight: 1)
    plan = Planner.plan(world)
    #expect(plan.summary == ["model/r unload r1"])
  }

  @Test func `of busy models one is drained when all are, so that steady traffic keeps nobody out`() {
    let models = ["a", "p", "q"].map { loose($0) }
    var world = Make.world(
      objects(models, loading: ["maxLoadedModels": .integer(2)]),
      instances: ["p", "q"].map { Make.instance("\($0)1", of: loose($0)) })
    world.demands["a"] = ModelDemand(waitingSince: world.now)
    world.demands["p"] = ModelDemand(lastUsed: Make.start + .seconds(59), inFlight: 3)
    world.demands["q"] = ModelDemand(lastUsed: Make.start + .seconds(58), inFlight: 1)
    let plan = Planner.plan(world)
    #expect(plan.summary == ["model/q unload q1"])
    #expect(plan.steps.map(\.action) == [.unload(instance: "q1", drain: .seconds(30))])
  }

  @Test func `a model that was only just loaded stays for minLoadedFor, and the plan wakes then`() {
    let models = ["a", "p"].map { loose($0) }
    var world = Make.world(
      objects(models, loading: ["maxLoadedModels": .integer(1), "minLoadedFor": .duration(.seconds(45))]),
      instances: [Make.instance("p1", of: loose("p"), at: 20)])
    world.demands["a"] = request(true)
    let early = Planner.plan(world)
    #expect(early.steps.isEmpty)
    #expect(early.waits.map(\.isTerminal) == [false])
    #expect(early.wakeAt == Make.start + .seconds(65))
    world.now = Make.start + .seconds(65)
    #expect(Planner.plan(world).summary == ["model/p unload p1"])
  }

  @Test func `S8.1.7 nothing is unloaded that is pinned, and who asks is told at once that there is no room`() throws {
    let pinned = loose("p", pinned: true)
    var world = Make.world(
      objects([loose("a"), pinned], loading: ["maxLoadedModels": .integer(1)]),
      instances: [Make.instance("p1", of: pinned)])
    world.demands["a"] = request(true)
    let plan = Planner.plan(world)
    #expect(plan.steps.isEmpty)
    let wait = try #require(plan.waits.first)
    #expect(wait.reason == .capacityExceeded && wait.isTerminal)
    #expect(DemandRules.settled(world, plan).map(\.outcome) == [.failed(.capacityExceeded, wait.message)])
  }

  @Test func `who asks for more memory than all evictable models hold is refused, and a manifest that does is stalled`()
    throws
  {
    let enforced = Make.model("e")
    var world = Make.world(objects([loose("a"), enforced], limit: 6), instances: [Make.instance("e1", of: enforced)])
    world.demands["a"] = request(true)
    #expect(Planner.plan(world).waits.map(\.isTerminal) == [true])
    let other = Make.world(
      objects([Make.model("a"), enforced], limit: 6), instances: [Make.instance("e1", of: enforced)])
    let plan = Planner.plan(other)
    #expect(plan.waits.map(\.isTerminal) == [true])
    let object = try #require(other.desired[Identity(.model, "a")])
    let status = StatusReducer.reduce(previous: nil, object: object, plan: plan, world: other)
    let message =
      "InsufficientMemory: Needs 4.0GiB on host; 2.0GiB of 6.0GiB can be had now, and all that is loaded must stay."
    #expect(status.condition("Stalled") == "True " + message)
    #expect(status.condition("Ready") == "False " + message)
  }

  @Test func `a manifest waits for memory that may yet come free`() {
    let enforced = Make.model("e")
    func terminal(
      _ models: [Resource], _ instance: ObservedInstance, change: (inout World) -> Void = { _ in }
    ) -> [Bool] {
      var world = Make.world(objects(models, limit: 6), instances: [instance])
      change(&world)
      return Planner.plan(world).waits.filter { $0.object.name == "a" }.map(\.isTerminal)
    }
    let a = Make.model("a")
    // The other one is still loading, on its way out, or was only just loaded and may go soon.
    #expect(terminal([a, enforced], Make.instance("e1", of: enforced, phase: .starting)) == [false])
    #expect(terminal([a, enforced], Make.instance("e1", of: enforced, phase: .stopping)) == [false])
    #expect(terminal([a, loose("e")], Make.instance("e1", of: loose("e"), at: 59)) == [false])
    // What other programs take may come free at any time.
    let roomy = terminal([a, enforced], Make.instance("e1", of: enforced, reserved: 1)) {
      $0.observed.pools = [PoolObservation(pool: "host", free: Make.gib(3))]
    }
    #expect(roomy == [false])
  }

  // MARK: Want of use

  @Test func `an idle model is unloaded when it was not used for long enough, by its own measure or the fleet's`() {
    let (a, b) = (loose("a"), loose("b", idle: .seconds(100)))
    var world = Make.world(
      objects([a, b], loading: ["idleUnloadAfter": .duration(.seconds(60))]),
      instances: [Make.instance("a1", of: a), Make.instance("b1", of: b)])
    world.now = Make.start + .seconds(59)
    #expect(Planner.plan(world).isConverged)
    #expect(Planner.plan(world).wakeAt == Make.start + .seconds(60))
    world.now = Make.start + .seconds(60)
    var plan = Planner.plan(world)
    #expect(plan.summary == ["model/a unload a1"])
    #expect(plan.steps.map(\.reason) == [.idleUnloaded])
    #expect(PlanCheck.violations(plan, world) == [])
    world.demands["a"] = ModelDemand(lastUsed: Make.start + .seconds(30), lastAccessed: Make.start + .seconds(59))
    plan = Planner.plan(world)
    #expect(plan.isConverged && plan.wakeAt == Make.start + .seconds(90))
    world.now = Make.start + .seconds(90)
    #expect(Planner.plan(world).summary == ["model/a unload a1"])
  }

  @Test func `nothing is unloaded for want of use that is used, waited for, pinned or enforced`() {
    let fleet: [String: FieldValue?] = ["idleUnloadAfter": .duration(.seconds(1))]
    let cases: [(Resource, ModelDemand?, Int?)] = [
      (loose("a"), ModelDemand(inFlight: 1), nil), (loose("a"), ModelDemand(waitingSince: Make.start), nil),
      (loose("a"), nil, 2), (loose("a", pinned: true), nil, nil), (Make.model("a"), nil, nil),
    ]
    for (model, demand, inFlight) in cases {
      var running = Make.instance("a1", of: model)
      running.inFlight = inFlight
      var world = Make.world(objects([model], loading: fleet), instances: [running])
      world.demands["a"] = demand
      #expect(Planner.plan(world).steps.isEmpty)
    }
  }

  @Test func `idle unloading is told apart and is no drift`() throws {
    let a = loose("a")
    var world = Make.world(
      objects([a], loading: ["idleUnloadAfter": .duration(.seconds(60))]), instances: [Make.instance("a1", of: a)])
    let object = try #require(world.desired[a.identity])
    let before = StatusReducer.reduce(previous: nil, object: object, plan: Planner.plan(world), world: world)
    let plan = Planner.plan(world)
    let step = try #require(plan.steps.first)
    world.demands["a"] = DemandRules.unloading(nil, by: step, at: world.now)
    world.observed.instances = []
    let after = StatusReducer.reduce(previous: before, object: object, plan: Planner.plan(world), world: world)
    #expect(after.condition("Loaded")?.hasPrefix("False IdleUnloaded: unload: nothing used it since") == true)
    #expect(after.condition("Ready")?.hasPrefix("True IdleUnloaded") == true)
    #expect(after.condition("Drifted")?.hasPrefix("False") == true)
    #expect(after.condition("Serving")?.hasPrefix("True LoadsOnDemand") == true)
    #expect(after["state"] == .string("Unloaded"))
  }

  // MARK: Outcomes

  @Test func `a request is decided by what becomes of the model`() {
    let a = loose("a")
    var world = Make.world(objects([a]))
    world.demands["a"] = request(true)
    #expect(DemandRules.settled(world, Planner.plan(world)).isEmpty)
    world.attempts[a.identity] = Attempts(
      specHash: a.specHash, failures: 1, lastFailure: world.now, nextAttempt: world.now + .seconds(5),
      reason: .loadFailed, message: "no such file")
    #expect(
      DemandRules.settled(world, Planner.plan(world)).map(\.outcome) == [.failed(.loadFailed, "no such file")])
    world.attempts = [:]
    world.observed.instances = [Make.instance("a1", of: a)]
    #expect(DemandRules.settled(world, Planner.plan(world)).map(\.outcome) == [.done])
    world.demands["a"] = request(false)
    #expect(DemandRules.settled(world, Planner.plan(world)).isEmpty)
    world.observed.instances = []
    #expect(DemandRules.settled(world, Planner.plan(world)).map(\.outcome) == [.done])
  }

  @Test func `the next load reserves what the last one was measured to take, within bounds`() {
    let estimate = [PoolAmount("cuda0", Make.gib(8)), PoolAmount("host", Make.gib(2))]
    func record(_ gib: Int64, hash: String = "h") -> LoadRecord {
      LoadRecord(reloadHash: hash, duration: .seconds(1), memory: [PoolAmount("cuda0", Make.gib(gib))])
    }
    func first(_ record: LoadRecord) -> ByteCount? { record.corrected(estimate, for: "h").first?.amount }
    #expect(first(record(6)) == ByteCount((6 << 30) + (6 << 30) / 16))
    #expect(first(record(1)) == Make.gib(6))
    #expect(first(record(40)) == Make.gib(16))
    #expect(first(record(6, hash: "other")) == Make.gib(8))
    #expect(record(6).corrected(estimate, for: "h").last?.amount == Make.gib(2))
  }
}
