import DroverCore
import DroverTestKit
import Testing

/// One `llama-server` that somebody else runs.
struct LlamaCppExternalTests {
  @Test
  func `a server that loads is starting and not away`() async throws {
    let (bench, fake) = try await LlamaServerBench.fakeExternal()
    fake.update { $0.isLoading = true }
    let instance = try await bench.started()
    #expect(instance.readyAt == nil)
    let seen = await bench.driver.observe(bench.provider, instances: [instance])
    #expect(seen.provider.reachability == .reachable)
    #expect(seen.provider.models == nil)
    #expect(seen.instances.map(\.phase) == [.starting])
    fake.update { $0.isLoading = false }
    _ = try await bench.observe(instance) { $0 == .ready }
    await fake.stop()
  }

  @Test
  func `a load that takes too long is given up`() async throws {
    let (bench, fake) = try await LlamaServerBench.fakeExternal(
      provider: .object(["timeouts": .object(["load": .duration(.milliseconds(1))])]))
    fake.update { $0.isLoading = true }
    let seen = try await bench.observe(bench.started()) { $0.ending != nil }
    #expect(seen.phase.ending?.cause == .loadTimeout)
    await fake.stop()
  }

  @Test
  func `a server that was started anew fails its probes until it serves again`() async throws {
    let (bench, fake) = try await LlamaServerBench.fakeExternal()
    let instance = try await bench.ready(bench.started())
    fake.update { $0.isLoading = true }
    let seen = try await bench.observe(instance) { $0 != .ready }
    #expect(seen.phase == .unhealthy(failures: 2, message: "the server is loading its model"))
    fake.update { $0.isLoading = false }
    _ = try await bench.observe(instance) { $0 == .ready }
    await fake.stop()
  }

  @Test
  func `tells the context and the capabilities that the server has`() async throws {
    let (bench, fake) = try await LlamaServerBench.fakeExternal()
    let seen = try await bench.observe(bench.started()) { $0 == .ready }
    #expect(seen.contextWindow == 4096)
    #expect(seen.capabilities?.verdict(on: .chatCompletion) == true)
    #expect(seen.capabilities?.verdict(on: .functionCalling) == true)
    #expect(seen.capabilities?.verdict(on: .embeddings) == false)
    #expect(seen.capabilities?.verdict(on: .vision) == false)
    await fake.stop()
  }

  @Test
  func `takes an alias for the model, and is gone when another is served`() async throws {
    var model = FakeLlamaServer.Model("big")
    model.aliases = ["tiny", "big"]
    let (bench, fake) = try await LlamaServerBench.fakeExternal(model)
    let instance = try await bench.ready(bench.started())
    fake.update { $0.models = [FakeLlamaServer.Model("other")] }
    let seen = try await bench.observe(instance) { $0 != .ready }
    #expect(seen.phase.ending?.cause == .gone)
    #expect(
      seen.phase.ending?.message == "provider 'remote' does not serve a model 'tiny'; it serves 'other'")
    await fake.stop()
  }

  @Test
  func `does not wake a server that sleeps`() async throws {
    let (bench, fake) = try await LlamaServerBench.fakeExternal(
      provider: .object(["health": .object(["probe": .string("Inference")])]))
    fake.update { $0.isSleeping = true }
    let instance = try await bench.ready(bench.started())
    for _ in 0..<3 { _ = try await bench.observe(instance) { $0 == .ready } }
    #expect(Set(fake.calls) == ["GET /health", "GET /v1/models", "GET /props"])
    await fake.stop()
  }

  @Test
  func `unloading only ends routing`() async throws {
    let (bench, fake) = try await LlamaServerBench.fakeExternal()
    let instance = try await bench.ready(bench.started())
    fake.clearCalls()
    try await bench.driver.stop(instance, provider: bench.provider, drain: .seconds(60))
    #expect(fake.calls == [])
    await fake.stop()
  }

  @Test
  func `the genuine server tells its context by slot, and whether it was started for embeddings`() async throws {
    let bench = try await LlamaServerBench.genuineExternal(["--alias", "tiny,small", "-c", "1024", "-np", "2"])
    let seen = try await bench.observe(bench.started()) { $0 == .ready }
    #expect(seen.contextWindow == 512)
    #expect(seen.capabilities?.has == [.textGeneration, .chatCompletion, .streaming, .jsonMode])
    let server = try await GenuineServer.single("tiny-embedding.gguf", ["--alias", "tiny", "--embeddings"]).serving()
    let other = LlamaServerBench(.genuine(server), mode: .external)
    let embedding = try await other.observe(other.started()) { $0 == .ready }
    #expect(embedding.capabilities?.has == [.embeddings])
  }
}
