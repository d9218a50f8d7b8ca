import DroverCore
import DroverPlanning
import Testing

/// S1.2.4 and S1.2.5: the mark, its notices, and the end.
@Suite struct DeprecationRulesTests {
  private let local = Make.object(Make.provider())

  private func model(sunset: String? = nil, state: String = "Loaded") -> Resource {
    Make.model(
      "a", state: state,
      deprecation: .object(["replacement": .string("b"), "sunset": sunset.map { .string($0) }]))
  }

  private func world(_ model: Resource, loaded: Bool = true, told: DeprecationNotice? = nil) -> World {
    var world = Make.world(
      [local, Make.object(model)], instances: loaded ? [Make.instance("i", of: model)] : [])
    world.notices = told.map { [model.identity: $0] } ?? [:]
    return world
  }

  /// The world after what is to be told was told.
  private func told(_ model: Resource, loaded: Bool = true) -> World {
    var world = world(model, loaded: loaded)
    for step in Planner.plan(world).steps {
      if case .deprecate(let notice) = step.action { world.notices[model.identity] = notice }
    }
    return world
  }

  private func conditions(_ world: World, previous: FieldValue? = nil) -> [String: String] {
    let object = world.desired[Identity(.model, "a")] ?? Make.object(Make.model("a"))
    let status = StatusReducer.reduce(previous: previous, object: object, plan: Planner.plan(world), world: world)
    var found: [String: String] = ["state": status["state"]?.string ?? ""]
    for condition in status["conditions"]?.list ?? [] {
      let value = condition.value
      found[value["type"]?.string ?? ""] = (value["status"]?.string ?? "") + " " + (value["reason"]?.string ?? "")
    }
    return found
  }

  @Test func `a mark is told once and touches nothing that runs`() {
    let model = model()
    let plan = Planner.plan(world(model))
    #expect(plan.steps.map(\.action) == [.deprecate(DeprecationNotice(origin: .manifest, sunset: nil, daysLeft: nil))])
    #expect(Planner.plan(told(model)).isConverged)
    #expect(PlanCheck.violations(plan, world(model)) == [])
  }

  @Test func `a mark that is taken away is told as well`() {
    let notice = DeprecationNotice(origin: .manifest, sunset: nil, daysLeft: nil)
    #expect(Planner.plan(world(Make.model("a"), told: notice)).steps.map(\.action) == [.deprecate(nil)])
  }

  @Test func `S1.2.4 a loaded model keeps its state beside the mark, an idle one is Deprecated`() {
    let loaded = conditions(told(model()))
    #expect(loaded["state"] == "Loaded")
    #expect(loaded["Deprecated"] == "True Deprecated")
    #expect(loaded["Serving"] == "True Loaded")
    #expect(loaded["Ready"] == "True Loaded")
    let idle = conditions(told(model(state: "OnDemand"), loaded: false))
    #expect(idle["state"] == "Deprecated")
    #expect(idle["Deprecated"] == "True Deprecated")
    #expect(conditions(world(Make.model("a")))["Deprecated"] == nil)
  }

  @Test func `a sunset that comes near is a reason of its own, and the plan wakes for the next notice`() {
    // It is 2027-01-15T08:01:00Z.
    let far = told(model(sunset: "2027-06-01"))
    #expect(conditions(far)["Deprecated"] == "True Deprecated")
    #expect(Planner.plan(far).wakeAt == Timestamp(rfc3339: "2027-05-03T00:00:00Z"))
    let near = told(model(sunset: "2027-01-20T00:00:00Z"))
    #expect(conditions(near)["Deprecated"] == "True SunsetApproaching")
    #expect(Planner.plan(near).wakeAt == Timestamp(rfc3339: "2027-01-19T00:00:00Z"))
  }

  @Test func `S1.2.5 after its sunset a loaded model is drained and unloaded, and its replacement is named`() {
    let past = told(model(sunset: "2027-01-14"))
    let plan = Planner.plan(past)
    #expect(plan.steps.map(\.action) == [.unload(instance: "i", drain: .seconds(30))])
    #expect(plan.steps.map(\.reason) == [.sunset])
    #expect(PlanCheck.violations(plan, past) == [])
    #expect(conditions(past)["Serving"] == "False Sunset")
    let gone = told(model(sunset: "2027-01-14"), loaded: false)
    #expect(Planner.plan(gone).isConverged)
    let after = conditions(gone)
    #expect(after["Ready"] == "True Sunset")
    #expect(after["Serving"] == "False Sunset")
    #expect(after["Drifted"] == "False InSync")
    #expect(after["state"] == "Deprecated")
    let object = gone.desired[Identity(.model, "a")]
    let status = object.map { StatusReducer.reduce(previous: nil, object: $0, plan: Planner.plan(gone), world: gone) }
    let serving = status?["conditions"]?.list?.first { $0.value["type"]?.string == "Serving" }
    #expect(serving?.value["message"]?.string?.contains("use b instead") == true)
  }

  @Test func `S1.2.5 who asks for a model past its sunset is refused at once, and told what to use instead`() {
    let model = model(sunset: "2027-01-14", state: "OnDemand")
    var world = told(model, loaded: false)
    world.demands["a"] = ModelDemand(
      request: LoadRequest(wantsLoaded: true, at: Make.start + .seconds(50), actor: "test"), waitingSince: world.now)
    let plan = Planner.plan(world)
    #expect(plan.steps.isEmpty)
    let message = "its sunset was at 2027-01-15T00:00:00Z; use b instead"
    #expect(DemandRules.settled(world, plan).map(\.outcome) == [.failed(.sunset, message)])
    #expect(
      DemandRules.standing(of: "a", world, plan, [], since: world.now) == .refused(.sunset, message, retryAt: nil))
    // Before it, it is loaded.
    world.now = Make.start + .seconds(-86_400)
    #expect(DemandRules.standing(of: "a", world, Planner.plan(world), [], since: world.now) == .pending)
  }

  @Test func `a bare date ends in the zone of the fleet`() throws {
    // 08:01 UTC on the 15th: the 14th is over in UTC, and not where clocks are nine hours behind.
    var world = told(model(sunset: "2027-01-14"))
    #expect(Planner.plan(world).steps.count == 1)
    let header = { (times: UInt8) in
      Array("TZif2".utf8) + Array(repeating: UInt8(0), count: 15) + Array(repeating: 0, count: 12) + [0, 0, 0, times]
        + [0, 0, 0, 1, 0, 0, 0, 4] + [0, 0, 0, 0, 0, 0] + Array("UTC\0".utf8)
    }
    world.zone = try #require(ZoneRules(tzif: header(0) + header(0) + Array("\nAKST9\n".utf8)))
    world.notices = [:]
    #expect(!Planner.plan(world).steps.contains { if case .unload = $0.action { true } else { false } })
  }

  @Test func `a retirement that the provider announces is the same condition, and the provider ends it`() {
    let model = Make.model("a")
    var loaded = world(model)
    loaded.observed.instances[0].retiresAt = Timestamp(rfc3339: "2027-01-20T00:00:00Z")
    #expect(Planner.plan(loaded).steps.map(\.reason) == [.sunsetApproaching])
    #expect(conditions(loaded)["Deprecated"] == "True SunsetApproaching")
    loaded.observed.instances[0].retiresAt = Timestamp(rfc3339: "2027-01-14T00:00:00Z")
    #expect(!Planner.plan(loaded).steps.contains { if case .unload = $0.action { true } else { false } })
  }

  @Test func `a retirement is told of a model that is not loaded, too`() {
    let hosted = Make.object(Make.provider("far", limit: nil, type: "custom"))
    let model = Make.model("a", provider: "far", state: "OnDemand")
    var world = Make.world([hosted, Make.object(model)])
    let retiresAt = Timestamp(rfc3339: "2027-01-20T00:00:00Z")
    world.observed.providers["far"] = ProviderObservation(
      reachability: .reachable, models: [ListedModel(id: "a", retiresAt: retiresAt), ListedModel(id: "b")])
    #expect(
      Planner.plan(world).steps.map(\.action)
        == [.deprecate(DeprecationNotice(origin: .provider, sunset: retiresAt, daysLeft: 7))])
    #expect(conditions(world)["state"] == "Deprecated")
  }

  @Test func `a model whose manifest is gone is deprecated, drained and unloaded in this order`() {
    let model = Make.model("a")
    let gone = NewestDocument.absent(since: Make.start, scans: 3)
    let keeper = Make.object(Make.model("b", state: "OnDemand"))
    let third = Make.object(Make.model("c", state: "OnDemand"))
    let world = Make.world(
      [local, Make.object(model, newest: gone), keeper, third], instances: [Make.instance("i", of: model)])
    let plan = Planner.plan(world)
    #expect(
      plan.steps.map(\.action) == [
        .deprecate(DeprecationNotice(origin: .removal, sunset: nil, daysLeft: nil)),
        .unload(instance: "i", drain: .seconds(30)),
      ])
    #expect(conditions(world)["Deprecated"] == "True Removed")
  }
}
