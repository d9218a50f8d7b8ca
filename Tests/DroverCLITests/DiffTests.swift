import DroverCLI
import DroverCore
import DroverPlanning
import DroverSystem
import FoundationEssentials
import Testing

private let provider = """
  apiVersion: drover.dev/v1alpha1
  kind: Provider
  metadata: {name: local}
  spec: {type: llama.cpp, mode: Managed, managed: {pools: {host: {limit: 16GiB}}}}

  """

private func model(_ perRequest: Int, field: String = "displayName") -> String {
  """
  apiVersion: drover.dev/v1alpha1
  kind: Model
  metadata: {name: a}
  spec:
    provider: local
    desiredState: Loaded
    \(field): A
    llamaCpp: {file: a.gguf, context: {perRequest: \(perRequest)}, requiredMemory: {host: 1GiB}}

  """
}

@Suite struct DiffTests {
  @Test func `compares with nothing where nothing runs, and says so`() async throws {
    try await withTree(provider + "---\n" + model(4096)) { folder, session in
      session.environment = [:]
      #expect(await session.run("diff", "-f", folder) == 1)
      #expect(session.errors == "no droverd runs here and no base is named: comparing with nothing\n")
      #expect(session.output.contains("model/a"))
      #expect(session.output.contains("Plan: 1 to load"))
    }
  }

  @Test func `reads standard input`() async throws {
    let session = try Session()
    session.environment = [:]
    session.input = provider
    #expect(await session.run("diff", "-f", "-") == 1)
    #expect(session.output.contains("provider/local"))
  }

  @Test func `compares with another folder`() async throws {
    try await withTree(provider + "---\n" + model(4096)) { old, _ in
      try await withTree(provider + "---\n" + model(8192)) { new, session in
        #expect(await session.run("diff", "-f", new, "--base", new) == 0)
        #expect(session.output.contains("No changes."))
        #expect(await session.run("diff", "-f", new, "--base", old) == 1)
        #expect(session.output.contains("-    perRequest: 4096\n+    perRequest: 8192\n"), "\(session.output)")
        #expect(session.output.contains("Plan: 0 to load, 1 to reload"))
        #expect(await session.run("diff", "-f", new, "--base", old, "-o", "markdown") == 1)
        #expect(session.output.contains("```diff"))
        #expect(await session.run("diff", "-f", new, "--base", old, "-o", "json") == 1)
        let report = try JSONReader.read(session.output)
        #expect(report[path: ["counts", "reload"]] == .integer(1))
      }
    }
  }

  @Test func `compares with a commit of the same folder`() async throws {
    try await withTree(provider + "---\n" + model(4096)) { folder, session in
      try git(folder, "init", "-q")
      try git(folder, "add", "-A")
      try git(folder, "-c", "user.name=t", "-c", "user.email=t@t", "commit", "-qm", "one")
      #expect(await session.run("diff", "-f", folder, "--base", "HEAD") == 0, "\(session.errors)")
      try write(provider + "---\n" + model(8192), folder)
      #expect(await session.run("diff", "-f", folder, "--base", "HEAD") == 1)
      #expect(session.output.hasPrefix("commit "))
      #expect(session.output.contains("; this tree with edits\n"))
      #expect(session.output.contains("-    perRequest: 4096\n+    perRequest: 8192\n"))
      #expect(await session.run("diff", "-f", folder, "--base", "no-such-revision") == 2)
      #expect(session.errors.hasPrefix("error: --base 'no-such-revision' is neither a folder nor a commit"))
      #expect(await session.run("diff", "-f", folder, "--base", "--output=/tmp/x") == 2)
      try removeTree(folder + "/.git")
    }
  }

  @Test func `an error in the manifests is 2, with its place`() async throws {
    try await withTree(provider + "---\n" + model(4096, field: "displayNam")) { folder, session in
      session.environment = [:]
      #expect(await session.run("diff", "-f", folder) == 2)
      #expect(session.output.contains("a.yaml:12:3: error: spec.displayNam: unknown field"), "\(session.output)")
    }
  }

  @Test func `prints the plan of the server`() async throws {
    try await withTree(provider) { folder, session in
      var report = DiffReport(
        base: "server gpu-1 at 91ab04e, observed 09:12:04Z", changes: [], unchanged: 1, memory: [], diagnostics: [],
        counts: DiffReport.Counts())
      report.counts.unchanged = 1
      session.fleet.planReply = FleetReply(status: 200, body: Array(try JSONEncoder().encode(report)))
      #expect(await session.run("diff", "-f", folder) == 0)
      #expect(session.output.hasPrefix("server gpu-1 at 91ab04e, observed 09:12:04Z"))
      let body = try JSONReader.read(session.fleet.requests.last?.body ?? [])
      #expect(body["files"]?.list?.first?.value["path"] == .string("a.yaml"))
      #expect(body["files"]?.list?.first?.value["content"] == .string(provider))
      // A plan that cannot be read is no verdict.
      session.fleet.planReply = FleetReply(status: 200, body: Array("{}".utf8))
      #expect(await session.run("diff", "-f", folder) == 2)
    }
  }

  @Test func `a single file leaves the rest of the fleet as it is`() async throws {
    try await withTree(provider) { folder, session in
      let report = DiffReport(
        base: "server gpu-1", changes: [], unchanged: 1, memory: [], diagnostics: [], counts: DiffReport.Counts())
      session.fleet.planReply = FleetReply(status: 200, body: Array(try JSONEncoder().encode(report)))
      session.input = provider
      for (path, name) in [(folder + "/a.yaml", folder + "/a.yaml"), ("-", "standard input")] {
        #expect(await session.run("diff", "-f", path) == 0, "\(session.errors)")
        #expect(session.errors == "comparing \(name) alone; the rest of the fleet is left as it is\n")
        #expect(try JSONReader.read(session.fleet.requests.last?.body ?? [])["partial"] == .bool(true))
      }
      #expect(await session.run("diff", "-f", folder) == 0)
      #expect(session.errors.isEmpty)
      #expect(try JSONReader.read(session.fleet.requests.last?.body ?? [])["partial"] == nil)
    }
  }

  @Test func `warns of what is broken in the base`() async throws {
    try await withTree(provider + "---\n" + model(4096, field: "displayNam")) { old, _ in
      try await withTree(provider + "---\n" + model(4096)) { new, session in
        #expect(await session.run("diff", "-f", new, "--base", old) == 1)
        #expect(
          session.errors.hasPrefix("warning: the base leaves out what is broken in it: \(old)/a.yaml:12:3: error: "),
          "\(session.errors)")
      }
    }
  }

  @Test func `a server that was named and does not answer is an error`() async throws {
    try await withTree(provider) { folder, session in
      session.isServerUp = false
      #expect(await session.run("diff", "-f", folder, "--server", "http://gpu-1") == 2)
      #expect(session.errors.hasPrefix("error: cannot reach droverd at http://gpu-1:3001"))
      // DROVER_SOCKET names one as well.
      #expect(await session.run("diff", "-f", folder) == 2)
      #expect(
        session.errors.hasSuffix("or name another base with --status, --base or --snapshot\n"), "\(session.errors)")
      #expect(session.output.isEmpty)
    }
  }

  @Test(arguments: [
    ["diff", "--base", "a", "--status", "b"], ["diff", "--server", "http://a", "--base", "b"], ["diff", "-f", "/none"],
    ["diff", "-f", "-", "--base", "HEAD"], ["diff", "--status", "/none"], ["diff", "--snapshot", "/none"],
  ])
  func `refuses with 2 what it cannot compare`(arguments: [String]) async throws {
    try await withTree(provider) { folder, session in
      let rest = arguments.contains("-f") ? [] : ["-f", folder]
      let text = await session.transcript(arguments + rest)
      #expect(text.hasSuffix("exit 2\n"), "\(text)")
      #expect(text.contains("\nerror: "))
    }
  }
}

/// Lends a folder with one manifest `a.yaml`, and a session.
private func withTree(_ text: String, _ body: (String, Session) async throws -> Void) async throws {
  try await withFolder { folder in
    try write(text, folder)
    try await body(folder, try Session())
  }
}

private func write(_ text: String, _ folder: String) throws {
  try AtomicFile.write(folder + "/a.yaml", Array(text.utf8), durability: .none)
}

private func git(_ folder: String, _ arguments: String...) throws {
  let result = try ChildOutput.run(["git", "-C", folder] + arguments)
  #expect(result.status == 0, "\(String(decoding: result.errors, as: UTF8.self))")
}

private func removeTree(_ folder: String) throws {
  _ = try ChildOutput.run(["rm", "-rf", folder])
}
