import DroverCore
import DroverTestKit
import Testing

struct HostedDriverTests {
  @Test
  func `lists the models of the provider, sorted`() async throws {
    let bench = try await CompatibleBench(FakeProvider.Script(models: ["zeta", "alpha", "mid"]))
    let seen = await bench.driver.observe(bench.provider, instances: [])
    #expect(seen.provider.modelIDs == ["alpha", "mid", "zeta"])
    #expect(seen.provider.observedAt != nil)
    await bench.fake.stop()
  }

  @Test
  func `asks for the listing once in an interval`() async throws {
    let bench = try await CompatibleBench(
      provider: .object(["health": .object(["interval": .duration(.seconds(600))])]))
    let instance = try await bench.started()
    for _ in 0..<50 { _ = await bench.driver.observe(bench.provider, instances: [instance]) }
    #expect(bench.fake.traffic.listings == 1)
    await bench.fake.stop()
  }

  @Test
  func `a thousand models that load together share listings`() async throws {
    let names = (0..<1000).map { "model-\($0)" }
    let bench = try await CompatibleBench(
      FakeProvider.Script(models: names),
      provider: .object(["health": .object(["interval": .duration(.seconds(600))])]))
    let start = ContinuousClock.now
    try await withThrowingTaskGroup { group in
      for name in names {
        group.addTask {
          let model = ModelSpec(name: name, spec: .object(["provider": .string("remote")]))
          let target = ModelTarget(model: model, provider: bench.provider, reloadHash: "r1")
          let instance = try await bench.driver.start(bench.intent(of: model), target: target)
          try await bench.driver.warmUp(instance, target: target)
        }
      }
      try await group.waitForAll()
    }
    // A listing serves for a second of loading, and here for ten minutes of everything else.
    #expect(bench.fake.traffic.listings <= Int((ContinuousClock.now - start) / .seconds(1)) + 1)
    #expect(bench.fake.traffic.inferences == 1000)
    await bench.fake.stop()
  }

  @Test
  func `a model that vanishes from the listing is gone`() async throws {
    let bench = try await CompatibleBench()
    let instance = try await bench.ready(bench.started())
    bench.fake.update { $0.models = ["beta"] }
    let seen = try await bench.observe(instance) { $0.ending != nil }
    #expect(seen.phase.ending?.cause == .gone)
    await bench.fake.stop()
  }

  @Test
  func `an empty listing ends nothing`() async throws {
    let bench = try await CompatibleBench()
    let instance = try await bench.ready(bench.started())
    bench.fake.update { $0.models = [] }
    let seen = try await eventually { () -> DriverObservation? in
      let seen = await bench.driver.observe(bench.provider, instances: [instance])
      return seen.provider.modelIDs == [] ? seen : nil
    }
    #expect(seen.instances.map(\.phase) == [.ready])
    await bench.fake.stop()
  }

  @Test
  func `a model is not looked for in an empty listing`() async throws {
    let bench = try await CompatibleBench(FakeProvider.Script(models: []))
    let error = await #expect(throws: DriverError.self) {
      try await bench.driver.start(bench.intent(), target: bench.target)
    }
    #expect(error?.reason == .providerUnavailable)
    #expect(error?.message.contains("lists no models") == true)
    await bench.fake.stop()
  }

  @Test
  func `a probe by inference finds a model that lists and does not infer`() async throws {
    let bench = try await CompatibleBench(
      provider: .object(["health": .object(["probe": .string("Inference")])]))
    let instance = try await bench.ready(bench.started())
    bench.fake.update { $0.inferenceFault = .status(500) }
    let seen = try await bench.observe(instance) { $0 != .ready }
    guard case .unhealthy(_, let message) = seen.phase else {
      Issue.record("seen as \(seen.phase)")
      return
    }
    #expect(message.contains("scripted failure"))
    await bench.fake.stop()
  }

  @Test(arguments: ["", "/", "/v1", "/v1/"])
  func `takes the base address with and without its path`(suffix: String) async throws {
    let fake = try await FakeProvider.start(FakeProvider.Script(models: ["alpha"]))
    let bench = try await CompatibleBench(
      provider: .object(["baseURL": .string(fake.baseURL + suffix)]))
    _ = try await bench.ready(bench.started())
    #expect(fake.traffic.listings > 0)
    await fake.stop()
    await bench.fake.stop()
  }
}
