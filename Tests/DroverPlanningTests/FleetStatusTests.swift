import DroverCore
import DroverPlanning
import Testing

@Suite struct FleetStatusTests {
  private let runtime = FleetRuntime(
    version: "0.1.0", startedAt: Make.start, watchMode: "inotify", watches: 12, overflows: 1,
    settings: [.init(name: "listen", value: "127.0.0.1:3001", source: "default")])

  private func reduce(_ world: World, previous: FieldValue? = nil, runtime: FleetRuntime? = nil) -> FieldValue {
    let context = StatusContext(plan: Planner.plan(world), world: world)
    var tally = FleetTally()
    for object in world.desired.objects {
      let status = StatusReducer.reduce(previous: nil, object: object, context: context)
      tally.count(object.identity.kind, Progress(status: status))
    }
    return FleetStatus.reduce(previous: previous, context: context, tally: tally, runtime: runtime ?? self.runtime)
  }

  private func world() -> World {
    let refused = NewestDocument.refused(.invalidManifest, [])
    return Make.world(
      [
        Make.object(Make.provider(limit: 100)), Make.object(Make.model("loaded")), Make.object(Make.model("loading")),
        Make.object(Make.model("broken"), newest: refused, newestGeneration: 2),
        Make.object(Make.model("paused", annotations: [Label(Annotation.suspend, "true")])),
        Make.object(Make.resource(Identity(.route, "r"), .emptyMap)),
      ], instances: [Make.instance("i", of: Make.model("loaded"))])
  }

  @Test func `every object is counted once`() {
    let counts = reduce(world())["counts"]
    #expect(
      counts?["models"]
        == .object([
          "total": .integer(4), "ready": .integer(1), "progressing": .integer(1), "failing": .integer(0),
          "stalled": .integer(0), "invalid": .integer(1), "suspended": .integer(1),
          "notImplemented": .integer(0),
        ]))
    #expect(counts?[path: ["providers", "ready"]] == .integer(1))
    #expect(counts?[path: ["others", "stalled"]] == .integer(0))
    #expect(counts?[path: ["others", "notImplemented"]] == .integer(1))
  }

  @Test func `a document that cannot be read keeps the fleet from Ready and from pruning`() {
    var world = Make.world(
      [Make.object(Make.provider()), Make.object(Make.model("a"))], instances: [Make.instance("i", of: Make.model("a"))]
    )
    world.desired.unreadable = [
      Diagnostic(.error, .syntaxError, file: "bad.yaml", line: 1, column: 7, "the list does not end")
    ]
    let status = reduce(world)
    #expect(status.condition("Ready")?.hasPrefix("False InvalidManifest") == true)
    #expect(status.condition("Ready")?.contains("bad.yaml:1:7") == true)
    #expect(status.condition("Stalled")?.hasPrefix("True InvalidManifest") == true)
    #expect(status.condition("PruneBlocked")?.hasPrefix("True UnreadableDocument") == true)
  }

  @Test func `the fleet is ready when everything is`() {
    let world = Make.world(
      [Make.object(Make.provider()), Make.object(Make.model("a"))], instances: [Make.instance("i", of: Make.model("a"))]
    )
    #expect(reduce(world).condition("Ready") == "True ReconciliationSucceeded: 2 of 2 objects are ready.")
    #expect(reduce(world).condition("StateWritable")?.hasPrefix("True") == true)
    #expect(reduce(self.world()).condition("Ready")?.hasPrefix("False") == true)
  }

  @Test func `others are the cause where the fleet is not ready`() {
    let status = reduce(world())
    let message = "2 of 4 objects are ready; 0 stalled, 1 invalid, 0 failing; 1 suspended; 1 not implemented."
    #expect(status.condition("Ready") == "False DependencyNotReady: " + message)
    #expect(status.condition("Stalled")?.hasPrefix("True DependencyNotReady") == true)
  }

  @Test func `what is not implemented or suspended does not keep the fleet from being ready`() {
    let route = Make.object(Make.resource(Identity(.route, "r"), .emptyMap))
    let budget = Make.object(Make.resource(Identity(.budget, "b"), .emptyMap))
    let paused = Make.object(Make.model("p", annotations: [Label(Annotation.suspend, "true")]))
    let status = reduce(Make.world([Make.object(Make.provider()), route, budget, paused]))
    #expect(
      status.condition("Ready")
        == "True ReconciliationSucceeded: 1 of 1 objects are ready; 1 suspended; 2 not implemented.")
    #expect(status.condition("Stalled") == nil)
  }

  @Test func `a root that cannot be read is told before everything else`() {
    var world = world()
    world.desired.roots = [RootState(path: "/srv/a"), RootState(path: "/srv/b", failure: "no such directory")]
    let status = reduce(world)
    let message = "Manifest root /srv/b cannot be read: no such directory."
    #expect(status.condition("Ready") == "False RootUnavailable: " + message)
    #expect(status.condition("PruneBlocked") == "True RootUnavailable: " + message)
    world.desired.roots[1].failure = nil
    #expect(reduce(world, previous: status).condition("PruneBlocked") == nil)
  }

  @Test func `troubles of the daemon and of pruning are conditions`() {
    var troubled = runtime
    troubled.stateProblem = "cannot write /var/lib/drover: no space left on device"
    troubled.watchProblem = "inotify is exhausted"
    var world = world()
    world.desired.objects.append(
      Make.object(Make.resource(Identity(.route, "s"), .emptyMap), newest: .absent(since: Make.start, scans: 9)))
    world.desired.unreadable = [Diagnostic(.error, .syntaxError, file: "x.yaml", line: 1, column: 1, "expected a key")]
    let status = reduce(world, runtime: troubled)
    #expect(status.condition("StateWritable")?.hasPrefix("False StateSaveError: Cannot write") == true)
    #expect(status.condition("WatchDegraded")?.hasPrefix("True Polling") == true)
    #expect(status.condition("PruneBlocked")?.hasPrefix("True UnreadableDocument") == true)
  }

  @Test func `an idle fleet writes the same bytes again`() {
    var world = world()
    let first = reduce(world)
    #expect(first[path: ["plan", "madeAt"]] == .string("2027-01-15T08:01:00Z"))
    world.now = world.now + .seconds(600)
    #expect(reduce(world, previous: first).json == first.json)
  }

  @Test func `the document exists without a Fleet manifest`() {
    let world = world()
    let context = StatusContext(plan: Planner.plan(world), world: world)
    let document = FleetStatus.document(status: .emptyMap, context: context)
    #expect(document[path: ["metadata", "name"]] == .string("fleet"))
    let fleet = Make.object(Make.resource(Identity(.fleet, "main"), .object(["timeZone": .string("UTC")])))
    let named = Make.world([fleet])
    let other = FleetStatus.document(status: .emptyMap, context: StatusContext(plan: Plan(), world: named))
    #expect(other[path: ["metadata", "name"]] == .string("main"))
    #expect(other[path: ["spec", "timeZone"]] == .string("UTC"))
  }
}
