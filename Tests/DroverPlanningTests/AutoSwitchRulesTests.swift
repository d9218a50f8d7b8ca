import DroverCore
import DroverPlanning
import Testing

/// S8.1.13, from counts to the decision.
@Suite struct AutoSwitchRulesTests {
  private let now = Make.start + .seconds(60)

  private func fleet(_ more: [FieldEntry] = []) -> DesiredObject {
    let auto = FieldEntry(
      "autoSwitch", .object(["enabled": .bool(true), "minSuccessPercent": .integer(70)]))
    return Make.object(Make.resource(Identity(.fleet, "fleet"), .map([auto] + more)))
  }

  private func world(
    _ models: [Resource], current: String? = "a", serving: [String]? = nil, fleet: DesiredObject? = nil,
    providers: [Resource] = [Make.provider()]
  ) -> World {
    var world = Make.world(
      [fleet ?? self.fleet()] + (providers + models).map { Make.object($0) },
      instances: models.filter { serving?.contains($0.identity.name) ?? true }.map {
        Make.instance($0.identity.name + "1", of: $0)
      })
    world.current = CurrentModel(target: current.map { Identity(.model, $0) }, since: Make.start, isKept: true)
    return world
  }

  private func rates(_ outcomes: [String: OutcomeCount]) -> SuccessWindow {
    var window = SuccessWindow()
    window.add(outcomes, at: now)
    return window
  }

  private let failing = ["a": OutcomeCount(successes: 12, failures: 28)]

  private func decide(
    _ world: World, _ outcomes: [String: OutcomeCount]? = nil, last: Timestamp? = nil
  ) -> AutoSwitchRules.Decision? {
    AutoSwitchRules.decide(world, rates(outcomes ?? failing), last: last, prices: .builtIn)
  }

  @Test func `S8.1.13 a current model under the threshold gives way to the best that serves`() {
    var world = world([Make.model("a"), Make.model("b"), Make.model("c")])
    #expect(decide(world)?.target == Identity(.model, "b"))
    #expect(decide(world)?.why == "model/a served 12 of 40 requests within 5m, under 70 %")
    world.measurements[Identity(.model, "c")] = ModelMeasurements(metrics: ModelMetrics(tokensPerSecond: 50))
    #expect(decide(world)?.target == Identity(.model, "c"))
    #expect(decide(world, ["a": OutcomeCount(successes: 28, failures: 12)]) == nil)
    #expect(decide(world, ["a": OutcomeCount(failures: 19)]) == nil)
    #expect(decide(world, ["b": OutcomeCount(failures: 100)]) == nil)
  }

  @Test func `it is off by default, and whatever is enforced or under way comes first`() {
    let models = [Make.model("a"), Make.model("b")]
    let plain = Make.object(Make.resource(Identity(.fleet, "fleet"), .emptyMap))
    #expect(decide(world(models, fleet: plain)) == nil)
    #expect(decide(world(models, fleet: fleet([FieldEntry("currentModel", .string("a"))]))) == nil)
    #expect(decide(world(models, current: nil)) == nil)
    var pending = world(models)
    pending.current.pending = PendingSwitch(
      id: "1", target: Identity(.model, "b"), reason: .userPreference, actor: "x", requestedAt: now)
    #expect(decide(pending) == nil)
  }

  @Test func `between two switches ten minutes pass`() {
    let world = world([Make.model("a"), Make.model("b")])
    #expect(decide(world, last: now + .seconds(-599)) == nil)
    #expect(decide(world, last: now + .seconds(-600)) != nil)
    // A clock that was set back holds nothing up.
    #expect(decide(world, last: now + .seconds(60)) != nil)
  }

  @Test func `what does not serve, goes, is kept out, costs money or cannot do the same takes over from nobody`() {
    let a = Make.model("a")
    #expect(decide(world([a, Make.model("b")], serving: ["a"])) == nil)
    #expect(decide(world([a, Make.model("b", state: "Unloaded")])) == nil)
    let suspended = Make.model("b", annotations: [Label(Annotation.suspend, "true")])
    #expect(decide(world([a, suspended])) == nil)
    let marked = Make.model("b", deprecation: .object(["reason": .string("old")]))
    #expect(decide(world([a, marked])) == nil)
    let hosted = Make.provider("hosted", limit: nil, type: "openai", mode: "")
    #expect(decide(world([a, Make.model("b", provider: "hosted")], providers: [Make.provider(), hosted])) == nil)
    let paid = Make.model("a", provider: "hosted")
    let either = world([paid, Make.model("b", provider: "hosted")], providers: [hosted])
    #expect(decide(either)?.target == Identity(.model, "b"))
    let seeing = Make.model("a")
    var spec = seeing.spec
    spec.set("capabilities", .object(["add": .strings(["vision"])]))
    #expect(decide(world([Make.resource(seeing.identity, spec), Make.model("b")])) == nil)
  }

  @Test func `counts are those of the last five minutes`() {
    var window = SuccessWindow()
    window.add(["a": OutcomeCount(failures: 10)], at: now)
    window.add(["a": OutcomeCount(successes: 5)], at: now + .seconds(1))
    window.add(["a": OutcomeCount(successes: 7), "b": OutcomeCount(successes: 1)], at: now + .seconds(200))
    func rate(_ seconds: Int64, since: Timestamp? = nil) -> AutoSwitch.Rate? {
      window.rate(of: "a", since: since, at: now + .seconds(seconds))
    }
    #expect(rate(200) == AutoSwitch.Rate(requests: 22, successes: 12))
    #expect(rate(299) == AutoSwitch.Rate(requests: 22, successes: 12))
    #expect(rate(330) == AutoSwitch.Rate(requests: 7, successes: 7))
    #expect(rate(200, since: now + .seconds(100)) == AutoSwitch.Rate(requests: 7, successes: 7))
    #expect(rate(600) == nil)
    #expect(rate(-60) == nil)
    #expect(window.rate(of: "c", since: nil, at: now) == nil)
  }
}
