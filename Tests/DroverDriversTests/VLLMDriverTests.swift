import DroverCore
import DroverTestKit
import Testing

struct VLLMDriverTests {
  private func bench(_ dialect: VLLMFake = VLLMFake(), model: String = "alpha") async throws -> CompatibleBench {
    try await CompatibleBench(.init(models: ["alpha", "beta"], dialect: dialect), type: .vllm, model: model)
  }

  @Test
  func `loading wakes it up and unloading puts it to sleep`() async throws {
    let bench = try await bench()
    bench.fake.remember { $0.isAsleep = true }
    let instance = try await bench.ready(bench.started())
    let seen = await bench.driver.observe(bench.provider, instances: [instance])
    #expect(seen.instances.first?.contextWindow == 32_768)
    #expect(seen.provider.models?.map(\.isLoaded) == [true, true])
    try await bench.driver.stop(instance, provider: bench.provider, drain: .zero)
    #expect(bench.fake.memory.commands == ["wake_up", "sleep 1"])
    let asleep = try await eventually { () -> DriverObservation? in
      let seen = await bench.driver.observe(bench.provider, instances: [])
      return seen.provider.models?.first?.isLoaded == false ? seen : nil
    }
    #expect(asleep.provider.reachability == .reachable)
    await bench.fake.stop()
  }

  @Test
  func `without its sleep mode loading is a look and unloading is nothing`() async throws {
    let bench = try await bench(VLLMFake(hasSleepMode: false))
    let instance = try await bench.ready(bench.started())
    let seen = await bench.driver.observe(bench.provider, instances: [instance])
    #expect(seen.provider.models?.map(\.isLoaded) == [nil, nil])
    try await bench.driver.stop(instance, provider: bench.provider, drain: .zero)
    #expect(bench.fake.memory.commands.isEmpty)
    await bench.fake.stop()
  }

  @Test
  func `what somebody else put to sleep was evicted`() async throws {
    let bench = try await bench()
    let instance = try await bench.ready(bench.started())
    bench.fake.remember { $0.isAsleep = true }
    let seen = try await bench.observe(instance) { $0.ending != nil }
    #expect(seen.phase.ending?.cause == .evicted)
    await bench.fake.stop()
  }

  @Test
  func `it does not sleep while another model of it is wanted`() async throws {
    let bench = try await bench(VLLMFake(adapters: ["beta"]))
    let base = try await bench.ready(bench.started())
    let other = ModelSpec(name: "b", spec: .object(["provider": .string("remote"), "modelID": .string("beta")]))
    let adapter = try await bench.driver.start(
      bench.intent(of: other), target: ModelTarget(model: other, provider: bench.provider, reloadHash: "r1"))
    try await bench.driver.stop(base, provider: bench.provider, drain: .zero)
    #expect(bench.fake.memory.commands.isEmpty)
    // An adapter alone never puts its base to sleep.
    try await bench.driver.stop(adapter, provider: bench.provider, drain: .zero)
    #expect(bench.fake.memory.commands.isEmpty)
    await bench.fake.stop()
  }

  @Test
  func `requests in flight are waited for before it sleeps`() async throws {
    let bench = try await bench()
    let instance = try await bench.ready(bench.started())
    bench.fake.remember { $0.inFlight = 2 }
    async let stop: Void = bench.driver.stop(instance, provider: bench.provider, drain: .seconds(60))
    try await eventually { bench.fake.memory.loadQuestions > 0 ? () : nil }
    #expect(bench.fake.memory.commands.isEmpty)
    bench.fake.remember { $0.inFlight = 0 }
    try await stop
    #expect(bench.fake.memory.commands == ["sleep 1"])
    await bench.fake.stop()
  }

  @Test
  func `a dead engine is an outage, whatever is listed`() async throws {
    let bench = try await bench(VLLMFake(isEngineDead: true))
    let seen = await bench.driver.observe(bench.provider, instances: [])
    guard case .unreachable(let reason, let message) = seen.provider.reachability else {
      Issue.record("seen as \(seen.provider.reachability)")
      return
    }
    #expect(reason == .providerUnavailable)
    #expect(message.contains("its engine is out of order (status 503)"))
    await bench.fake.stop()
  }

  @Test
  func `a listing that says that everything was made just now is no news`() async throws {
    let bench = try await bench()
    let first = await bench.driver.observe(bench.provider, instances: [])
    let later = try await eventually { () -> DriverObservation? in
      let seen = await bench.driver.observe(bench.provider, instances: [])
      return seen.provider.observedAt != first.provider.observedAt ? seen : nil
    }
    #expect(later.provider.models == first.provider.models)
    #expect(later.provider.models?.first?.created == nil)
    await bench.fake.stop()
  }
}
