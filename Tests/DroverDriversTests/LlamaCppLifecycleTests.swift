import DroverCore
import DroverDrivers
import DroverSystem
import Glibc
import Testing

/// The life of child processes of the genuine engine.
@Suite(.serialized)
struct LlamaCppLifecycleTests {
  @Test
  func `tells memory, context and process of a running model`() async throws {
    let bench = try ManagedBench()
    let seen = try await bench.observe(bench.started()) { $0 == .ready }
    #expect(seen.contextWindow == 512)
    #expect(try #require(seen.memory) > ByteCount(1 << 20))
    #expect(seen.instance.process?.bootID == (try ProcFS.bootID()))
    #expect(!seen.instance.wasAdopted)
  }

  @Test
  func `an embedding model warms up by an embedding`() async throws {
    let bench = try ManagedBench(
      model: .object(["llamaCpp": .object(["file": .string("tiny-embedding.gguf"), "embedding": .bool(true)])]))
    let instance = try await bench.ready(bench.started())
    try await bench.driver.warmUp(instance, target: bench.target)
  }

  @Test
  func `a probe by inference keeps a model ready`() async throws {
    let bench = try ManagedBench(
      provider: .object([
        "health": .object(["probe": .string("Inference"), "interval": .duration(.milliseconds(1))])
      ]))
    let instance = try await bench.ready(bench.started())
    for _ in 0..<3 {
      let seen = await bench.driver.observe(bench.provider, instances: [instance])
      #expect(seen.instances.map(\.phase) == [.ready])
      try await Task.sleep(for: .milliseconds(2))
    }
  }

  @Test
  func `the engine gets our marks and its key, and nothing of droverd's secrets`() async throws {
    let bench = try ManagedBench()
    let instance = try await bench.started()
    let pid = try #require(instance.process?.pid)
    // The kernel shows the environment of a new process a moment after its start.
    let environment = try await eventually { ProcFS.environment(pid).flatMap { $0.isEmpty ? nil : $0 } }
    let key = try #require(environment["LLAMA_API_KEY"])
    #expect(environment["DROVER_STATE"] == bench.settings.stateID)
    #expect(environment["DROVER_LAUNCH"] == instance.id)
    #expect(environment["DROVER_TEST_MODELS"] == nil)
    #expect(key.utf8.count == 64)
    #expect(try FileStat(bench.settings.engineKeyPath).mode == 0o600)
    let command = String(decoding: try FileReader.read("/proc/\(pid)/cmdline", maxBytes: 1 << 16), as: UTF8.self)
    #expect(command.contains("--alias"))
    #expect(!command.contains(key))
  }

  @Test
  func `a stop ends the process and frees its port`() async throws {
    let bench = try ManagedBench()
    let instance = try await bench.ready(bench.started())
    #expect(bench.processes == [try #require(instance.process?.pid)])
    try await bench.driver.stop(instance, provider: bench.provider, drain: .seconds(1))
    #expect(bench.processes.isEmpty)
    let seen = await bench.driver.observe(bench.provider, instances: [instance])
    #expect(seen.instances.first?.phase.ending?.cause == .stopped)
    let next = try await bench.driver.prepare(bench.intent(), target: bench.target, taken: [])
    #expect(next.port == instance.port)
  }

  @Test
  func `instances get different ports, also before they are recorded`() async throws {
    let bench = try ManagedBench()
    let first = try await bench.driver.prepare(bench.intent(), target: bench.target, taken: [])
    let second = try await bench.driver.prepare(bench.intent(), target: bench.target, taken: [])
    let third = try await bench.driver.prepare(
      bench.intent(), target: bench.target, taken: [try #require(second.port) + 1])
    #expect(Set([first.port, second.port, third.port]).count == 3)
    #expect(third.port != second.port.map { $0 + 1 })
  }

  @Test
  func `a killed engine is told at once, with its signal`() async throws {
    let bench = try ManagedBench()
    let driver = try #require(bench.driver as? LlamaCppManagedDriver)
    let instance = try await bench.ready(bench.started())
    let reported = try await withThrowingTaskGroup(of: String?.self) { group in
      group.addTask {
        await driver.watchExits()
        return nil
      }
      group.addTask {
        for await id in driver.exits { return id }
        return nil
      }
      try await bench.breakDown(instance)
      let first = try await group.next()
      group.cancelAll()
      return first ?? nil
    }
    #expect(reported == instance.id)
    let seen = await bench.driver.observe(bench.provider, instances: [instance])
    let ending = try #require(seen.instances.first?.phase.ending)
    #expect(ending.cause == .crashed)
    #expect(ending.message.hasPrefix("crashed: killed by signal 9"))
  }

  @Test
  func `a model that the engine refuses fails with the engine's own reason`() async throws {
    let models = try TemporaryDirectory()
    var bytes = try FileReader.read(Engine.genuine().models + "/tiny.gguf", maxBytes: 1 << 24)
    // The name of an architecture that no engine has.
    for start in bytes.indices.dropLast(5) where bytes[start..<start + 5].elementsEqual("llama".utf8) {
      bytes[start + 4] = UInt8(ascii: "q")
    }
    try models.write("tiny.gguf", bytes)
    let bench = try ManagedBench(models: models.path)
    let seen = try await bench.observe(bench.started()) { $0.ending != nil }
    let ending = try #require(seen.phase.ending)
    #expect(ending.cause == .loadFailed)
    #expect(ending.message.hasPrefix("ended while loading: exit status 1; its log says: "))
    #expect(ending.message.contains("architecture"))
  }

  @Test
  func `drains requests in flight before it ends the engine`() async throws {
    let bench = try ManagedBench(
      model: .object(["llamaCpp": .object(["context": .object(["perRequest": .integer(2048)])])]))
    let instance = try await bench.ready(bench.started())
    let request = LongRequest(port: try #require(instance.port), keyPath: bench.settings.engineKeyPath)
    var reply = LongRequest.Reply(request, tokens: 600)
    let busy = try await eventually {
      // The engine may have been faster than this test looked.
      if reply.isOver { reply = LongRequest.Reply(request, tokens: 600) }
      var stopping = instance
      stopping.stoppingSince = Surroundings.real.now()
      return await bench.driver.observe(bench.provider, instances: [stopping]).instances.first { $0.inFlight == 1 }
    }
    #expect(busy.phase == .stopping)
    try await bench.driver.stop(instance, provider: bench.provider, drain: .seconds(600))
    #expect(try await reply.status.value == 200)
  }
}
