import DroverCore
import DroverTestKit
import Testing

/// A router with several models.
struct LlamaCppRouterTests {
  private func model(_ change: (inout FakeLlamaServer.Model) -> Void) -> FakeLlamaServer.Model {
    var model = FakeLlamaServer.Model("tiny")
    change(&model)
    return model
  }

  @Test
  func `a load is asked for once, and over when the listing says so`() async throws {
    let (bench, fake) = try await LlamaServerBench.fakeRouter([model { $0.listingsToLoad = 3 }])
    let instance = try await bench.started()
    #expect(instance.readyAt == nil)
    let first = await bench.driver.observe(bench.provider, instances: [instance])
    #expect(first.instances.map(\.phase) == [.starting])
    let seen = try await bench.observe(instance) { $0 == .ready }
    #expect(seen.contextWindow == 4096)
    #expect(seen.capabilities?.verdict(on: .functionCalling) == true)
    #expect(seen.capabilities?.verdict(on: .embeddings) == false)
    #expect(fake.calls.count { $0 == "POST /models/load" } == 1)
    await fake.stop()
  }

  @Test
  func `looking at a router loads nothing`() async throws {
    let (bench, fake) = try await LlamaServerBench.fakeRouter(
      provider: .object(["health": .object(["probe": .string("Inference")])]))
    let instance = try await bench.ready(bench.started())
    try await bench.driver.stop(instance, provider: bench.provider, drain: .seconds(5))
    for call in fake.calls where call.hasPrefix("GET") && call.contains("model=") {
      #expect(call.contains("autoload=false"), "\(call)")
    }
    fake.clearCalls()
    let other = bench.intent()
    _ = await bench.driver.observe(bench.provider, instances: [other])
    #expect(fake.calls == ["GET /v1/models"])
    await fake.stop()
  }

  @Test
  func `a load that fails is told with the exit status`() async throws {
    let (bench, fake) = try await LlamaServerBench.fakeRouter([model { $0.fails = true }])
    let seen = try await bench.observe(bench.started()) { $0.ending != nil }
    #expect(seen.phase.ending?.cause == .loadFailed)
    #expect(
      seen.phase.ending?.message
        == "its process at the router ended while loading with exit status 1; the log of the router says why")
    await fake.stop()
  }

  @Test
  func `a model that was loaded before, or is loading, is taken as it is`() async throws {
    for status in ["loaded", "sleeping", "loading"] {
      let (bench, fake) = try await LlamaServerBench.fakeRouter([model { $0.status = status }])
      _ = try await bench.ready(bench.started())
      #expect(!fake.calls.contains("POST /models/load"))
      await fake.stop()
    }
  }

  @Test
  func `a model that somebody else unloads has been evicted, and can be loaded anew`() async throws {
    let (bench, fake) = try await LlamaServerBench.fakeRouter()
    let instance = try await bench.ready(bench.started())
    fake.change("tiny") { $0.status = "unloaded" }
    let seen = try await bench.observe(instance) { $0 != .ready }
    #expect(seen.phase.ending?.cause == .evicted)
    // The first end stays, whatever becomes of the model.
    let next = try await bench.started()
    let both = try await eventually { () -> DriverObservation? in
      let both = await bench.driver.observe(bench.provider, instances: [instance, next])
      return both.instances.last?.phase == .ready ? both : nil
    }
    #expect(both.instances.map(\.phase) == [seen.phase, .ready])
    await fake.stop()
  }

  @Test
  func `a model whose process dies has crashed`() async throws {
    let (bench, fake) = try await LlamaServerBench.fakeRouter()
    let instance = try await bench.ready(bench.started())
    fake.change("tiny") { model in
      model.status = "unloaded"
      model.hasFailed = true
      model.exitCode = 137
    }
    let seen = try await bench.observe(instance) { $0 != .ready }
    #expect(seen.phase.ending?.cause == .crashed)
    #expect(seen.phase.ending?.message.contains("exit status 137") == true)
    await fake.stop()
  }

  @Test
  func `a model that is no longer listed is gone`() async throws {
    let (bench, fake) = try await LlamaServerBench.fakeRouter()
    let instance = try await bench.ready(bench.started())
    fake.update { $0.models.removeFirst() }
    let seen = try await bench.observe(instance) { $0 != .ready }
    #expect(seen.phase.ending?.cause == .gone)
    #expect(seen.phase.ending?.message.hasSuffix("; it lists 'tiny-b'") == true)
    await fake.stop()
  }

  @Test(arguments: ["sleeping", "loading", "resting"])
  func `a loaded model that sleeps, wakes or does what nobody knows stays ready`(status: String) async throws {
    let (bench, fake) = try await LlamaServerBench.fakeRouter(
      [model { $0.listingsToLoad = nil }],
      provider: .object(["health": .object(["probe": .string("Inference")])]))
    fake.change("tiny") { $0.status = "loaded" }
    let instance = try await bench.ready(bench.started())
    fake.change("tiny") { $0.status = status }
    fake.clearCalls()
    for _ in 0..<4 {
      let seen = await bench.driver.observe(bench.provider, instances: [instance])
      #expect(seen.instances.map(\.phase) == [.ready])
    }
    #expect(fake.calls.allSatisfy { $0.hasPrefix("GET /v1/models") || $0.hasPrefix("GET /props?") })
    await fake.stop()
  }

  @Test
  func `a load that takes too long is called off at the router`() async throws {
    let (bench, fake) = try await LlamaServerBench.fakeRouter(
      [model { $0.listingsToLoad = nil }],
      provider: .object(["timeouts": .object(["load": .duration(.milliseconds(1))])]))
    let seen = try await bench.observe(bench.started()) { $0.ending != nil }
    #expect(seen.phase.ending?.cause == .loadTimeout)
    #expect(fake.calls.count { $0 == "POST /models/unload" } == 1)
    #expect(fake.model("tiny")?.status == "unloaded")
    await fake.stop()
  }

  @Test
  func `a model that is still downloaded is left to it`() async throws {
    let (bench, fake) = try await LlamaServerBench.fakeRouter([model { $0.status = "downloading" }])
    let error = await #expect(throws: DriverError.self) {
      try await bench.driver.start(bench.intent(), target: bench.target)
    }
    #expect(error?.message.hasSuffix("is still downloading 'tiny'") == true)
    #expect(!fake.calls.contains { $0.hasPrefix("POST") })
    fake.change("tiny") { $0.status = "downloaded" }
    _ = try await bench.ready(bench.started())
    await fake.stop()
  }

  @Test
  func `a router without room says so`() async throws {
    let (bench, fake) = try await LlamaServerBench.fakeRouter()
    fake.update { $0.postFault = .status(500) }
    let error = await #expect(throws: DriverError.self) {
      try await bench.driver.start(bench.intent(), target: bench.target)
    }
    #expect(error?.reason == .loadFailed)
    #expect(error?.message.contains("answers with status 500: scripted failure") == true)
    await fake.stop()
  }

  @Test
  func `the next daemon adopts what stands in its records and leaves the rest alone`() async throws {
    let (bench, fake) = try await LlamaServerBench.fakeRouter()
    fake.change("tiny-b") { $0.status = "loaded" }
    let instance = try await bench.ready(bench.started())
    fake.clearCalls()
    let successor = bench.successor()
    #expect(await successor.endStrays(known: [instance]) == [])
    let seen = await successor.observe(bench.provider, instances: [instance])
    #expect(seen.instances.map(\.phase) == [.ready])
    #expect(seen.instances.first?.instance.wasAdopted == true)
    #expect(seen.provider.models?.map(\.isLoaded) == [true, true])
    #expect(!fake.calls.contains { $0.hasPrefix("POST") })
    await fake.stop()
  }

  @Test
  func `what an earlier daemon recorded and never asked for has ended`() async throws {
    let (bench, fake) = try await LlamaServerBench.fakeRouter()
    let prepared = try await bench.driver.prepare(bench.intent(), target: bench.target, taken: [])
    let seen = await bench.successor().observe(bench.provider, instances: [prepared])
    #expect(seen.instances.first?.phase.ending?.cause == .stopped)
    await fake.stop()
  }
}
