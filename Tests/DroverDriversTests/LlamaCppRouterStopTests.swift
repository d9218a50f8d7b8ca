import DroverCore
import DroverTestKit
import Testing

/// How a router's models are unloaded.
struct LlamaCppRouterStopTests {
  private func model(_ change: (inout FakeLlamaServer.Model) -> Void) -> FakeLlamaServer.Model {
    var model = FakeLlamaServer.Model("tiny")
    change(&model)
    return model
  }

  @Test
  func `waits until the listing says that it is unloaded`() async throws {
    let (bench, fake) = try await LlamaServerBench.fakeRouter([model { $0.listingsToUnload = 4 }])
    let instance = try await bench.ready(bench.started())
    try await bench.driver.stop(instance, provider: bench.provider, drain: .zero)
    #expect(fake.model("tiny")?.status == "unloaded")
    #expect(fake.calls.count { $0 == "POST /models/unload" } == 1)
    let seen = await bench.driver.observe(bench.provider, instances: [instance])
    #expect(seen.instances.first?.phase.ending?.cause == .stopped)
    await fake.stop()
  }

  @Test
  func `lets requests in flight end first, for as long as it may`() async throws {
    let (bench, fake) = try await LlamaServerBench.fakeRouter([model { $0.busy = 1 }])
    let instance = try await bench.ready(bench.started())
    async let stopping: Void = bench.driver.stop(instance, provider: bench.provider, drain: .seconds(600))
    try await eventually { fake.calls.contains { $0.hasPrefix("GET /slots?") } ? () : nil }
    let seen = await bench.driver.observe(bench.provider, instances: [instance])
    #expect(seen.instances.map(\.phase) == [.stopping])
    #expect(fake.model("tiny")?.status == "loaded")
    fake.change("tiny") { $0.busy = 0 }
    try await stopping
    #expect(fake.model("tiny")?.status == "unloaded")
    await fake.stop()
  }

  @Test
  func `calling a load off is no failure`() async throws {
    let (bench, fake) = try await LlamaServerBench.fakeRouter([model { $0.listingsToLoad = nil }])
    let instance = try await bench.started()
    try await bench.driver.stop(instance, provider: bench.provider, drain: .zero)
    #expect(fake.model("tiny")?.hasFailed == true)
    let seen = await bench.driver.observe(bench.provider, instances: [instance])
    #expect(seen.instances.first?.phase.ending?.cause == .stopped)
    await fake.stop()
  }

  @Test
  func `a model that is not running is stopped already`() async throws {
    let (bench, fake) = try await LlamaServerBench.fakeRouter()
    let instance = try await bench.ready(bench.started())
    fake.change("tiny") { $0.status = "unloaded" }
    try await bench.driver.stop(instance, provider: bench.provider, drain: .zero)
    let seen = await bench.driver.observe(bench.provider, instances: [instance])
    #expect(seen.instances.first?.phase.ending?.cause == .stopped)
    await fake.stop()
  }

  @Test
  func `a model that another instance goes on with stays loaded`() async throws {
    let (bench, fake) = try await LlamaServerBench.fakeRouter()
    let old = try await bench.ready(bench.started())
    let new = try await bench.ready(bench.started())
    try await bench.driver.stop(old, provider: bench.provider, drain: .zero)
    #expect(fake.model("tiny")?.status == "loaded")
    let seen = await bench.driver.observe(bench.provider, instances: [old, new])
    #expect(seen.instances.map { $0.phase.ending?.cause } == [.stopped, nil])
    try await bench.driver.stop(new, provider: bench.provider, drain: .zero)
    #expect(fake.model("tiny")?.status == "unloaded")
    await fake.stop()
  }

  @Test
  func `two names of one model are one model`() async throws {
    let (bench, fake) = try await LlamaServerBench.fakeRouter([model { $0.aliases = ["small"] }])
    let old = try await bench.ready(bench.started())
    let alias = ModelSpec(name: "small", spec: .object(["provider": .string("remote")]))
    let target = ModelTarget(model: alias, provider: bench.provider, reloadHash: "r1")
    let prepared = try await bench.driver.prepare(bench.intent(of: alias), target: target, taken: [])
    let other = try await bench.ready(bench.driver.start(prepared, target: target))
    try await bench.driver.stop(old, provider: bench.provider, drain: .zero)
    #expect(fake.model("tiny")?.status == "loaded")
    try await bench.driver.stop(other, provider: bench.provider, drain: .zero)
    #expect(fake.model("tiny")?.status == "unloaded")
    await fake.stop()
  }

  @Test
  func `the models of a router that is gone are gone with it, those of one that is silent are not`() async throws {
    let (bench, fake) = try await LlamaServerBench.fakeRouter()
    let instance = try await bench.ready(bench.started())
    fake.update { $0.fault = .hang }
    await #expect(throws: DriverError.self) {
      try await bench.driver.stop(instance, provider: bench.impatient, drain: .zero)
    }
    await fake.stop()
    try await bench.driver.stop(instance, provider: bench.provider, drain: .zero)
  }

  @Test
  func `an unload that has no end is told, and can be tried again`() async throws {
    let (bench, fake) = try await LlamaServerBench.fakeRouter()
    let instance = try await bench.ready(bench.started())
    fake.update { $0.postFault = .status(500) }
    let error = await #expect(throws: DriverError.self) {
      try await bench.driver.stop(instance, provider: bench.provider, drain: .zero)
    }
    #expect(error?.message.contains("status 500") == true)
    fake.update { $0.postFault = nil }
    try await bench.driver.stop(instance, provider: bench.provider, drain: .zero)
    #expect(fake.model("tiny")?.status == "unloaded")
    await fake.stop()
  }
}
