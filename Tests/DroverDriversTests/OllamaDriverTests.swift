import DroverCore
import DroverTestKit
import Testing

struct OllamaDriverTests {
  private func bench(
    _ dialect: OllamaFake = OllamaFake(), model: String = "alpha"
  ) async throws -> CompatibleBench {
    try await CompatibleBench(
      .init(models: ["alpha:latest", "beta:1b"], dialect: dialect), type: .ollama, model: model)
  }

  @Test
  func `loads for good, and unloads when it is told to`() async throws {
    let bench = try await bench()
    let instance = try await bench.ready(bench.started())
    #expect(bench.fake.memory.loaded == ["alpha:latest": -1])
    let seen = await bench.driver.observe(bench.provider, instances: [instance])
    #expect(seen.instances.first?.memory == ByteCount(2_000_000))
    #expect(seen.instances.first?.contextWindow == 4096)
    #expect(seen.provider.models?.map(\.isLoaded) == [true, false])
    try await bench.driver.warmUp(instance, target: bench.target)
    try await bench.driver.stop(instance, provider: bench.provider, drain: .zero)
    #expect(bench.fake.memory.loaded.isEmpty)
    #expect(bench.fake.memory.commands == ["/api/generate alpha:latest -1", "/api/generate alpha:latest 0"])
    await bench.fake.stop()
  }

  @Test(arguments: [true, false])
  func `a model that only embeds is loaded by embedding`(listsCapabilities: Bool) async throws {
    let bench = try await bench(
      OllamaFake(capabilities: ["beta:1b": ["embedding"]], listsCapabilities: listsCapabilities), model: "beta:1b")
    let instance = try await bench.ready(bench.started())
    try await bench.driver.warmUp(instance, target: bench.target)
    #expect(bench.fake.memory.commands == ["/api/embed beta:1b -1"])
    await bench.fake.stop()
  }

  @Test
  func `a model that is being loaded is starting, though it is named already`() async throws {
    let bench = try await bench(OllamaFake(loadDelay: .seconds(3600)))
    let instance = bench.intent()
    async let load = bench.driver.start(instance, target: bench.target)
    try await eventually { bench.fake.memory.loading.contains("alpha:latest") ? () : nil }
    let seen = await bench.driver.observe(bench.provider, instances: [instance])
    #expect(seen.instances.map(\.phase) == [.starting])
    // A newer spec cancels it: the request is given up, which makes the server give up too.
    try await bench.driver.stop(instance, provider: bench.provider, drain: .zero)
    do {
      _ = try await load
      Issue.record("the load went on")
    } catch {
      #expect(error as? DriverError == .cancelled)
    }
    await bench.fake.stop()
  }

  @Test
  func `a load that takes too long is given up`() async throws {
    let bench = try await bench(OllamaFake(loadDelay: .seconds(3600)))
    let target = ModelTarget(model: bench.model, provider: bench.impatientToLoad, reloadHash: "r1")
    let error = await #expect(throws: DriverError.self) {
      try await bench.driver.start(bench.intent(), target: target)
    }
    #expect(error?.reason == .loadTimeout)
    #expect(error?.message.hasSuffix("did not load 'alpha:latest' within 1s") == true)
    await bench.fake.stop()
  }

  @Test
  func `a model that does not fit is told as such`() async throws {
    let bench = try await bench(OllamaFake(tooLarge: ["alpha:latest"]))
    let error = await #expect(throws: DriverError.self) { try await bench.started() }
    #expect(error?.reason == .insufficientMemory)
    #expect(error?.message.contains("model requires more system memory (40.1 GiB)") == true)
    await bench.fake.stop()
  }

  @Test
  func `a model that the server dropped was evicted`() async throws {
    let bench = try await bench()
    let instance = try await bench.ready(bench.started())
    bench.fake.remember { $0.loaded = [:] }
    let seen = try await bench.observe(instance) { $0.ending != nil }
    #expect(seen.phase.ending?.cause == .evicted)
    await bench.fake.stop()
  }

  @Test
  func `another client's keep_alive is undone`() async throws {
    let bench = try await bench()
    let instance = try await bench.ready(bench.started())
    bench.fake.remember { $0.loaded["alpha:latest"] = 300 }
    try await eventually {
      _ = await bench.driver.observe(bench.provider, instances: [instance])
      return bench.fake.memory.loaded["alpha:latest"] == -1 ? () : nil
    }
    await bench.fake.stop()
  }

  @Test
  func `two instances of one model share its copy until the last one goes`() async throws {
    let bench = try await bench()
    let old = try await bench.ready(bench.started())
    let new = try await bench.ready(bench.started())
    _ = await bench.driver.observe(bench.provider, instances: [old, new])
    try await bench.driver.stop(old, provider: bench.provider, drain: .zero)
    #expect(bench.fake.memory.loaded == ["alpha:latest": -1])
    try await bench.driver.stop(new, provider: bench.provider, drain: .zero)
    #expect(bench.fake.memory.loaded.isEmpty)
    await bench.fake.stop()
  }

  @Test
  func `unloading waits for what is in flight`() async throws {
    let bench = try await bench()
    let instance = try await bench.ready(bench.started())
    bench.fake.remember { $0.inFlight = 1 }
    async let stop: Void = bench.driver.stop(instance, provider: bench.provider, drain: .seconds(60))
    try await eventually { bench.fake.memory.commands.last == "/api/generate alpha:latest 0" ? () : nil }
    #expect(bench.fake.memory.loaded == ["alpha:latest": -1])
    bench.fake.remember {
      $0.inFlight = 0
      $0.loaded = [:]
    }
    try await stop
    await bench.fake.stop()
  }

  @Test
  func `a server that is gone has nothing to unload`() async throws {
    let bench = try await bench()
    let instance = try await bench.ready(bench.started())
    await bench.fake.stop()
    try await bench.driver.stop(instance, provider: bench.provider, drain: .zero)
  }

  @Test
  func `a load that another daemon waited for ended with it`() async throws {
    let bench = try await bench()
    var instance = bench.intent()
    instance.intendedAt = Timestamp(milliseconds: 0)
    let seen = await bench.driver.observe(bench.provider, instances: [instance])
    #expect(seen.instances.first?.phase.ending?.cause == .stopped)
    await bench.fake.stop()
  }

  @Test
  func `a model that runs in the cloud is neither loaded nor unloaded nor warmed up unasked`() async throws {
    let bench = try await bench(OllamaFake(remotes: ["beta:1b"]), model: "beta:1b")
    let instance = try await bench.ready(bench.started())
    try await bench.driver.warmUp(instance, target: bench.target)
    let seen = await bench.driver.observe(bench.provider, instances: [instance])
    #expect(seen.provider.models?.entry("beta:1b")?.isRemote == true)
    #expect(seen.provider.models?.entry("beta:1b")?.isLoaded == nil)
    #expect(bench.fake.memory.commands.isEmpty)
    #expect(bench.fake.traffic.inferences == 0)
    await bench.fake.stop()
  }
}
