import DroverCore
import DroverPlanning
import Testing

@Suite struct StatusReducerTests {
  private let local = Make.object(Make.provider())
  private let model = Make.model("a")

  /// Plans a world and reduces the status of `model/a`.
  private func status(
    _ world: World, previous: FieldValue? = nil, of identity: Identity = Identity(.model, "a")
  ) throws -> FieldValue {
    let object = try #require(world.desired[identity])
    return StatusReducer.reduce(previous: previous, object: object, plan: Planner.plan(world), world: world)
  }

  private func world(
    _ resource: Resource? = nil, phase: InstancePhase? = nil, loaded: Bool = true,
    change: (inout World) -> Void = { _ in }
  ) -> World {
    let resource = resource ?? model
    let instances = phase.map { [Make.instance("i", of: resource, phase: $0, loaded: loaded)] } ?? []
    var world = Make.world([local, Make.object(resource)], instances: instances)
    change(&world)
    return world
  }

  private func attempts(_ resource: Resource) -> [Identity: Attempts] {
    [
      resource.identity: Attempts(
        specHash: resource.specHash, failures: 3, lastFailure: Make.start, nextAttempt: Make.start + .seconds(90),
        reason: .loadFailed, message: "exit status 1")
    ]
  }

  // MARK: Ready, Reconciling, Stalled

  @Test func `working: Ready is Unknown and Reconciling says what is done`() throws {
    let status = try status(world(phase: .starting))
    #expect(status.condition("Ready") == "Unknown Progressing: Reconciliation in progress.")
    #expect(status.condition("Reconciling") == "True Progressing: Generation 1 is loading.")
    #expect(status.condition("Stalled") == nil)
  }

  @Test func `done: Ready is True and the other two are absent`() throws {
    let status = try status(world(phase: .ready))
    #expect(status.condition("Ready") == "True Loaded: Generation 1 is loaded.")
    #expect(status.condition("Reconciling") == nil)
    #expect(status.condition("Stalled") == nil)
  }

  @Test func `failing: Ready is False with the cause and Reconciling promises a retry`() throws {
    let status = try status(world { $0.attempts = attempts(model) })
    #expect(status.condition("Ready") == "False LoadFailed: Exit status 1.")
    #expect(status.condition("Reconciling") == "True ProgressingWithRetry: Attempt 4 at 2027-01-15T08:01:30Z.")
    #expect(status.condition("Stalled") == nil)
    #expect(status["state"] == .string("Failed"))
    #expect(status[path: ["attempts", "failures"]] == .integer(3))
  }

  @Test func `terminal: Ready is False and Stalled says what to do`() throws {
    let status = try status(world { $0.observed.facts["a"]?.memory = [PoolAmount("host", Make.gib(24))] })
    #expect(status.condition("Ready")?.hasPrefix("False InsufficientMemory") == true)
    #expect(
      status.condition("Stalled")?.hasPrefix("True InsufficientMemory: Needs 24.0GiB on host; the pool has 16.0GiB.")
        == true)
    #expect(status.condition("Reconciling") == nil)
  }

  @Test func `a new generation that cannot be loaded names the one that serves`() throws {
    let next = Make.model("a", slots: 2)
    let world = Make.world(
      [local, Make.object(next, generation: 7)], instances: [Make.instance("i", of: model, generation: 6)], need: 24)
    let status = try status(world)
    #expect(
      status.condition("Ready")
        == "False InsufficientMemory: Generation 7 cannot be loaded; generation 6 serves.")
    #expect(status.condition("Serving") == "True LastGood: Generation 6.")
    #expect(status.condition("Loaded") == "True Loaded: ")
    #expect(status["servingGeneration"] == .integer(6))
    #expect(status["observedGeneration"] == .integer(7))
  }

  @Test func `a refused manifest is told with its place, and what serves goes on`() throws {
    let problem = Diagnostic(
      .error, .unknownField, file: "models/a.yaml", line: 22, column: 3, field: "spec.contextWindows",
      "unknown field; did you mean 'contextWindow'?")
    let object = Make.object(model, newest: .refused(.invalidManifest, [problem]), newestGeneration: 2)
    let status = try status(Make.world([local, object], instances: [Make.instance("i", of: model)]))
    let place = "models/a.yaml:22:3: spec.contextWindows: unknown field; did you mean 'contextWindow'?"
    #expect(status.condition("Ready") == "False InvalidManifest: \(place); generation 1 stays in force.")
    #expect(status.condition("Stalled") == "True InvalidManifest: \(place)")
    #expect(status.condition("SpecValid") == "False InvalidManifest: \(place)")
    #expect(status.condition("Serving") == "True LastGood: Generation 1.")
    #expect(status.condition("Healthy") == "True ProbeSucceeded: ")
    #expect(status["observedGeneration"] == .integer(2))
  }

  @Test func `a suspended object is neither reconciling nor stalled`() throws {
    let suspended = Make.model("a", annotations: [Label(Annotation.suspend, "true")])
    let status = try status(world(suspended, phase: .ready))
    #expect(status.condition("Ready")?.hasPrefix("False Suspended") == true)
    #expect(status.condition("Reconciling") == nil)
    #expect(status.condition("Stalled") == nil)
  }

  @Test func `kinds that nothing acts on yet say so`() throws {
    let route = Make.object(Make.resource(Identity(.route, "r"), .emptyMap))
    let status = try status(Make.world([local, route]), of: route.identity)
    #expect(status.condition("Ready")?.hasPrefix("False NotImplemented") == true)
  }

  @Test func `a prune that needs a person is told on the object`() throws {
    let object = Make.object(model, newest: .absent(since: Make.start, scans: 5))
    let status = try status(Make.world([local, object], instances: [Make.instance("i", of: model)]))
    #expect(
      status.condition("Ready")?.hasPrefix("False PruneLimit: Its manifest is gone; this would remove every") == true)
    #expect(status.condition("Stalled") != nil)
  }

  @Test func `a label alone leaves a loaded model ready`() throws {
    var world = world(phase: .ready)
    world.desired.objects[1].resource?.labels = [Label("tier", "local")]
    #expect(Planner.plan(world).summary == ["model/a update 1"])
    #expect(try status(world).condition("Ready") == "True Loaded: Generation 1 is loaded.")
  }

  // MARK: How a model came not to be loaded

  @Test func `S1.2.2 never loaded, crashed, evicted and unloaded on purpose are told apart`() throws {
    let idle = Make.model("a", state: "OnDemand")
    let fresh = try status(world(idle))
    #expect(fresh.condition("Ready") == "True NeverLoaded: Not loaded, as nothing asked for it.")
    #expect(fresh.condition("Serving") == "True LoadsOnDemand: A request for it loads it.")
    #expect(fresh["state"] == .string("Available"))

    let loaded = try status(world(idle, phase: .ready))
    let evicted = try status(world(idle, phase: .stopping), previous: loaded)
    let afterwards = try status(world(idle), previous: evicted)
    #expect(afterwards.condition("Loaded")?.hasPrefix("False Evicted") == true)
    #expect(afterwards.condition("Ready")?.hasPrefix("True Evicted") == true)
    #expect(afterwards["state"] == .string("Unloaded"))

    let crashed = try status(
      world(idle, phase: .ended(Ending(.crashed, "exit status 139", at: Make.start))), previous: loaded)
    #expect(try status(world(idle), previous: crashed).condition("Loaded") == "False Crashed: Exit status 139.")

    let purpose = Make.model("a", state: "Unloaded")
    let going = try status(world(purpose, phase: .ready), previous: loaded)
    let gone = try status(
      world(purpose), previous: try status(world(purpose, phase: .stopping), previous: going))
    #expect(gone.condition("Loaded")?.hasPrefix("False Unloaded") == true)
    #expect(gone.condition("Ready")?.hasPrefix("True Unloaded") == true)
  }

  @Test func `Serving tells why nothing answers`() throws {
    let fresh = try status(world())
    #expect(fresh.condition("Serving") == "False NeverLoaded: ")
    let loaded = try status(world(phase: .ready))
    let crashed = try status(
      world(phase: .ended(Ending(.crashed, "exit status 139", at: Make.start))), previous: loaded)
    #expect(crashed.condition("Serving") == "False Crashed: Exit status 139.")
    let failed = try status(world { $0.attempts = attempts(model) })
    #expect(failed.condition("Serving") == "False LoadFailed: Exit status 1.")
    let purpose = Make.model("a", state: "Unloaded")
    let gone = try status(world(purpose), previous: try status(world(purpose, phase: .ready), previous: loaded))
    #expect(gone.condition("Serving")?.hasPrefix("False Unloaded") == true)
    let idle = Make.model("a", state: "OnDemand")
    let evicted = try status(world(idle, phase: .stopping), previous: loaded)
    #expect(evicted.condition("Serving")?.hasPrefix("True LoadsOnDemand") == true)
  }

  @Test func `failed attempts are history once the spec in force is loaded`() throws {
    #expect(try status(world { $0.attempts = attempts(model) })["attempts"] != nil)
    #expect(try status(world(phase: .ready) { $0.attempts = attempts(model) })["attempts"] == nil)
  }

  @Test func `an object that outlives its manifest says so`() throws {
    let kept = Make.model("a", annotations: [Label(Annotation.prune, "disabled")])
    let object = Make.object(kept, newest: .absent(since: Make.start, scans: 5))
    let status = try status(Make.world([local, object], instances: [Make.instance("i", of: kept)]))
    #expect(
      status.condition("Ready") == "True Loaded: Its manifest is gone; kept by drover.dev/prune: disabled.")
  }

  // MARK: Outages

  /// A Loaded model at a hosted provider that was observed like this.
  private func hosted(_ observation: ProviderObservation, phase: InstancePhase? = nil) -> World {
    let remote = Make.object(Make.provider("remote", type: "custom"))
    let resource = Make.model("a", provider: "remote")
    var instances = phase.map { [Make.instance("i", of: resource, phase: $0)] } ?? []
    for index in instances.indices {
      instances[index].instance.isManaged = false
      instances[index].instance.reserved = []
    }
    var world = Make.world([remote, Make.object(resource)], instances: instances)
    world.observed.providers["remote"] = observation
    return world
  }

  @Test(arguments: [InstancePhase.ready, .unhealthy(failures: 3, message: "connection refused")])
  func `an empty listing unloads nothing`(phase: InstancePhase) throws {
    let world = hosted(ProviderObservation(reachability: .reachable, models: []), phase: phase)
    #expect(Planner.plan(world).steps.isEmpty)
    #expect(try status(world)["state"] == .string("Loaded"))
  }

  @Test func `a provider whose engine is missing says so, and its models wait for it`() throws {
    let message = "runtime 'llama-server': no folder of the PATH (/usr/bin) holds llama-server"
    var world = world { world in
      world.observed.providers["local"] = ProviderObservation(reachability: .unreachable(.providerUnavailable, message))
      world.observed.facts["a"]?.problem = ModelFacts.Problem(.providerUnavailable, message)
    }
    let provider = try status(world, of: Identity(.provider, "local"))
    #expect(provider.condition("Ready") == "False ProviderUnavailable: R\(message.dropFirst()).")
    #expect(provider["reachable"] == .string("False"))
    #expect(try status(world).condition("Ready") == "False ProviderUnavailable: R\(message.dropFirst()).")
    #expect(try status(world).condition("Stalled") == nil)
    world.observed.providers["local"] = ProviderObservation(reachability: .reachable)
    #expect(try status(world, of: Identity(.provider, "local"))["reachable"] == .string("True"))
  }

  @Test func `a load waits while the provider lists nothing`() throws {
    let world = hosted(ProviderObservation(reachability: .reachable, models: []))
    #expect(Planner.plan(world).reasons == ["model/a ProviderUnavailable"])
    #expect(
      try status(world).condition("Ready")
        == "False ProviderUnavailable: provider/remote: the provider lists no models.")
  }

  @Test func `a listing that is throttled says nothing of a model`() throws {
    let throttled = ProviderObservation(reachability: .unreachable(.providerThrottled, "it asks to slow down"))
    let serving = try status(hosted(throttled, phase: .ready))
    #expect(serving.condition("Serving") == "True Loaded: ")
    #expect(serving.condition("Ready")?.hasPrefix("True Loaded") == true)
    let ill = try status(hosted(throttled, phase: .unhealthy(failures: 3, message: "no answer")))
    #expect(ill.condition("Serving") == "False ProbeFailed: No answer.")
    // What is not loaded yet still waits for the provider.
    let world = hosted(throttled)
    #expect(Planner.plan(world).reasons == ["model/a ProviderThrottled"])
    #expect(
      try status(world).condition("Ready") == "False ProviderThrottled: provider/remote: it asks to slow down.")
  }

  @Test func `an outage is told before an earlier failure`() throws {
    let message = "cannot reach it: it answers with status 500"
    var world = hosted(ProviderObservation(reachability: .unreachable(.providerUnavailable, message)))
    world.attempts = attempts(Make.model("a", provider: "remote"))
    #expect(Planner.plan(world).reasons == ["model/a ProviderUnavailable"])
    #expect(
      try status(world).condition("Ready") == "False ProviderUnavailable: provider/remote: \(message).")
  }

  @Test func `a crash of an enforced model is drift until it is loaded again, and counts a restart`() throws {
    let loaded = try status(world(phase: .ready))
    #expect(loaded.condition("Drifted") == "False InSync: ")
    #expect(loaded[path: ["process", "restarts"]] == .integer(0))
    let ended = try status(
      world(phase: .ended(Ending(.crashed, "exit status 139", at: Make.start))), previous: loaded)
    #expect(ended.condition("Ready") == "False Crashed: Exit status 139.")
    #expect(ended.condition("Drifted")?.hasPrefix("True Drifted") == true)
    let waiting = try status(world { $0.attempts = attempts(model) }, previous: ended)
    #expect(waiting.condition("Drifted")?.hasPrefix("True Drifted") == true)
    var again = Make.world([local, Make.object(model)], instances: [Make.instance("j", of: model, phase: .starting)])
    again.attempts = attempts(model)
    let starting = try status(again, previous: waiting)
    #expect(starting.condition("Drifted") == "False InSync: ")
    #expect(starting[path: ["process", "restarts"]] == .integer(1))
    #expect(try status(again, previous: starting)[path: ["process", "restarts"]] == .integer(1))
  }

  @Test func `a failure before what serves was loaded is no reason while the same spec is loaded once more`() throws {
    let serving = Make.instance("i", of: Make.model("a", slots: 2), generation: 6)
    let loading = Make.instance("j", of: model, generation: 7, phase: .starting)
    var world = Make.world([local, Make.object(model, generation: 7)], instances: [serving, loading])
    let loadedAt = try #require(serving.instance.loadedAt)
    world.attempts = attempts(model)
    let identity = Identity(.model, "a")
    world.attempts[identity]?.lastFailure = loadedAt + .seconds(1)
    #expect(try status(world).condition("Ready")?.hasPrefix("False LoadFailed") == true)
    world.attempts[identity]?.lastFailure = loadedAt + .seconds(-1)
    #expect(try status(world).condition("Ready")?.hasPrefix("Unknown Progressing") == true)
  }

  @Test func `a reload is not drift`() throws {
    let loaded = try status(world(phase: .ready))
    let next = Make.object(Make.model("a", slots: 2, transition: "Drain"), generation: 2)
    var previous = loaded
    for phase in [InstancePhase.ready, .stopping, .ended(Ending(.stopped, "", at: Make.start))] {
      let world = Make.world([local, next], instances: [Make.instance("i", of: model, phase: phase)])
      previous = try status(world, previous: previous)
      #expect(previous.condition("Drifted") == "False InSync: ")
    }
  }

  @Test func `where nothing was compared, drift is unknown and says why`() throws {
    let new = try status(world())
    #expect(new.condition("Drifted") == "Unknown NotObserved: Nothing of it runs yet that could differ.")
    let paused = Make.model("a", annotations: [Label(Annotation.suspend, "true")])
    #expect(
      try status(world(paused, phase: .ready)).condition("Drifted")
        == "Unknown Suspended: Not compared while it is suspended.")
    let waiting = try status(world { $0.observed.isComplete = false })
    #expect(waiting.condition("Drifted") == "Unknown NotObserved: What runs is being looked at.")
    let idle = try status(world(Make.model("a", state: "OnDemand")))
    #expect(idle.condition("Drifted") == "False InSync: Nothing is enforced, since desiredState is OnDemand.")
    #expect(try status(world(Make.model("a", state: "Unloaded"))).condition("Drifted") == "False InSync: ")
    var broken = Make.object(model, newest: .refused(.invalidManifest, []))
    broken.resource = nil
    #expect(
      try status(Make.world([local, broken])).condition("Drifted")
        == "Unknown NotObserved: No valid manifest of it was read yet.")
  }

  @Test func `a process under a model that must be unloaded is drift`() throws {
    let purpose = Make.model("a", state: "Unloaded")
    let idle = try status(world(purpose))
    let found = try status(world(purpose, phase: .ready), previous: idle)
    #expect(found.condition("Drifted")?.hasPrefix("True Drifted") == true)
  }

  // MARK: Details

  @Test func `transition times move with the status of a condition alone`() throws {
    let first = try status(world(phase: .ready))
    var later = world(phase: .ready)
    later.now = later.now + .seconds(3600)
    #expect(try status(later, previous: first) == first)
    later.observed.instances[0].phase = .starting
    later.observed.instances[0].instance.loadedAt = nil
    let loading = try status(later, previous: first)
    #expect(loading.time("Ready") == "2027-01-15T09:01:00Z")
    #expect(loading.time("SpecValid") == "2027-01-15T08:01:00Z")
  }

  @Test func `the same inputs change nothing the second time`() throws {
    let phases: [InstancePhase?] = [
      nil, .intended, .starting, .ready, .stopping, .unhealthy(failures: 3, message: "timed out"),
      .ended(Ending(.crashed, "exit status 1", at: Make.start)),
    ]
    for state in ["Loaded", "OnDemand", "Unloaded"] {
      let resource = Make.model("a", state: state)
      var previous: FieldValue?
      for phase in phases + phases.reversed() {
        let first = try status(world(resource, phase: phase), previous: previous)
        let second = try status(world(resource, phase: phase), previous: first)
        #expect(try status(world(resource, phase: phase), previous: second) == second)
        previous = second
      }
    }
  }

  @Test func `measured memory stands still while it hardly moves`() throws {
    var world = world(phase: .ready)
    world.observed.instances[0].memory = ByteCount(5_000_000_000)
    let first = try status(world)
    #expect(first[path: ["memory", "measured"]] == .bytes(ByteCount(4768 << 20)))
    world.observed.instances[0].memory = ByteCount(5_100_000_000)
    #expect(try status(world, previous: first) == first)
    world.observed.instances[0].memory = ByteCount(6_000_000_000)
    #expect(try status(world, previous: first)[path: ["memory", "measured"]] == .bytes(ByteCount(5722 << 20)))
  }

  @Test func `a hosted provider says whether it answers`() throws {
    let hosted = Make.object(Make.provider("remote", type: "custom"))
    var world = Make.world([hosted])
    #expect(try status(world, of: hosted.identity)["reachable"] == .string("Unknown"))
    world.observed.providers["remote"] = ProviderObservation(
      reachability: .reachable, models: [ListedModel(id: "x"), ListedModel(id: "y")])
    let reachable = try status(world, of: hosted.identity)
    #expect(reachable.condition("Ready")?.hasPrefix("True ReconciliationSucceeded") == true)
    #expect(reachable["models"] == .integer(2))
    world.observed.providers["remote"] = ProviderObservation(
      reachability: .unreachable(.providerUnavailable, "cannot reach 127.0.0.1:9000: connection refused"))
    let down = try status(world, of: hosted.identity)
    #expect(down.condition("Ready")?.hasPrefix("False ProviderUnavailable") == true)
    #expect(down["reachable"] == .string("False"))
  }

  @Test func `the document is the whole object`() throws {
    let object = Make.object(Make.model("a", labels: [Label("tier", "local")]), generation: 3)
    let document = StatusReducer.document(
      object, status: .object(["observedGeneration": .integer(3)]), revision: "91ab04e")
    #expect(document.map?.map(\.key) == ["apiVersion", "kind", "metadata", "source", "spec", "status"])
    #expect(document[path: ["metadata", "generation"]] == .integer(3))
    #expect(document[path: ["metadata", "labels", "tier"]] == .string("local"))
    #expect(document[path: ["source", "revision"]] == .string("91ab04e"))
    #expect(document[path: ["spec", "provider"]] == .string("local"))
  }
}
