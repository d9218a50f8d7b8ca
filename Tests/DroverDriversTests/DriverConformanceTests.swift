import DroverCore
import Testing

/// What every driver does alike, at the genuine engine and at a fake provider.
@Suite(.serialized)
struct DriverConformanceTests {
  enum Kind: CaseIterable, Sendable {
    case llamaCpp, custom, openAI, claude, ollama, vllm, external, router
    /// With the genuine engine.
    case externalEngine, routerEngine

    func bench() async throws -> any DriverBench {
      switch self {
      case .llamaCpp: try ManagedBench()
      case .custom: try await CompatibleBench.working(.custom)
      case .openAI: try await CompatibleBench.working(.openai)
      case .claude: try await CompatibleBench.working(.claude)
      case .ollama: try await CompatibleBench.working(.ollama)
      case .vllm: try await CompatibleBench.working(.vllm)
      case .external: try await LlamaServerBench.fakeExternal().0
      case .router: try await LlamaServerBench.fakeRouter().0
      case .externalEngine: try await LlamaServerBench.genuineExternal()
      case .routerEngine: try await LlamaServerBench.genuineRouter()
      }
    }
  }

  @Test(arguments: Kind.allCases)
  func `starts, gets ready, warms up and stops`(kind: Kind) async throws {
    let bench = try await kind.bench()
    let facts = await bench.driver.facts(of: bench.target)
    #expect(facts.problem == nil)
    #expect(facts.reloadHash == "r1")
    let instance = try await bench.ready(bench.started())
    try await bench.driver.warmUp(instance, target: bench.target)
    let seen = await bench.driver.observe(bench.provider, instances: [instance])
    #expect(seen.provider.reachability == .reachable)
    #expect(seen.instances.map(\.phase) == [.ready])
    try await bench.driver.stop(instance, provider: bench.provider, drain: .seconds(1))
  }

  @Test(arguments: Kind.allCases)
  func `prepared and not yet started instances are not taken for ended ones`(kind: Kind) async throws {
    let bench = try await kind.bench()
    let prepared = try await bench.driver.prepare(bench.intent(), target: bench.target, taken: [])
    let seen = await bench.driver.observe(bench.provider, instances: [prepared])
    #expect(seen.instances.count == 1)
    #expect(seen.instances.first?.phase.ending == nil)
  }

  @Test(arguments: Kind.allCases)
  func `starting twice is starting once`(kind: Kind) async throws {
    let bench = try await kind.bench()
    let prepared = try await bench.driver.prepare(bench.intent(), target: bench.target, taken: [])
    async let first = bench.driver.start(prepared, target: bench.target)
    async let second = bench.driver.start(prepared, target: bench.target)
    let (one, other) = try await (first, second)
    #expect(one.process == other.process)
    let third = try await bench.driver.start(one, target: bench.target)
    #expect(third == one)
    try await bench.driver.stop(one, provider: bench.provider, drain: .zero)
  }

  @Test(arguments: Kind.allCases)
  func `stopping twice is stopping once, and works without the provider`(kind: Kind) async throws {
    let bench = try await kind.bench()
    let instance = try await bench.ready(bench.started())
    try await bench.driver.stop(instance, provider: nil, drain: .zero)
    try await bench.driver.stop(instance, provider: bench.provider, drain: .zero)
  }

  @Test(arguments: Kind.allCases)
  func `an unknown model is not found, and its neighbour is named`(kind: Kind) async throws {
    let bench = try await kind.bench()
    let target = ModelTarget(model: bench.missingModel, provider: bench.provider, reloadHash: "r1")
    let prepared = try await bench.driver.prepare(bench.intent(of: bench.missingModel), target: target, taken: [])
    let error = await #expect(throws: DriverError.self) { try await bench.driver.start(prepared, target: target) }
    #expect(error?.reason == .modelNotFound)
    #expect(error?.message.contains("did you mean '\(bench.model.llamaCpp.file ?? bench.model.modelID)'?") == true)
  }

  @Test(arguments: Kind.allCases)
  func `a stopping instance is seen as stopping until it has ended`(kind: Kind) async throws {
    let bench = try await kind.bench()
    var instance = try await bench.ready(bench.started())
    instance.stoppingSince = Surroundings.real.now()
    let seen = await bench.driver.observe(bench.provider, instances: [instance])
    #expect(seen.instances.map(\.phase) == [.stopping])
    try await bench.driver.stop(instance, provider: bench.provider, drain: .zero)
  }

  @Test(arguments: Kind.allCases)
  func `what was ready is ready for the next daemon`(kind: Kind) async throws {
    let bench = try await kind.bench()
    let instance = try await bench.ready(bench.started())
    let successor = bench.successor()
    let seen = try await bench.observe(instance, by: successor) { $0 == .ready }
    #expect(seen.instance.process == instance.process)
    try await successor.warmUp(instance, target: bench.target)
    try await successor.stop(instance, provider: bench.provider, drain: .zero)
  }

  @Test(arguments: Kind.allCases)
  func `a breakdown after ready is noticed`(kind: Kind) async throws {
    let bench = try await kind.bench()
    let instance = try await bench.ready(bench.started())
    try await bench.breakDown(instance)
    let seen = try await bench.observe(instance) { $0 != .ready }
    switch seen.phase {
    case .ended(let ending): #expect(ending.cause == .crashed)
    case .unhealthy(let failures, _): #expect(failures == bench.provider.health.failureThreshold)
    default: Issue.record("seen as \(seen.phase)")
    }
    await #expect(throws: DriverError.self) { try await bench.driver.warmUp(instance, target: bench.target) }
  }

  @Test(arguments: Kind.allCases)
  func `ends no strays where there are none`(kind: Kind) async throws {
    let bench = try await kind.bench()
    let instance = try await bench.ready(bench.started())
    #expect(await bench.driver.endStrays(known: [instance]).isEmpty)
    #expect(await bench.driver.endStrays(known: []).isEmpty)
    let seen = await bench.driver.observe(bench.provider, instances: [instance])
    #expect(seen.instances.map(\.phase) == [.ready])
    try await bench.driver.stop(instance, provider: bench.provider, drain: .zero)
  }
}
