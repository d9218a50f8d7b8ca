import DroverCore
import DroverSystem
import Glibc
import Testing

@testable import DroverDrivers

/// Files that are quantised before they are served.
struct QuantizeTests {
  /// A llama-quantize that copies: what it is told, and what it prints, are as the genuine one's.
  private final class Tool {
    let directory: TemporaryDirectory
    let path: String

    init(_ body: String = "cp \"$1\" \"$2\"") throws {
      directory = try TemporaryDirectory()
      path = directory("llama-quantize")
      let script = """
        #!/bin/sh
        echo "$3" >> "\(directory("calls"))"
        echo "[   1/   4] token_embd.weight - [64, 273, 1, 1], type = f32, converting to q8_0 .. size = 0.07 MiB"
        \(body)
        """
      try directory.write("llama-quantize", Array(script.utf8), mode: 0o755)
    }

    /// The types that it was called for.
    var calls: [String] {
      let bytes = (try? FileReader.read(directory("calls"), maxBytes: 1 << 20)) ?? []
      return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }
  }

  private func bench(_ tool: Tool?, type: String = "Q4_0") throws -> ManagedBench {
    try ManagedBench(
      model: .object(["llamaCpp": .object(["quantize": .string(type)])]), quantize: tool?.path ?? "/nonexistent/tool")
  }

  private func managed(_ bench: ManagedBench) throws -> LlamaCppManagedDriver {
    try #require(bench.driver as? LlamaCppManagedDriver)
  }

  /// Runs `body` while the driver works on copies.
  private func working<Value: Sendable>(
    _ driver: LlamaCppManagedDriver, _ body: @escaping @Sendable () async throws -> Value
  ) async throws -> Value {
    try await withThrowingTaskGroup(of: Value?.self) { group in
      group.addTask {
        await driver.makeCopies()
        return nil
      }
      group.addTask { try await body() }
      while let value = try await group.next() {
        guard let value else { continue }
        group.cancelAll()
        return value
      }
      throw CancellationError()
    }
  }

  /// The facts of the bench's model once nothing is being made any more.
  private func settled(_ driver: LlamaCppManagedDriver, _ target: ModelTarget) async throws -> ModelFacts {
    try await eventually {
      let facts = await driver.facts(of: target)
      return facts.problem?.reason == .quantizing ? nil : facts
    }
  }

  @Test func `a copy is made once, served, and found again by the next droverd`() async throws {
    let tool = try Tool()
    let bench = try bench(tool)
    let driver = try managed(bench)
    let target = bench.target
    let first = await driver.facts(of: target)
    #expect(first.problem?.reason == .quantizing)
    #expect(first.problem?.message == "waits to quantise tiny.gguf to Q4_0")
    let facts = try await working(driver) { try await settled(driver, target) }
    #expect(facts.problem == nil && facts.memory.count == 1)
    let instance = try await bench.ready(bench.started())
    let pid = try #require(instance.process?.pid)
    let words = String(decoding: try FileReader.read("/proc/\(pid)/cmdline", maxBytes: 1 << 16), as: UTF8.self)
    #expect(words.contains(bench.directory("quantized")) && words.contains("-Q4_0-"))
    try await driver.stop(instance, provider: bench.provider, drain: .zero)
    let successor = try #require(bench.successor() as? LlamaCppManagedDriver)
    let again = try await working(successor) { try await settled(successor, target) }
    #expect(again == facts)
    #expect(tool.calls == ["Q4_0"])
  }

  @Test(arguments: [
    ("echo 'main: failed to quantize model' >&2; exit 1", "llama-quantize ended with exit status 1: main: failed"),
    ("head -c 300000 \"$1\" > \"$2\"", "llama-quantize made no usable file"), ("true", "llama-quantize made no usable"),
  ])
  func `a tool that fails leaves nothing behind, and says why`(body: String, start: String) async throws {
    let tool = try Tool(body)
    let bench = try bench(tool)
    let (driver, target) = (try managed(bench), bench.target)
    let facts = try await working(driver) { try await settled(driver, target) }
    #expect(facts.problem?.reason == .loadFailed)
    #expect(
      facts.problem?.message.hasPrefix("cannot quantise tiny.gguf to Q4_0: " + start) == true,
      "\(facts.problem?.message ?? "")")
    #expect(try Directory.list(bench.directory("quantized")).isEmpty)
  }

  @Test func `what another droverd left half made is removed`() async throws {
    let tool = try Tool()
    let bench = try bench(tool)
    try bench.directory.write("quantized/.old.partial", Array("half".utf8))
    let (driver, target) = (try managed(bench), bench.target)
    _ = try await working(driver) { try await settled(driver, target) }
    let names = try Directory.list(bench.directory("quantized")).map(\.name)
    #expect(names.count == 1 && names[0].hasSuffix(".gguf"))
  }

  @Test func `a missing tool and an unknown type are told with what to do`() async throws {
    let missing = try bench(nil)
    let problem = await missing.driver.facts(of: missing.target).problem
    #expect(problem?.reason == .notPermitted)
    #expect(problem?.message.contains("runtimes.llama-server.quantize") == true)
    let odd = try bench(try Tool(), type: "Q4_KM")
    let unknown = await odd.driver.facts(of: odd.target).problem
    #expect(unknown?.message.hasPrefix("'Q4_KM' is no type that llama-quantize makes; did you mean 'Q4_K_M'?") == true)
  }

  @Test(
    arguments: [
      ("", nil), ("main: build = 1\n[   1/  21] a\n", 4), ("[   1/  21] a\n[  21/  21] b\n", 100),
      ("[ 12/ 24] a\nsize = [64, 2]\n", 50), ("[1/0] a", nil),
    ] as [(String, Int?)])
  func `reads how far the tool is`(log: String, percent: Int?) {
    #expect(QuantizeLog.percent(in: Array(log.utf8)) == percent)
  }

  @Test func `a job that failed waits longer each time, and one at a time is handed out`() throws {
    var table = QuantizeTable()
    let file = ModelFile(path: "/m.gguf", stat: try FileStat("/"))
    let job = QuantizeJob(source: file, type: "Q4_0", tool: file)
    var now = Timestamp(milliseconds: 0)
    for delay in [30, 60, 120, 240] {
      let asked = table.ask(job, now: now)
      #expect(asked.isQueued)
      #expect(!table.ask(job, now: now).isQueued)
      #expect(table.next() == job && table.next() == nil)
      table.note(.failed("x"), of: job, now: now)
      #expect(table.ask(job, now: now + .milliseconds(delay * 1000 - 1)) == (.failed("x"), false))
      now = now + .seconds(delay)
    }
    _ = table.ask(job, now: now)
    table.note(.done(path: "/q.gguf"), of: job, now: now)
    #expect(table.ask(job, now: now + .seconds(9999)) == (.done(path: "/q.gguf"), false))
  }

  @Test func `without room on the disk no copy is begun, and the refusal says how much is needed`() async throws {
    let tool = try Tool()
    let bench = try bench(tool)
    let driver = LlamaCppManagedDriver(
      bench.settings, upstream: SharedClient.upstream, surroundings: .real, freeSpace: { _ in 3 << 10 })
    let target = bench.target
    let facts = try await working(driver) { try await settled(driver, target) }
    #expect(facts.problem?.reason == .loadFailed)
    let message = facts.problem?.message ?? ""
    #expect(message.hasPrefix("cannot quantise tiny.gguf to Q4_0: quantising needs up to "), "\(message)")
    #expect(message.hasSuffix(" in \(bench.directory("quantized")), where 3KiB are free; make room"), "\(message)")
    #expect(tool.calls == [])
    #expect(try Directory.list(bench.directory("quantized")).isEmpty)
  }

  @Test func `copies that nobody uses are removed, and one that is wanted or served never is`() async throws {
    let tool = try Tool()
    let bench = try bench(tool)
    let (driver, target) = (try managed(bench), bench.target)
    _ = try await working(driver) { try await settled(driver, target) }
    let folder = bench.directory("quantized")
    let wanted = try #require(try Directory.list(folder).first?.name)
    for name in ["old.gguf", "new.gguf"] { try bench.directory.write("quantized/" + name, Array("GGUF".utf8)) }
    try age(folder + "/old.gguf")
    try age(folder + "/" + wanted)
    driver.quantize.tidy()
    #expect(try Directory.list(folder).map(\.name).sorted() == [wanted, "new.gguf"].sorted())
    let instance = try await bench.ready(bench.started())
    try await bench.appeared(instance)
    // A successor knows of no model yet, and finds what is served by its process.
    let successor = try #require(bench.successor() as? LlamaCppManagedDriver)
    try age(folder + "/" + wanted)
    successor.quantize.tidy()
    #expect(try Directory.list(folder).map(\.name).contains(wanted))
    try await driver.stop(instance, provider: bench.provider, drain: .zero)
    try age(folder + "/" + wanted)
    successor.quantize.tidy()
    #expect(try Directory.list(folder).map(\.name) == ["new.gguf"])
  }

  /// Sets a file's time to a year ago.
  private func age(_ path: String) throws {
    let then = timespec(tv_sec: time(nil) - 365 * 24 * 3600, tv_nsec: 0)
    #expect(utimensat(AT_FDCWD, path, [then, then], 0) == 0)
  }

  private func copy(_ name: String, _ size: Int64, at seconds: Int64, inUse: Bool = false) -> QuantizeShelf.Copy {
    QuantizeShelf.Copy(
      name: name, size: size, lastUsed: Timestamp(milliseconds: seconds * 1000), isInUse: inUse)
  }

  @Test func `room is made by the copies that were used longest ago, and by none where all would not do`() {
    let copies = [copy("b", 10, at: 2), copy("a", 10, at: 1), copy("used", 100, at: 0, inUse: true)]
    let shelf = QuantizeShelf(copies)
    #expect(shelf.making(room: 1).map(\.name) == ["a"])
    #expect(shelf.making(room: 10).map(\.name) == ["a"])
    #expect(shelf.making(room: 11).map(\.name) == ["a", "b"])
    #expect(shelf.making(room: 21) == [])
    let end = Timestamp(milliseconds: 2000) + QuantizeShelf.keep
    #expect(shelf.outdated(at: end).map(\.name) == ["a", "b"])
    #expect(shelf.outdated(at: end + .milliseconds(-1)).map(\.name) == ["a"])
  }
}
