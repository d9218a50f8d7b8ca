import DroverCore
import DroverDrivers
import DroverSystem
import DroverTestKit
import Glibc
import Testing

/// The genuine engine as a router.
@Suite(.serialized)
struct LlamaCppRouterEngineTests {
  private func target(_ name: String, _ bench: LlamaServerBench) -> ModelTarget {
    ModelTarget(
      model: ModelSpec(name: name, spec: .object(["provider": .string("remote")])), provider: bench.provider,
      reloadHash: "r1")
  }

  private func started(_ name: String, _ bench: LlamaServerBench) async throws -> Instance {
    let target = target(name, bench)
    let prepared = try await bench.driver.prepare(bench.intent(of: target.model), target: target, taken: [])
    return try await bench.driver.start(prepared, target: target)
  }

  @Test
  func `room that the router makes by itself is seen as an eviction`() async throws {
    let bench = try await LlamaServerBench.genuineRouter(["--models-max", "1"])
    let first = try await bench.ready(started("tiny", bench))
    let second = try await bench.ready(started("tiny-b", bench))
    let seen = try await bench.observe(first) { $0 != .ready }
    #expect(seen.phase.ending?.cause == .evicted)
    try await bench.driver.stop(second, provider: bench.provider, drain: .zero)
  }

  @Test
  func `a file that is no model fails with the exit status`() async throws {
    let models = try TemporaryDirectory()
    let bytes = try FileReader.read(Engine.genuine().models + "/tiny.gguf", maxBytes: 1 << 24)
    try models.write("tiny.gguf", bytes.prefix(100_000))
    let server = try await GenuineServer.router(models: models.path).serving()
    let bench = LlamaServerBench(.genuine(server), mode: .router)
    let seen = try await bench.observe(bench.started()) { $0.ending != nil }
    #expect(seen.phase.ending?.cause == .loadFailed)
    #expect(seen.phase.ending?.message.contains("exit status 1") == true)
  }

  @Test
  func `a model's process that is killed has crashed, and its events are told`() async throws {
    let server = try await GenuineServer.router().serving()
    let bench = LlamaServerBench(.genuine(server), mode: .router)
    let instance = try await bench.ready(bench.started())
    try await bench.following { counter in
      try await eventually { counter.total == 1 ? () : nil }
      for child in server.children { kill(child, SIGKILL) }
      try await eventually { counter.total > 1 ? () : nil }
    }
    let seen = try await bench.observe(instance) { $0 != .ready }
    #expect(seen.phase.ending?.cause == .crashed)
  }

  @Test
  func `a load that is called off leaves nothing behind, and the model can be loaded again`() async throws {
    let server = try await GenuineServer.router().serving()
    let bench = LlamaServerBench(.genuine(server), mode: .router)
    for _ in 0..<3 {
      let instance = try await bench.started()
      try await bench.driver.stop(instance, provider: bench.provider, drain: .zero)
      let seen = await bench.driver.observe(bench.provider, instances: [instance])
      #expect(seen.instances.first?.phase.ending?.cause == .stopped)
    }
    try await eventually { server.children.isEmpty ? () : nil }
    let seen = try await bench.observe(bench.started()) { $0 == .ready }
    #expect(seen.contextWindow == 2048)
    #expect(seen.capabilities?.has == [.textGeneration, .chatCompletion, .streaming, .jsonMode])
  }

  @Test
  func `lets a request in flight end before it unloads the model`() async throws {
    let server = try await GenuineServer.router().serving()
    let bench = LlamaServerBench(.genuine(server), mode: .router)
    let instance = try await bench.ready(bench.started())
    let request = LongRequest(port: server.port, model: "tiny")
    var reply = LongRequest.Reply(request, tokens: 600)
    try await eventually {
      // The engine may have been faster than this test looked.
      if reply.isOver { reply = LongRequest.Reply(request, tokens: 600) }
      let slots = try await Asking.text(server.baseURL + "/slots?model=tiny&autoload=false")
      return slots.contains("\"is_processing\":true") ? () : nil
    }
    try await bench.driver.stop(instance, provider: bench.provider, drain: .seconds(600))
    #expect(try await reply.status.value == 200)
    #expect(server.children.isEmpty)
  }
}
