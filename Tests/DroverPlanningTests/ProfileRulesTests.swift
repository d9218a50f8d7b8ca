import DroverCore
import DroverPlanning
import Testing

/// Which models a plan profiles.
@Suite struct ProfileRulesTests {
  private func model(_ profile: FieldValue? = nil, provider: String = "local", price: Int64 = 0) -> Resource {
    var resource = Make.model("a", provider: provider, price: price)
    if let profile {
      resource.spec.set("profile", profile)
      resource.specHash = resource.spec.json
    }
    return resource
  }

  private func fleet(_ spec: FieldValue) -> DesiredObject {
    Make.object(Make.resource(Identity(.fleet, "fleet"), spec))
  }

  private let hourly = FieldValue.object(["interval": .duration(.seconds(3600))])

  private func world(
    _ model: Resource, _ others: [DesiredObject] = [], provider: Resource = Make.provider(),
    phase: InstancePhase = .ready
  ) -> World {
    Make.world(
      [Make.object(provider), Make.object(model)] + others, instances: [Make.instance("i", of: model, phase: phase)])
  }

  private func profiles(_ world: World) -> [String] {
    let plan = Planner.plan(world)
    #expect(PlanCheck.violations(plan, world) == [])
    return plan.steps.compactMap { step in
      guard case .profile(let id, let count, let cause) = step.action else { return nil }
      return "\(step.object) \(id) \(count) \(cause.rawValue)"
    }
  }

  /// S16.1.2
  @Test func `the fleet's interval is for all loaded models, and a model's own goes before it`() {
    #expect(profiles(world(model())) == [])
    #expect(profiles(world(model(), [fleet(.object(["profile": hourly]))])) == ["model/a i 5 Interval"])
    #expect(profiles(world(model(hourly))) == ["model/a i 5 Interval"])
    #expect(profiles(world(model(.object(["interval": .null])), [fleet(.object(["profile": hourly]))])) == [])
    #expect(profiles(world(model(hourly), phase: .starting)) == [])
  }

  @Test func `a plan wakes when the next profile is due`() {
    var world = world(model(hourly))
    var measured = ModelMeasurements()
    measured.add(
      ProfileRecord(
        at: world.now, cause: .interval, concurrency: 1, generation: 1,
        fingerprint: ProfileSettings.fingerprint(of: model(hourly)), metrics: ModelMetrics()))
    world.measurements[Identity(.model, "a")] = measured
    #expect(profiles(world) == [])
    #expect(Planner.plan(world).wakeAt == world.now + .seconds(3600))
  }

  /// S9.1.5
  @Test func `a fleet that tracks no performance profiles nothing by itself`() {
    let off = fleet(.object(["performanceTracking": .bool(false), "profile": hourly]))
    #expect(profiles(world(model(hourly), [off])) == [])
  }

  @Test func `what is asked for comes with the count that was asked for, or the model's own`() {
    var world = world(model(.object(["testCount": .integer(12)])))
    let identity = Identity(.model, "a")
    world.profileRequests[identity] = ProfileRequest(number: 1, testCount: 3, actor: "socket:0")
    #expect(profiles(world) == ["model/a i 3 Requested"])
    world.profileRequests[identity]?.testCount = nil
    #expect(profiles(world) == ["model/a i 12 Requested"])
  }

  @Test func `a suspended model is left alone`() {
    var resource = model(hourly)
    resource.annotations = [Label(Annotation.suspend, "true")]
    var world = world(resource)
    world.profileRequests[resource.identity] = ProfileRequest(number: 1, testCount: 3, actor: "")
    #expect(profiles(world) == [])
    #expect(ProfileGate(world).refusal(of: resource.identity)?.contains("is suspended by annotation") == true)
  }

  @Test
  func `a model of a hosted service is profiled when it is asked for, and by itself only where the fleet says so`() {
    let hosted = Make.provider("cloud", limit: nil, type: "openai")
    var world = world(model(hourly, provider: "cloud"), provider: hosted)
    #expect(profiles(world) == [])
    #expect(!ProfileGate(world).isFree(Identity(.model, "a")))
    world.profileRequests[Identity(.model, "a")] = ProfileRequest(number: 1, testCount: 3, actor: "")
    #expect(profiles(world) == ["model/a i 3 Requested"])
    let paid = fleet(.object(["profile": .object(["paidModels": .bool(true)])]))
    #expect(
      profiles(self.world(model(hourly, provider: "cloud"), [paid], provider: hosted)) == ["model/a i 5 Interval"])
  }

  @Test(arguments: [
    (FieldValue.emptyMap, true), (.object(["match": .object(["models": .strings(["a"])])]), true),
    (.object(["match": .object(["models": .strings([])])]), false),
    (.object(["match": .object(["models": .strings(["b"])])]), false),
    (.object(["match": .object(["providers": .strings(["local"])])]), true),
    (.object(["match": .object(["providers": .strings(["other"])])]), false),
    (.object(["match": .object(["models": .object(["matchLabels": .object(["tier": .string("x")])])])]), true),
    (.object(["match": .object(["models": .object(["matchLabels": .object(["tier": .string("y")])])])]), false),
  ])
  func `a priced model that a budget covers is not profiled, and it is said why`(match: FieldValue, covers: Bool) throws
  {
    let budget = Make.object(Make.resource(Identity(.budget, "team"), match))
    var priced = model(hourly, price: 2)
    priced.labels = [Label("tier", "x")]
    let paid = fleet(.object(["profile": .object(["paidModels": .bool(true)])]))
    let world = world(priced, [budget, paid])
    #expect(profiles(world) == (covers ? [] : ["model/a i 5 Interval"]))
    let refusal = ProfileGate(world).refusal(of: priced.identity)
    #expect((refusal?.contains("budget 'team' covers it") == true) == covers)
    // What costs nothing can break no budget.
    #expect(profiles(self.world(model(hourly), [budget])) == ["model/a i 5 Interval"])
  }

  @Test func `a model is as ready while it is profiled as before`() {
    let world = world(model(hourly))
    let plan = Planner.plan(world)
    #expect(plan.steps.contains { $0.isMeasurement })
    let status = StatusReducer.reduce(
      previous: nil, object: world.desired.objects[1], plan: plan, world: world)
    let conditions = (status["conditions"]?.list ?? []).map { $0.value["type"]?.string }
    #expect(!conditions.contains("Reconciling"))
    let ready = status["conditions"]?.list?.map(\.value).first { $0["type"]?.string == "Ready" }
    #expect(ready?["status"]?.string == "True")
  }

  @Test(arguments: [true, false])
  func `a diff says that a model will be measured anew, where it was measured`(isMeasured: Bool) {
    let old = model(.object(["testCount": .integer(5)]))
    let new = model(.object(["testCount": .integer(6)]))
    var world = world(old)
    if isMeasured {
      var measured = ModelMeasurements()
      measured.add(
        ProfileRecord(
          at: world.now, cause: .requested, concurrency: 1, generation: 1,
          fingerprint: ProfileSettings.fingerprint(of: old), metrics: ModelMetrics()))
      world.measurements[old.identity] = measured
    }
    var proposed = world.desired
    proposed.objects[1].resource = new
    let change = DiffReport.make(base: world, proposed: proposed, baseTitle: "").changes.first
    #expect(change?.step == (isMeasured ? "re-profile" : "update"))
    #expect(change?.changeClass == "reprofile")
  }
}
