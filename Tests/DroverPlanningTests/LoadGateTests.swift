import DroverCore
import DroverPlanning
import Testing

@Suite struct LoadGateTests {
  private let local = Make.object(Make.provider())
  private let model = Make.model("a")

  private func attempts(_ seconds: Int64, hash: String? = nil) -> [Identity: Attempts] {
    let now = Make.start + .seconds(60)
    return [
      model.identity: Attempts(
        specHash: hash ?? model.specHash, failures: 2, lastFailure: now, nextAttempt: now + .seconds(seconds),
        reason: .loadFailed, message: "exit status 1")
    ]
  }

  @Test func `a failed load is repeated after its back-off and not before`() throws {
    let waiting = Planner.plan(Make.world([local, Make.object(model)], attempts: attempts(5)))
    #expect(waiting.steps.isEmpty)
    let wait = try #require(waiting.waits.first)
    #expect(wait.reason == .loadFailed && !wait.isTerminal)
    #expect(waiting.wakeAt == Make.start + .seconds(65))
    #expect(wait.message == "exit status 1; attempt 3 at 2027-01-15T08:01:05Z")

    let due = Planner.plan(Make.world([local, Make.object(model)], attempts: attempts(0)))
    #expect(due.summary == ["model/a load 1"])
    #expect(due.steps.map(\.reason) == [.loadFailed])
    #expect(Planner.plan(Make.world([local, Make.object(model)])).steps.map(\.reason) == [.created])
  }

  @Test func `an edit ignores the attempts at the spec before`() {
    let world = Make.world([local, Make.object(model)], attempts: attempts(500, hash: "other"))
    #expect(Planner.plan(world).summary == ["model/a load 1"])
  }

  @Test func `an attempt without a next one is given up`() throws {
    var given = attempts(0)
    given[model.identity]?.nextAttempt = Timestamp(milliseconds: .max)
    let plan = Planner.plan(Make.world([local, Make.object(model)], attempts: given))
    let wait = try #require(plan.waits.first)
    #expect(wait.isTerminal && wait.until == nil)
    #expect(plan.wakeAt == nil)
  }

  @Test func `a warm-up that failed is repeated after its back-off`() {
    let ready = Make.instance("i", of: model, loaded: false)
    let world = Make.world([local, Make.object(model)], instances: [ready], attempts: attempts(5))
    #expect(Planner.plan(world).steps.isEmpty)
    #expect(Planner.plan(world).reasons == ["model/a LoadFailed"])
  }

  @Test func `a model without a manifest is not loaded anew, and what runs of it goes on`() {
    let gone = Make.object(model, newest: .absent(since: Make.start + .seconds(59), scans: 1))
    let others = ["b", "c"].map { Make.object(Make.model($0, state: "OnDemand")) }
    let plan = Planner.plan(Make.world([local, gone] + others))
    #expect(plan.steps.isEmpty)
    #expect(
      plan.waits.filter { $0.object == model.identity }
        == [Wait(model.identity, .progressing, "its manifest is gone; waits for the grace period")])
    let running = Make.instance("i", of: model)
    #expect(Planner.plan(Make.world([local, gone] + others, instances: [running])).steps.isEmpty)
    let unread = Make.object(model, newest: .absent(since: Make.start, scans: 0))
    #expect(
      Planner.plan(Make.world([local, unread] + others)).waits.map(\.message) == ["waits for its manifest to be read"])
  }

  @Test func `a model that is to outlive its manifest is loaded again`() {
    let kept = Make.model("a", annotations: [Label(Annotation.prune, Annotation.disabled)])
    let gone = Make.object(kept, newest: .absent(since: Make.start, scans: 9))
    #expect(Planner.plan(Make.world([local, gone])).summary == ["model/a load 1"])
  }

  @Test func `a model file is read before it is loaded`() {
    var world = Make.world([local, Make.object(model)])
    world.observed.facts = [:]
    #expect(Planner.plan(world).waits == [Wait(model.identity, .progressing, "reading the model file")])
    world.observed.facts = ["a": ModelFacts(reloadHash: "another", memory: [])]
    #expect(Planner.plan(world).reasons == ["model/a Progressing"])
  }

  @Test(arguments: [
    (Reason.notPermitted, true), (.insufficientMemory, true), (.modelNotFound, false), (.providerUnavailable, false),
  ])
  func `what the file says decides whether waiting may help`(reason: Reason, isTerminal: Bool) {
    var world = Make.world([local, Make.object(model)])
    world.observed.facts["a"]?.problem = ModelFacts.Problem(reason, "no such file")
    #expect(Planner.plan(world).waits == [Wait(model.identity, reason, "no such file", isTerminal: isTerminal)])
  }

  @Test func `a provider that is not accepted is waited for`() {
    let world = Make.world([Make.object(model)])
    #expect(Planner.plan(world).reasons == ["model/a DependencyNotReady"])
    let both = Make.world(
      [local, Make.object(model)],
      registered: [Registration(generation: 1, firstSeen: Make.start, resource: model)])
    #expect(Planner.plan(both).summary == ["provider/local register 1"])
    #expect(Planner.plan(both).reasons == ["model/a DependencyNotReady"])
  }

  @Test func `an outage delays loads and unloads nothing`() {
    let hosted = Make.object(Make.provider("remote", type: "custom"))
    let remote = Make.model("a", provider: "remote")
    var world = Make.world([hosted, Make.object(remote)])
    world.observed.facts = [:]
    #expect(Planner.plan(world).steps.map(\.action) == [.load(reserve: [])])
    world.observed.providers["remote"] = ProviderObservation(
      reachability: .unreachable(.providerUnavailable, "connection refused"))
    #expect(Planner.plan(world).reasons == ["model/a ProviderUnavailable"])
    #expect(Planner.plan(world).steps.isEmpty)
    // What the provider's own trouble is, is what the model waits for.
    var locked = world
    locked.observed.providers["remote"]?.reachability = .unreachable(.authenticationFailed, "check secret 'remote'")
    #expect(Planner.plan(locked).reasons == ["model/a AuthenticationFailed"])
    for phase in [InstancePhase.ready, .unhealthy(failures: 5, message: "")] {
      world.observed.instances = [Make.instance("i", of: remote, phase: phase, reserved: 0)]
      #expect(Planner.plan(world).steps.isEmpty)
    }
  }
}
