import DroverCore
import DroverDrivers
import DroverSystem
import Glibc
import Testing

/// What is known of a model before it is started.
struct LlamaCppFactsTests {
  private func facts(_ bench: ManagedBench, _ model: FieldValue = .emptyMap) async -> ModelFacts {
    await bench.driver.facts(of: bench.target)
  }

  private func file(_ name: String, _ more: FieldValue = .emptyMap) -> FieldValue {
    .object(["llamaCpp": FieldValue.object(["file": .string(name)]).overlaid(with: more)])
  }

  @Test
  func `the estimate holds the process that is then measured`() async throws {
    let bench = try ManagedBench()
    let facts = await facts(bench)
    #expect(facts.memory.map(\.pool) == ["host"])
    let estimate = try #require(facts.memory.first?.amount)
    #expect(estimate.bytes % (1 << 20) == 0)
    let seen = try await bench.observe(bench.started()) { $0 == .ready }
    #expect(try #require(seen.memory) < estimate)
  }

  @Test
  func `the file tells what its model can do, and the engine what the file cannot`() async throws {
    let bench = try ManagedBench()
    let file = try #require(await facts(bench).capabilities)
    #expect(file.has == [.textGeneration, .chatCompletion, .streaming, .jsonMode])
    let seen = try await bench.observe(bench.started()) { $0 == .ready }
    #expect(seen.capabilities == CapabilityEvidence(lacks: [.functionCalling, .vision]))
    let embedding = await facts(
      try ManagedBench(model: self.file("tiny-embedding.gguf", .object(["embedding": .bool(true)]))))
    #expect(embedding.capabilities?.has == [.embeddings])
  }

  @Test
  func `declared memory replaces the estimate`() async throws {
    let declared = FieldValue.object([
      "requiredMemory": .object(["gpu0": .bytes(ByteCount(5 << 30)), "host": .bytes(ByteCount(1 << 30))])
    ])
    let facts = await facts(try ManagedBench(model: file("tiny.gguf", declared)))
    #expect(facts.memory == [PoolAmount("gpu0", ByteCount(5 << 30)), PoolAmount("host", ByteCount(1 << 30))])
  }

  @Test
  func `a file cut short is told by its sizes`() async throws {
    let models = try TemporaryDirectory()
    let bytes = try FileReader.read(Engine.genuine().models + "/tiny.gguf", maxBytes: 1 << 24)
    try models.write("tiny.gguf", bytes.prefix(300_000))
    let facts = await facts(try ManagedBench(models: models.path))
    #expect(facts.problem?.reason == .loadFailed)
    #expect(facts.problem?.message == "tiny.gguf: 293KiB, header needs 466KiB: truncated; copy it again")
  }

  @Test
  func `another file than the digest says is refused, and the right one is not`() async throws {
    let wrong = await facts(
      try ManagedBench(
        model: file("tiny.gguf", .object(["sha256": .string(String(repeating: "0", count: 64))]))))
    #expect(wrong.problem?.reason == .loadFailed)
    let message = try #require(wrong.problem?.message)
    let found = try #require(message.split(separator: " ").first { $0.utf8.count == 65 || $0.utf8.count == 64 })
    let digest = String(found.prefix(64))
    let right = await facts(try ManagedBench(model: file("tiny.gguf", .object(["sha256": .string(digest)]))))
    #expect(right.problem == nil)
  }

  @Test
  func `S2.1.7 a file that is not as its manifest says is refused with what to correct`() async throws {
    func problem(_ key: String, _ value: FieldValue) async throws -> String? {
      await facts(try ManagedBench(model: file("tiny.gguf", .object([key: value])))).problem?.message
    }
    let size = try FileStat(Engine.genuine().models + "/tiny.gguf").size
    #expect(try await problem("fileSize", .bytes(ByteCount(size + size / 200))) == nil)
    let wrong = try #require(try await problem("fileSize", .bytes(ByteCount(size * 2))))
    #expect(wrong.hasPrefix("tiny.gguf has \(ByteCount(size).display), not "), "\(wrong)")
    #expect(wrong.hasSuffix("; copy it again, or correct llamaCpp.fileSize"), "\(wrong)")
    // The tiny model's weights are plain; what is no name of the format is a word for people.
    let other = try #require(try await problem("quantization", .string("q5_k_m")))
    #expect(other.hasSuffix(", not Q5_K_M; copy the right file, or correct llamaCpp.quantization"), "\(other)")
    #expect(try await problem("quantization", .string("five bits")) == nil)
  }

  @Test
  func `a link out of the model directories is not permitted`() async throws {
    let models = try TemporaryDirectory()
    let outside = try Engine.genuine().models + "/tiny.gguf"
    #expect(symlink(outside, models("tiny.gguf")) == 0)
    let facts = await facts(try ManagedBench(models: models.path))
    #expect(facts.problem?.reason == .notPermitted)
    #expect(facts.problem?.message.contains("outside the model directories") == true)
  }

  @Test(arguments: ["../tiny.gguf", "/etc/passwd", "a/../../tiny.gguf"])
  func `a path out of the model directories is not permitted`(path: String) async throws {
    let facts = await facts(try ManagedBench(model: file(path)))
    #expect(facts.problem?.reason == .notPermitted)
  }

  @Test
  func `a file that is no model is told`() async throws {
    let models = try TemporaryDirectory()
    try models.write("tiny.gguf", "version https://git-lfs.github.com/spec/v1\n".utf8)
    let facts = await facts(try ManagedBench(models: models.path))
    #expect(facts.problem?.reason == .loadFailed)
    #expect(facts.problem?.message.contains("not a GGUF file") == true)
  }

  @Test
  func `flags need the host policy's leave`() async throws {
    let flags = FieldValue.object(["flags": .strings(["--threads=1"])])
    let denied = await facts(try ManagedBench(model: file("tiny.gguf", flags)))
    #expect(denied.problem?.reason == .notPermitted)
    let bench = try ManagedBench(model: file("tiny.gguf", flags), flags: ["--threads"])
    #expect(await facts(bench).problem == nil)
    _ = try await bench.ready(bench.started())
  }

  @Test
  func `a runtime that is not there is told with its path`() async throws {
    let bench = try ManagedBench(runtime: "/nonexistent/llama-server")
    let facts = await facts(bench)
    #expect(facts.problem?.reason == .notPermitted)
    let message =
      "runtime 'llama-server': there is no /nonexistent/llama-server; install llama-server, or correct its path"
    #expect(facts.problem?.message == message)
    let seen = await bench.driver.observe(bench.provider, instances: [])
    #expect(seen.provider.reachability == .unreachable(.notPermitted, message))
  }
}
