import DroverCore
import DroverTestKit
import Testing

/// Item 14 of reconciling: what somebody loaded by hand.
struct HandLoadedTests {
  @Test
  func `Item 14: a model that was loaded by hand is left alone, and one of the same name is taken over`() async throws {
    let bench = try await CompatibleBench(
      .init(models: ["alpha:latest", "beta:1b"], dialect: OllamaFake()), type: .ollama, model: "beta:1b")
    bench.fake.remember { $0.loaded["beta:1b"] = 300 }
    // No record names it: looking at the provider, and looking for strays, must not end it.
    for _ in 0..<3 { _ = await bench.driver.observe(bench.provider, instances: []) }
    #expect(await bench.driver.endStrays(known: []).isEmpty)
    #expect(bench.fake.memory.loaded == ["beta:1b": 300])
    #expect(bench.fake.memory.commands.isEmpty)
    // A manifest of it takes it over: it stays loaded, now for good, and goes with its manifest.
    let instance = try await bench.ready(bench.started())
    #expect(bench.fake.memory.loaded == ["beta:1b": -1])
    try await bench.driver.stop(instance, provider: bench.provider, drain: .zero)
    #expect(bench.fake.memory.loaded.isEmpty)
    await bench.fake.stop()
  }
}
