import DroverCore
import DroverPlanning
import Testing

/// S8.1.8, S8.1.9 and S8.1.11: which model is the current one, and when it becomes that.
@Suite struct CurrentRulesTests {
  private let local = Make.object(Make.provider())
  private let a = Make.model("a", state: "OnDemand")
  private let b = Make.model("b", state: "OnDemand")

  private func fleet(_ fields: KeyValuePairs<String, FieldValue?>) -> DesiredObject {
    Make.object(Make.resource(Identity(.fleet, "fleet"), .object(fields)))
  }

  private func world(
    _ objects: [DesiredObject] = [], loaded: [Resource] = [], current: CurrentModel = CurrentModel(),
    mayChooseDefault: Bool = false
  ) -> World {
    var world = Make.world(
      [local, Make.object(a), Make.object(b)] + objects,
      instances: loaded.map { Make.instance("i-" + $0.identity.name, of: $0) })
    world.current = current
    world.mayChooseDefault = mayChooseDefault
    return world
  }

  private func pending(_ model: Resource) -> PendingSwitch {
    PendingSwitch(
      id: "p", target: model.identity, reason: .userPreference, actor: "socket:0", requestedAt: Make.start)
  }

  private func current(_ model: Resource, pending: PendingSwitch? = nil) -> CurrentModel {
    CurrentModel(
      target: model.identity, since: Make.start, reason: .userPreference, isKept: true, pending: pending)
  }

  /// The word on the current model that a plan gives; nil where it leaves it as it is.
  private func decided(_ world: World) -> CurrentModel? {
    for step in Planner.plan(world).steps {
      if case .switchCurrent(let next) = step.action { return next }
    }
    return nil
  }

  @Test func `S8.1.8 a switch loads its model first, and the old one stays until then`() {
    let asked = current(a, pending: pending(b))
    let plan = Planner.plan(world(loaded: [a], current: asked))
    #expect(plan.summary == ["model/b load 1"])
    #expect(PlanCheck.violations(plan, world(loaded: [a], current: asked)) == [])
    let next = decided(world(loaded: [a, b], current: asked))
    #expect(next?.target == b.identity)
    #expect(next?.reason == .userPreference)
    #expect(next?.pending == nil)
    // The old one keeps running: it is unloaded by nobody.
    #expect(Planner.plan(world(loaded: [a, b], current: current(b))).isConverged)
  }

  @Test func `S8.1.8 a failed load gives the switch up and leaves the old one`() {
    var world = world(loaded: [a], current: current(a, pending: pending(b)))
    world.attempts[b.identity] = Attempts(
      specHash: b.specHash, failures: 1, lastFailure: Make.start + .seconds(1), nextAttempt: Make.start + .seconds(99),
      reason: .loadFailed, message: "it crashed")
    let steps = Planner.plan(world).steps
    #expect(steps.map(\.action) == [.abandonSwitch(id: "p")])
    #expect(steps.first?.message == "it crashed")
    // An attempt from before the request says nothing about it.
    world.attempts[b.identity]?.lastFailure = Make.start + .seconds(-1)
    #expect(Planner.plan(world).steps.isEmpty)
  }

  @Test func `a model that can never be loaded is given up at once`() {
    var never = world(loaded: [a], current: current(a, pending: pending(b)))
    never.observed.facts["b"]?.problem = ModelFacts.Problem(.modelNotFound, "there is no b.gguf")
    #expect(Planner.plan(never).steps.map(\.action) == [.abandonSwitch(id: "p")])
    let gone = world(
      loaded: [a],
      current: CurrentModel(
        target: a.identity, since: Make.start, isKept: true, pending: pending(Make.model("x"))))
    #expect(Planner.plan(gone).steps.map(\.action) == [.abandonSwitch(id: "p")])
  }

  @Test func `the current model is loaded again when it ends, and makes room for nobody`() {
    #expect(Planner.plan(world(current: current(a))).summary == ["model/a load 1"])
    let wanting = Make.object(Make.model("c"))
    let full = world(
      [wanting, fleet(["loading": .object(["maxLoadedModels": .integer(1)])])], loaded: [a], current: current(a))
    #expect(Planner.plan(full).steps.isEmpty)
    let idle = world(
      [wanting, fleet(["loading": .object(["maxLoadedModels": .integer(1)])])], loaded: [a])
    #expect(Planner.plan(idle).steps.map(\.reason) == [.evicted])
  }

  @Test func `S8.1.9 a current model that is unloaded on purpose leaves none`() {
    let unloaded = Make.object(Make.model("c", state: "Unloaded"))
    let next = decided(world([unloaded], current: current(unloaded.resource ?? a)))
    #expect(next?.target == nil)
    #expect(next?.reason == .unloaded)
    let past = Make.model("c", state: "OnDemand", deprecation: .object(["sunset": .string("2027-01-01")]))
    #expect(decided(world([Make.object(past)], current: current(past)))?.reason == .unloaded)
    #expect(decided(world(current: current(Make.model("gone"))))?.reason == .unloaded)
    // After that, the default does not come back by itself.
    let none = CurrentModel(since: Make.start, reason: .unloaded)
    #expect(decided(world([fleet(["defaultModel": .string("a")])], loaded: [a], current: none)) == nil)
  }

  @Test func `S8.1.9 what the Fleet enforces is switched to, and a switch to another one is given up`() {
    let enforcing = fleet(["currentModel": .string("b")])
    #expect(Planner.plan(world([enforcing], loaded: [a], current: current(a))).summary == ["model/b load 1"])
    let next = decided(world([enforcing], loaded: [a, b], current: current(a)))
    #expect(next?.target == b.identity)
    #expect(next?.reason == .enforced)
    let against = world([enforcing], loaded: [a, b], current: current(b, pending: pending(a)))
    #expect(Planner.plan(against).steps.map(\.action) == [.abandonSwitch(id: "p")])
  }

  @Test func `S8.1.11 without a current model the default is loaded, once`() {
    let byName = fleet(["defaultModel": .string("b")])
    #expect(Planner.plan(world([byName], mayChooseDefault: true)).summary == ["model/b load 1"])
    let next = decided(world([byName], loaded: [b], mayChooseDefault: true))
    #expect(next?.target == b.identity)
    #expect(next?.reason == .default)
    #expect(Planner.plan(world([byName])).isConverged)
  }

  @Test func `S8.1.11 without a default model it is the first manifest of the default provider`() {
    let byProvider = fleet(["defaultProvider": .string("local")])
    #expect(decided(world([byProvider], loaded: [a, b], mayChooseDefault: true))?.target == a.identity)
    var early = b
    early.source.path = "0-first.yaml"
    var moved = world([byProvider], loaded: [a, b], mayChooseDefault: true)
    moved.desired.objects[moved.desired.index(of: b.identity) ?? 0].resource = early
    #expect(decided(moved)?.target == b.identity)
    #expect(decided(world(loaded: [a], mayChooseDefault: true)) == nil)
  }

  @Test func `S8.1.11 with autoLoadDefault off the default is the current model and is not loaded`() {
    let quiet = fleet(["defaultModel": .string("b"), "autoLoadDefault": .bool(false)])
    let next = decided(world([quiet], mayChooseDefault: true))
    #expect(next?.target == b.identity)
    #expect(next?.isKept == false)
    var after = world([quiet])
    after.current = next ?? CurrentModel()
    #expect(Planner.plan(after).isConverged)
  }

  @Test func `a route is switched to without a load`() {
    let route = Make.object(Make.resource(Identity(.route, "assistant"), .object([:])))
    let next = decided(world([route, fleet(["currentModel": .string("assistant")])], loaded: [a], current: current(a)))
    #expect(next?.target == Identity(.route, "assistant"))
    #expect(next?.isKept == false)
  }

  @Test func `what is durable reads back the same`() {
    for model in [current(a), CurrentModel(), CurrentModel(since: Make.start, reason: .unloaded)] {
      #expect(CurrentModel(stored: model.stored) == model)
    }
    #expect(CurrentModel(stored: current(a, pending: pending(b)).stored) == current(a))
  }
}
