import DroverCore
import DroverDrivers
import DroverSystem
import Testing

/// Engines that misbehave, played by shell scripts.
@Suite(.serialized)
struct StubbornEngineTests {
  private func bench(
    script: String, provider: FieldValue = .emptyMap, in directory: TemporaryDirectory
  ) async throws -> ManagedBench {
    let text = "#!/bin/sh\n[ \"$1\" = --help ] && { echo '--no-webui'; exit 0; }\n" + script + "\n"
    return try ManagedBench(runtime: await directory.program("llama-server", text), provider: provider)
  }

  @Test
  func `an engine that never gets ready is killed when its time is over`() async throws {
    let directory = try TemporaryDirectory()
    let bench = try await bench(
      script: "echo 'still loading'; sleep 600",
      provider: .object(["timeouts": .object(["load": .duration(.milliseconds(300))])]), in: directory)
    let seen = try await bench.observe(bench.started()) { $0.ending != nil }
    let ending = try #require(seen.phase.ending)
    #expect(ending.cause == .loadTimeout)
    #expect(ending.message == "not ready within 300ms, so it was killed")
    try await eventually { bench.processes.isEmpty ? () : nil }
  }

  @Test
  func `what the engine leaves behind is ended with it`() async throws {
    let directory = try TemporaryDirectory()
    let bench = try await bench(script: "sleep 600 & echo 'error: gave up'; exit 3", in: directory)
    let seen = try await bench.observe(bench.started()) { $0.ending != nil }
    let ending = try #require(seen.phase.ending)
    #expect(ending.cause == .loadFailed)
    #expect(ending.message == "ended while loading: exit status 3; its log says: error: gave up")
    try await eventually { bench.processes.isEmpty ? () : nil }
  }

  @Test
  func `an engine that will not end is killed`() async throws {
    let directory = try TemporaryDirectory()
    let bench = try await bench(script: "trap '' TERM; echo armed; while :; do sleep 1; done", in: directory)
    let instance = try await bench.started()
    let log = try #require(instance.logPath)
    try await eventually { try FileReader.read(log, maxBytes: 1024).elementsEqual("armed\n".utf8) ? () : nil }
    let impatient = LlamaCppManagedDriver(
      bench.settings, upstream: SharedClient.upstream,
      surroundings: Surroundings(
        now: Surroundings.real.now, sleep: { try await Task.sleep(for: min($0, .milliseconds(500))) },
        random: Surroundings.real.random))
    try await impatient.stop(instance, provider: bench.provider, drain: .zero)
    let seen = await impatient.observe(bench.provider, instances: [instance])
    #expect(seen.instances.first?.phase.ending?.message == "stopped (killed by signal 9)")
    try await eventually { bench.processes.isEmpty ? () : nil }
  }

  @Test
  func `a program that cannot run is refused with its path`() async throws {
    let directory = try TemporaryDirectory()
    let bench = try ManagedBench(runtime: await directory.program("llama-server", "not a program"))
    let prepared = try await bench.driver.prepare(bench.intent(), target: bench.target, taken: [])
    let error = await #expect(throws: DriverError.self) {
      try await bench.driver.start(prepared, target: bench.target)
    }
    #expect(error?.message.contains(directory("llama-server")) == true)
    let seen = await bench.driver.observe(bench.provider, instances: [prepared])
    #expect(seen.instances.map(\.phase) == [.intended])
  }

  @Test
  func `a model keeps the log of its last run and drops older ones`() async throws {
    let directory = try TemporaryDirectory()
    let bench = try await bench(script: "echo started; exit 1", in: directory)
    var names: Set<String> = []
    for _ in 0..<4 {
      let instance = try await bench.started()
      names.insert(try #require(instance.logPath))
      _ = try await bench.observe(instance) { $0.ending != nil }
      // The provider's next look no longer asks about it.
      _ = await bench.driver.observe(bench.provider, instances: [])
    }
    #expect(names.count == 4)
    let kept = try Directory.list(bench.settings.logDirectory).map(\.name).filter { $0.hasSuffix(".log") }
    #expect(kept.count == 2)
  }
}
