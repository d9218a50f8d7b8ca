import DroverCore
import DroverTestKit
import Testing

/// The stream of a router's events.
struct LlamaCppRouterWatchTests {
  @Test(arguments: ["status_change", "model_status"])
  func `tells of changes under either name`(name: String) async throws {
    let (bench, fake) = try await LlamaServerBench.fakeRouter()
    fake.update { $0.eventName = name }
    try await bench.following { counter in
      // The stream itself is a reason to look: what happened before is not told.
      try await eventually { counter.total == 1 ? () : nil }
      fake.change("tiny") { $0.status = "loading" }
      try await eventually { counter.total == 2 ? () : nil }
      fake.change("tiny") { $0.status = "loaded" }
      try await eventually { counter.total == 3 ? () : nil }
    }
    await fake.stop()
  }

  @Test
  func `follows again after the stream has ended`() async throws {
    let (bench, fake) = try await LlamaServerBench.fakeRouter()
    try await bench.following { counter in
      try await eventually { counter.total == 1 ? () : nil }
      fake.endEvents()
      try await eventually { counter.total == 2 ? () : nil }
      fake.change("tiny") { $0.status = "loaded" }
      try await eventually { counter.total == 3 ? () : nil }
    }
    await fake.stop()
  }

  @Test
  func `a router without events is left in peace`() async throws {
    let (bench, fake) = try await LlamaServerBench.fakeRouter()
    fake.update { $0.hasEvents = false }
    try await bench.following { counter in
      try await eventually { fake.calls.contains("GET /models/sse") ? () : nil }
      for _ in 0..<20 { _ = await bench.driver.observe(bench.provider, instances: []) }
      #expect(counter.total == 0)
      #expect(fake.calls.count { $0 == "GET /models/sse" } == 1)
    }
    await fake.stop()
  }
}
