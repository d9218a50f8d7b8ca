import DroverCore
import DroverPlanning
import Testing

/// S8.1.8, S8.1.9 and S8.1.11: which model is the current one, and when it becomes that.
@Suite struct CurrentRulesTests {
  private let a = Make.model("a", state: "OnDemand")
  private let b = Make.model("b", state: "OnDemand")

  private func fleet(_ fields: KeyValuePairs<String, FieldValue?>) -> DesiredObject {
    Make.object(Make.resource(Identity(.fleet, "fleet"), .object(fields)))
  }

  private func world(
    _ objects: [DesiredObject] = [], loaded: [Resource] = [], current: CurrentModel = CurrentModel(), limit: Int64 = 16
  ) -> World {
    var world = Make.world(
      [Make.object(Make.provider(limit: limit)), Make.object(a), Make.object(b)] + objects,
      instances: loaded.map { Make.instance("i-" + $0.identity.name, of: $0) })
    world.current = current
    return world
  }

  private func pending(_ model: Resource) -> PendingSwitch {
    PendingSwitch(
      id: "p", target: model.identity, reason: .userPreference, actor: "socket:0", requestedAt: Make.start)
  }

  private func current(
    _ model: Resource, _ reason: SwitchReason = .userPreference, pending: PendingSwitch? = nil
  ) -> CurrentModel {
    CurrentModel(target: model.identity, since: Make.start, reason: reason, isKept: true, pending: pending)
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

  @Test func `S8.1.11 without a current model the default is loaded`() {
    let byName = fleet(["defaultModel": .string("b")])
    #expect(Planner.plan(world([byName])).summary == ["model/b load 1"])
    let next = decided(world([byName], loaded: [b]))
    #expect(next?.target == b.identity)
    #expect(next?.reason == .default)
    #expect(Planner.plan(world([byName], loaded: [b], current: current(b, .default))).isConverged)
  }

  @Test func `a default that nobody switched away from follows the Fleet, and the old one serves until the new does`() {
    let byName = fleet(["defaultModel": .string("b")])
    let loading = world([byName], loaded: [a], current: current(a, .default))
    #expect(Planner.plan(loading).summary == ["model/b load 1"])
    let next = decided(world([byName], loaded: [a, b], current: current(a, .default)))
    #expect(next?.target == b.identity && next?.reason == .default && next?.isKept == true)
    // What somebody switched to stays.
    #expect(Planner.plan(world([byName], loaded: [a, b], current: current(a))).isConverged)
    // So does a default where the Fleet names none any more, or one that cannot be had.
    #expect(Planner.plan(world([fleet([:])], loaded: [a], current: current(a, .default))).isConverged)
    let never = Make.object(Make.model("c", state: "Unloaded"))
    let toNever = fleet(["defaultModel": .string("c")])
    #expect(Planner.plan(world([toNever, never], loaded: [a], current: current(a, .default))).isConverged)
  }

  @Test func `a former default stays while the new one loads, and makes room for it where there is none`() {
    let impatient = fleet([
      "defaultModel": .string("b"), "loading": .object(["idleUnloadAfter": .duration(.seconds(1))]),
    ])
    let roomy = world([impatient], loaded: [a], current: current(a, .default))
    #expect(Planner.plan(roomy).summary == ["model/b load 1"])
    var tight = world([impatient], loaded: [a], current: current(a, .default), limit: 6)
    #expect(Planner.plan(tight).summary == ["model/a unload i-a"])
    #expect(Planner.plan(tight).steps.map(\.reason) == [.evicted])
    // Nothing loads it again in between.
    tight.observed.instances = []
    #expect(Planner.plan(tight).summary == ["model/b load 1"])
  }

  @Test func `a current model whose manifest is gone gives way to the default, and to none where there is none`() {
    let byName = fleet(["defaultModel": .string("b")])
    for reason in [SwitchReason.userPreference, .default] {
      let next = decided(world([byName], current: current(Make.model("gone"), reason)))
      #expect(next?.target == b.identity && next?.reason == .default && next?.isKept == true)
    }
    let none = decided(world(current: current(Make.model("gone"))))
    #expect(none?.target == nil && none?.since != nil)
    // It was not unloaded on purpose: a default that is written later comes.
    #expect(decided(world([byName], loaded: [b], current: none ?? CurrentModel()))?.target == b.identity)
    // A default that is to be unloaded makes way for another one; one that somebody switched to leaves none.
    let unloaded = Make.object(Make.model("c", state: "Unloaded"))
    let resource = unloaded.resource ?? a
    let heir = decided(world([byName, unloaded], loaded: [b], current: current(resource, .default)))
    #expect(heir?.target == b.identity)
    let left = decided(world([byName, unloaded], loaded: [b], current: current(resource)))
    #expect(left?.target == nil && left?.reason == .unloaded)
  }

  @Test func `diff says what becomes of the current model`() {
    func effects(_ base: World, _ change: (inout DesiredFleet) -> Void) -> [String: String] {
      var proposed = base.desired
      change(&proposed)
      let report = DiffReport.make(base: base, proposed: proposed, baseTitle: "")
      return Dictionary(uniqueKeysWithValues: report.changes.map { ($0.object.description, $0.effect) })
    }
    let spare = Make.object(Make.model("c", state: "OnDemand"))
    let base = world(
      [fleet(["defaultModel": .string("a")]), spare], loaded: [a], current: current(a, .default))
    let newDefault = fleet(["defaultModel": .string("b")])
    let edit = effects(base) { $0.objects[$0.index(of: Identity(.fleet, "fleet")) ?? 0] = newDefault }
    #expect(edit == ["fleet/fleet": "takes effect at once; the current model becomes model/b"])
    let swap = effects(base) { fleet in
      fleet.objects[fleet.index(of: Identity(.fleet, "fleet")) ?? 0] = newDefault
      fleet.objects.removeAll { $0.identity == a.identity }
    }
    #expect(
      swap == [
        "fleet/fleet": "takes effect at once; the current model becomes model/b",
        "model/a": "unloaded, host -4.0GiB; nothing refers to it; model/b becomes the current model",
      ])
    let unloaded = Make.object(Make.model("a", state: "Unloaded"))
    let stop = effects(base) { $0.objects[$0.index(of: unloaded.identity) ?? 0] = unloaded }
    #expect(stop == ["model/a": "unloaded, host -4.0GiB; no model is current then"])
    #expect(effects(base) { _ in } == [:])
    // A tree that runs nowhere has the current model that it writes.
    var tree = base
    (tree.current, tree.observed.instances) = (CurrentModel(), [])
    let other = effects(tree) { $0.objects[$0.index(of: Identity(.fleet, "fleet")) ?? 0] = newDefault }
    #expect(other == ["fleet/fleet": "takes effect at once; the current model becomes model/b"])
    let label = effects(tree) { fleet in
      fleet.objects[fleet.index(of: spare.identity) ?? 0].resource?.labels = [Label("x", "y")]
    }
    #expect(label == ["model/c": "takes effect at once; not loaded"])
  }

  @Test func `S8.1.11 without a default model it is the first manifest of the default provider`() {
    let byProvider = fleet(["defaultProvider": .string("local")])
    #expect(decided(world([byProvider], loaded: [a, b]))?.target == a.identity)
    var early = b
    early.source.path = "0-first.yaml"
    var moved = world([byProvider], loaded: [a, b])
    moved.desired.objects[moved.desired.index(of: b.identity) ?? 0].resource = early
    #expect(decided(moved)?.target == b.identity)
    #expect(decided(world(loaded: [a])) == nil)
  }

  @Test func `S8.1.11 with autoLoadDefault off the default is the current model and is not loaded`() {
    let quiet = fleet(["defaultModel": .string("b"), "autoLoadDefault": .bool(false)])
    let next = decided(world([quiet]))
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
