import DroverCore
import DroverPlanning
import Testing

@Suite struct InstanceRulesTests {
  private let local = Make.object(Make.provider())

  private func plan(
    _ model: Resource, _ phases: [(String, InstancePhase)] = [], loaded: Bool = true, generation: Int64 = 1
  ) -> Plan {
    let instances = phases.map { Make.instance($0.0, of: model, phase: $0.1, loaded: loaded) }
    return Planner.plan(Make.world([local, Make.object(model, generation: generation)], instances: instances))
  }

  @Test func `a Loaded model without a process is loaded with what its file needs`() {
    let plan = plan(Make.model("a"))
    #expect(plan.steps.map(\.action) == [.load(reserve: [PoolAmount("host", Make.gib(4))])])
    #expect(plan.waits.isEmpty)
  }

  @Test func `each phase of a Loaded model leads to its one step or wait`() {
    let model = Make.model("a")
    #expect(plan(model, [("i", .intended)]).reasons == ["model/a Loading"])
    #expect(plan(model, [("i", .starting)]).reasons == ["model/a Loading"])
    #expect(plan(model, [("i", .ready)], loaded: false).summary == ["model/a warm-up i"])
    #expect(plan(model, [("i", .ready)]).isConverged)
    #expect(plan(model, [("i", .stopping)]).reasons == ["model/a Draining"])
    #expect(plan(model, [("i", .stopping)]).steps.isEmpty)
    #expect(plan(model, [("i", .ended(Ending(.crashed, "", at: Make.start)))]).summary == ["model/a forget i"])
  }

  @Test func `a model that wants no warm-up is only marked as loaded`() {
    #expect(plan(Make.model("a", warmup: false), [("i", .ready)], loaded: false).summary == ["model/a mark-loaded i"])
  }

  @Test
  func `S8.1.4 a model is warmed up by default where that costs nothing, and elsewhere where its manifest says so`() {
    func steps(_ type: String, warmup: Bool? = nil) -> [String] {
      let model = Make.model("a", warmup: warmup)
      let provider = Make.object(Make.provider(limit: nil, type: type))
      let instances = [Make.instance("i", of: model, loaded: false)]
      return Planner.plan(Make.world([provider, Make.object(model)], instances: instances)).summary
    }
    for type in ["llama.cpp", "ollama", "vllm"] { #expect(steps(type) == ["model/a warm-up i"], "\(type)") }
    for type in ["openai", "claude"] {
      #expect(steps(type) == ["model/a mark-loaded i"], "\(type)")
      #expect(steps(type, warmup: true) == ["model/a warm-up i"], "\(type)")
    }
  }

  @Test func `an unhealthy process is ended at once`() {
    let plan = plan(Make.model("a"), [("i", .unhealthy(failures: 3, message: "timed out"))])
    #expect(plan.steps.map(\.action) == [.unload(instance: "i", drain: .zero)])
    #expect(plan.steps.map(\.reason) == [.probeFailed])
  }

  @Test func `OnDemand keeps what runs and starts nothing`() {
    #expect(plan(Make.model("a", state: "OnDemand")).isConverged)
    #expect(plan(Make.model("a", state: "OnDemand"), [("i", .ready)]).isConverged)
  }

  @Test func `Unloaded drains what serves and ends what still loads`() {
    let model = Make.model("a", state: "Unloaded")
    #expect(plan(model).isConverged)
    #expect(plan(model, [("i", .ready)]).steps.map(\.action) == [.unload(instance: "i", drain: .seconds(30))])
    #expect(plan(model, [("i", .starting)]).steps.map(\.action) == [.unload(instance: "i", drain: .zero)])
  }

  @Test func `a suspended model is reported and not touched`() {
    let model = Make.model("a", annotations: [Label(Annotation.suspend, "true")])
    for phase in [InstancePhase.ready, .unhealthy(failures: 9, message: "")] {
      let plan = plan(model, [("i", phase)])
      #expect(plan.steps.isEmpty)
      #expect(plan.reasons == ["model/a Suspended"])
    }
  }

  @Test func `of two processes of one spec the further one stays`() {
    let model = Make.model("a")
    let instances = [
      Make.instance("i1", of: model, phase: .starting), Make.instance("i2", of: model, phase: .ready),
    ]
    let plan = Planner.plan(Make.world([local, Make.object(model)], instances: instances))
    #expect(plan.steps.map(\.action) == [.unload(instance: "i1", drain: .zero)])
  }

  @Test func `a refused manifest leaves the last good spec in force`() {
    let refused = NewestDocument.refused(.invalidManifest, [])
    let model = Make.model("a")
    let object = Make.object(model, newest: refused, newestGeneration: 2)
    #expect(Planner.plan(Make.world([local, object], instances: [Make.instance("i", of: model)])).isConverged)
    #expect(Planner.plan(Make.world([local, object])).summary == ["model/a load 1"])
  }

  @Test func `a refused manifest without any good one leaves its process alone`() {
    let model = Make.model("a")
    var object = Make.object(model, newest: .refused(.invalidManifest, []), newestGeneration: 1)
    object.resource = nil
    object.generation = 0
    let world = Make.world([local, object], instances: [Make.instance("i", of: model)])
    #expect(Planner.plan(world).isConverged)
  }

  @Test func `a process that nobody knows is unloaded and forgotten, unless something cannot be read`() {
    let stray = Make.model("z")
    var world = Make.world([local], instances: [Make.instance("i", of: stray)])
    #expect(Planner.plan(world).summary == ["model/z unload i"])
    world.desired.unreadable = [Diagnostic(.error, .syntaxError, file: "z.yaml", line: 1, column: 1, "expected a key")]
    #expect(Planner.plan(world).steps.isEmpty)
    world.desired.unreadable = []
    world.desired.roots[0].failure = "no such directory"
    #expect(Planner.plan(world).steps.isEmpty)
    let ended = Make.instance("i", of: stray, phase: .ended(Ending(.stopped, "", at: Make.start)))
    #expect(Planner.plan(Make.world([local], instances: [ended])).summary == ["model/z forget i"])
  }

  @Test func `a model of another node is not run here`() {
    let provider = Make.object(Make.provider(node: "gpu-2"))
    #expect(Planner.plan(Make.world([provider, Make.object(Make.model("a"))])).isConverged)
    let world = Make.world(
      [provider, Make.object(Make.model("a"))], instances: [Make.instance("i", of: Make.model("a"))])
    #expect(Planner.plan(world).summary == ["model/a unload i"])
  }
}
