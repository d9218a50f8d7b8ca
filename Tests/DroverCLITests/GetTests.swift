import DroverCLI
import DroverCore
import Testing

@Suite struct GetTests {
  @Test(arguments: [
    ("get-models", ["get", "models"]),
    ("get-models-wide", ["get", "models", "-o", "wide"]),
    ("get-providers", ["get", "providers"]),
    ("get-all", ["get", "all"]),
    ("get-model-yaml", ["get", "model/qwen3-14b", "-o", "yaml"]),
    ("get-model-json", ["get", "model", "qwen3-14b", "-o", "json"]),
    ("get-two-yaml", ["get", "models", "qwen3-14b", "nomic-embed", "-o", "yaml"]),
    ("get-sorted", ["get", "m", "--sort-by", ".status.process.memory", "--no-headers"]),
    ("get-columns", ["get", "models", "-o", "custom-columns=NAME:.metadata.name,PORT:.status.process.port"]),
  ])
  func `prints objects as the mockups do`(name: String, arguments: [String]) async throws {
    try Goldens.expect(try await transcript(arguments), name)
  }

  @Test func `prints names and chosen values`() async throws {
    let session = try Session()
    await session.run("get", "models", "-l", "tier=local", "-o", "name")
    #expect(session.output == "model/llama-3-8b\nmodel/nomic-embed\n")
    await session.run(
      "get", "models", "-o",
      #"jsonpath={range .items[*]}{.metadata.name}{"\t"}{.status.conditions[?(@.type=="Ready")].status}{"\n"}{end}"#)
    #expect(session.output == "llama-3-8b\tFalse\nmistral-7b\tFalse\nnomic-embed\tTrue\nqwen3-14b\tTrue\n")
  }

  @Test func `says on standard error that there is nothing`() async throws {
    let session = try Session()
    #expect(await session.run("get", "budgets") == 0)
    #expect(session.output.isEmpty)
    #expect(session.errors == "No resources found.\n")
  }

  @Test func `an empty answer before the first scan is an error`() async throws {
    let session = try Session()
    session.fleet.forget()
    for arguments in [["get", "models"], ["get", "all", "-o", "yaml"], ["get", "model/a"]] {
      #expect(
        await session.transcript(arguments).hasSuffix(
          "\nerror: droverd has not read its manifests yet: the first scan of the manifests is not complete\nexit 1\n"))
    }
  }

  @Test func `what is there costs one request`() async throws {
    let session = try Session()
    await session.run("get", "models")
    #expect(session.fleet.requests.map(\.target) == ["/api/v1/resources/models"])
  }

  @Test func `a Fleet answers to its own name and to that of the server`() async throws {
    let session = try Session()
    session.fleet.renameFleet("prod")
    for name in ["fleet/prod", "fleet/fleet"] {
      #expect(await session.run("get", name, "-o", "name") == 0, "\(session.errors)")
      #expect(session.output == "fleet/prod\n")
    }
    #expect(await session.run("get", "fleet/prodd") == 1)
    #expect(session.errors == "error: fleet 'prodd' not found; did you mean 'prod'?\n")
  }

  @Test func `suggests a name for one that does not exist`() async throws {
    let session = try Session()
    #expect(await session.run("get", "model", "mistral-7") == 1)
    #expect(session.errors == "error: model 'mistral-7' not found; did you mean 'mistral-7b'?\n")
    #expect(await session.run("get", "model/none-such", "--ignore-not-found") == 0)
    #expect(session.output + session.errors == "")
  }

  @Test func `watches and prints only what changed`() async throws {
    let session = try Session()
    session.fleet.script = [
      { $0.setReady("mistral-7b", "True", "Loaded") },
      { fleet in fleet.objects.removeAll { FleetObject($0).name == "qwen3-14b" } },
      { $0.stopped = true },
    ]
    #expect(await session.run("get", "models", "-w", "--no-headers") == 1)
    let lines = session.output.split(separator: "\n").map { $0.split(separator: " ").first.map(String.init) ?? "" }
    #expect(lines == ["llama-3-8b", "mistral-7b", "nomic-embed", "qwen3-14b", "mistral-7b"])
    #expect(session.errors.hasPrefix("model/qwen3-14b is gone\nerror: cannot reach droverd"))
  }

  @Test func `a watch repeats no row and keeps the columns of its first table`() async throws {
    let session = try Session()
    session.fleet.script = [
      { $0.setStatus("llama-3-8b", "lastHandledReconcileAt", .string("t-1")) },
      { $0.setReady("nomic-embed", "False", "Crashed") },
      { $0.stopped = true },
    ]
    await session.run("get", "models", "-w")
    let lines = session.output.split(separator: "\n").map(String.init)
    #expect(lines.count == 6, "\(session.output)")
    let header = try #require(lines.first?.firstRange(of: "READY"))
    let row = try #require(lines.last?.firstRange(of: "False"))
    #expect(lines[0][..<header.lowerBound].count == lines[5][..<row.lowerBound].count, "\(session.output)")
  }

  @Test func `a watch that begins with nothing prints the header with its first row`() async throws {
    let session = try Session()
    let objects = session.fleet.objects
    session.fleet.objects.removeAll { $0["kind"] == .string("Model") }
    session.fleet.script = [{ $0.objects = objects }, { $0.stopped = true }]
    await session.run("get", "models", "-w")
    #expect(session.output.split(separator: "\n").count { $0.hasPrefix("NAME") } == 1, "\(session.output)")
  }

  @Test(arguments: [
    (["get", "modles"], "error: no kind is named 'modles'; did you mean 'models'?"),
    (["get", "models", "-o", "yml"], "error: -o 'yml' is no output format"),
    (["get", "models", "-l", "a in b"], "error: selector 'a in b'"),
    (["get", "models", "--sort-by", ".spec.nope"], "error: --sort-by: no object has such a field"),
    (["get", "models", "-o", "jsonpath={.items[}"], "error: jsonpath '{.items[}': expected an index"),
    (["get", "all", "x"], "error: 'all' takes no names"),
    (["get", "models", "--bogus"], "error: unknown option '--bogus'"),
    (["gte", "models"], "error: no command is named 'gte'; did you mean 'get'?"),
    (["help", "gte"], "error: no command is named 'gte'; did you mean 'get'?"),
    (["get", "models", "--server", "https://gpu-1"], "error: 'https://gpu-1': this version speaks http"),
    (["get", "models", "--server", "http://a", "--socket", "b"], "error: --server and --socket exclude each other"),
  ])
  func `tells what is wrong with a command line`(arguments: [String], start: String) async throws {
    let text = try await transcript(arguments)
    let lines = text.split(separator: "\n").map(String.init)
    #expect(lines.dropFirst().first?.hasPrefix(start) == true, "\(text)")
    #expect(lines.last == "exit 1")
  }

  private func transcript(_ arguments: [String]) async throws -> String {
    try await Session().transcript(arguments)
  }
}
