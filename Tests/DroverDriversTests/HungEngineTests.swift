import DroverCore
import DroverDrivers
import DroverSystem
import Glibc
import Testing

/// Engines that serve their health page and nothing else, or will not go, played by a script.
@Suite(.serialized)
struct HungEngineTests {
  /// Answers as llama-server does. A file `hung` beside it makes inference hang, a file `busy` shows every slot at work;
  /// with a file `forks` it leaves a process of another session behind, and neither of them heeds SIGTERM.
  private static let program = """
    import http.server, json, os, signal, sys, time
    if "--help" in sys.argv: print("--no-webui"); sys.exit(0)
    here = os.path.dirname(os.path.abspath(__file__))
    def told(name): return os.path.exists(os.path.join(here, name))
    def word(flag): return sys.argv[sys.argv.index(flag) + 1]
    if told("forks"):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if os.fork() == 0:
            os.setsid()
            while True: time.sleep(60)
    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, *words): pass
        def answer(self, value):
            body = json.dumps(value).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        def do_GET(self):
            page = self.path.split("?")[0]
            if page == "/slots": self.answer([{"id": 0, "is_processing": told("busy")}])
            elif page == "/props":
                self.answer({"model_alias": word("--alias"), "default_generation_settings": {"n_ctx": 512}})
            else: self.answer({"status": "ok"})
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            while told("hung"): time.sleep(0.1)
            self.answer({"object": "chat.completion", "choices": [
                {"index": 0, "finish_reason": "length", "message": {"role": "assistant", "content": "Hi"}}]})
    http.server.ThreadingHTTPServer(("127.0.0.1", int(word("--port"))), Handler).serve_forever()

    """

  private func bench(in directory: TemporaryDirectory) async throws -> ManagedBench {
    let python = try #require(
      ProcFS.environment(getpid())?["DROVER_TEST_PYTHON"],
      "DROVER_TEST_PYTHON must name a Python 3; Tests/run.sh sets it")
    return try ManagedBench(
      runtime: await directory.program("llama-server", "#!\(python)\n" + Self.program),
      provider: .object([
        "health": .object([
          "probe": .string("Inference"), "interval": .duration(.milliseconds(1)), "failureThreshold": .integer(1),
        ])
      ]))
  }

  /// Scenario 9: the health page is fine, and inference hangs.
  @Test
  func `an engine that answers its health page and does not infer is unhealthy, until it does`() async throws {
    let directory = try TemporaryDirectory()
    let bench = try await bench(in: directory)
    let instance = try await bench.ready(bench.started())
    try directory.write("hung", [])
    _ = try await bench.observe(instance) { phase in
      if case .unhealthy(_, let message) = phase { message.hasPrefix("does not infer: ") } else { false }
    }
    #expect(unlink(directory("hung")) == 0)
    _ = try await bench.observe(instance) { $0 == .ready }
  }

  @Test
  func `an engine whose slots are all at work is not taken for one that hangs`() async throws {
    let directory = try TemporaryDirectory()
    let bench = try await bench(in: directory)
    let instance = try await bench.ready(bench.started())
    try directory.write("busy", [])
    try directory.write("hung", [])
    // Every look probes, and one failure is enough: it is seen as ready only where a full server counts as well.
    _ = try await bench.observe(instance) { $0 == .ready }
    #expect(unlink(directory("hung")) == 0)
  }

  /// Scenario 8: a grandchild that left its parent's session, and neither heeds SIGTERM.
  @Test
  func `what an engine forked is ended with it, wherever it went`() async throws {
    let directory = try TemporaryDirectory()
    try directory.write("forks", [])
    let bench = try await bench(in: directory)
    let instance = try await bench.ready(bench.started())
    try await eventually { bench.processes.count == 2 ? () : nil }
    let impatient = LlamaCppManagedDriver(
      bench.settings, upstream: SharedClient.upstream,
      surroundings: Surroundings(
        now: Surroundings.real.now, sleep: { try await Task.sleep(for: min($0, .milliseconds(500))) },
        random: Surroundings.real.random))
    try await impatient.stop(instance, provider: bench.provider, drain: .zero)
    try await eventually { bench.processes.isEmpty ? () : nil }
  }

  /// Scenario 8: the same where the engine ends by itself.
  @Test
  func `what a crashed engine leaves in another session is ended too`() async throws {
    let directory = try TemporaryDirectory()
    try directory.write("forks", [])
    let bench = try await bench(in: directory)
    let instance = try await bench.ready(bench.started())
    try await eventually { bench.processes.count == 2 ? () : nil }
    try await bench.breakDown(instance)
    _ = try await bench.observe(instance) { $0.ending != nil }
    try await eventually { bench.processes.isEmpty ? () : nil }
  }
}
