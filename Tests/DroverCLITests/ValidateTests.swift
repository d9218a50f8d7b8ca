import DroverCLI
import DroverCore
import DroverManifests
import DroverPlanning
import DroverSystem
import FoundationEssentials
import Testing

private let valid = """
  apiVersion: drover.dev/v1alpha1
  kind: Provider
  metadata: {name: local}
  spec: {type: llama.cpp, mode: Managed}

  """

private let invalid = """
  apiVersion: drover.dev/v1alpha1
  kind: Model
  metadata: {name: a}
  spec: {provider: locla, contextWindows: 1}

  """

@Suite struct ValidateTests {
  @Test func `a valid tree is 0 and says what it did not check`() async throws {
    try await withFolder { folder in
      try AtomicFile.write(folder + "/a.yaml", Array(valid.utf8), durability: .none)
      let session = try Session()
      #expect(await session.run("validate", "-f", folder) == 0)
      #expect(session.output.contains("1 file"), "\(session.output)")
      #expect(session.output.contains("Host checks: not run (no --server)."), "\(session.output)")
    }
  }

  @Test func `every problem has its place, and the tree is 1`() async throws {
    try await withFolder { folder in
      try AtomicFile.write(folder + "/a.yaml", Array(invalid.utf8), durability: .none)
      let session = try Session()
      #expect(await session.run("validate", "-f", folder) == 1)
      #expect(session.output.contains("a.yaml:4:25: error: spec.contextWindows: unknown field"), "\(session.output)")
      #expect(!session.output.contains(folder))
      // Forges need the path as it can be opened.
      #expect(await session.run("validate", "-f", folder, "-o", "github") == 1)
      #expect(session.output.contains("file=\(folder)/a.yaml"), "\(session.output)")
      for format in DiagnosticReport.Format.allCases {
        #expect(await session.run("validate", "-f", folder, "-o", format.rawValue) == 1)
        #expect(session.output.contains("UnknownField"), "\(format)")
      }
      session.isTerminal = true
      #expect(await session.run("validate", "-f", folder) == 1)
      #expect(session.output.contains("spec: {provider: locla, contextWindows: 1}"), "\(session.output)")
    }
  }

  @Test func `standard input is a file named -`() async throws {
    let session = try Session()
    session.input = invalid
    #expect(await session.run("validate", "-f", "-") == 1)
    #expect(session.output.contains("-:4:25: error"), "\(session.output)")
  }

  @Test func `what cannot be read is 2`() async throws {
    try await withFolder { folder in
      let session = try Session()
      #expect(await session.run("validate", "-f", folder + "/none") == 2)
      #expect(session.errors.hasPrefix("error: cannot stat \(folder)/none"), "\(session.errors)")
      _ = try ChildOutput.run(["mkfifo", folder + "/pipe.yaml"])
      #expect(await session.run("validate", "-f", folder) == 2)
    }
  }

  @Test func `a model that the host cannot load is an error of its manifest`() async throws {
    try await withFolder { folder in
      try AtomicFile.write(folder + "/a.yaml", Array(valid.utf8), durability: .none)
      let session = try Session()
      let source = SourceReference(root: ".", path: "a.yaml", document: 0, line: 1, sha256: "")
      let report = DiffReport(
        base: "server gpu-1",
        changes: [
          DiffReport.Change(
            glyph: .blocked, object: Identity(.model, "m"), step: "load", changeClass: "new",
            effect: "ModelNotFound: no file 'nope.gguf' in the model directories", newGeneration: 1, newSource: source),
          DiffReport.Change(
            glyph: .blocked, object: Identity(.model, "n"), step: "load", changeClass: "new",
            effect: "ProviderUnavailable: provider/x does not answer", newGeneration: 1, newSource: source),
        ], unchanged: 0, memory: [], diagnostics: [], counts: DiffReport.Counts())
      session.fleet.planReply = FleetReply(status: 200, body: Array(try JSONEncoder().encode(report)))
      let text = await session.transcript(["validate", "-f", folder, "--socket", "s"])
      #expect(text.contains("a.yaml:1:1: error: ModelNotFound: no file 'nope.gguf'"), "\(text)")
      #expect(text.contains("[FileNotFound]") && text.contains("1 error, 0 warnings"), "\(text)")
      #expect(!text.contains("ProviderUnavailable"), "\(text)")
    }
  }

  @Test func `what the server adds is counted, placed and sorted with the rest`() async throws {
    // One error, in one file.
    let broken = invalid.replacing("locla", with: "local")
    try await withFolder { folder in
      try AtomicFile.write(folder + "/a.yaml", Array(valid.utf8), durability: .none)
      try AtomicFile.write(folder + "/b.yaml", Array(broken.utf8), durability: .none)
      let session = try Session()
      let alone = await session.transcript(["validate", "-f", folder])
      #expect(alone.contains("2 files, 2 objects: 1 valid, 1 invalid; 1 error, 0 warnings."), "\(alone)")
      let tree = await ManifestTree.load(
        [
          ManifestTree.Input(root: ".", path: "a.yaml", bytes: Array(valid.utf8)),
          ManifestTree.Input(root: ".", path: "b.yaml", bytes: Array(broken.utf8)),
        ], now: session.clock.now)
      let report = DiffReport(
        base: "server gpu-1", changes: [], unchanged: 0, memory: [],
        diagnostics: tree.diagnostics + [
          Diagnostic(
            .error, .notPermitted, file: "a.yaml", line: 4, column: 1, "not on this host",
            identity: Identity(.provider, "local")),
          Diagnostic(.warning, .unmarkedRemoval, file: "gone.yaml", line: 1, column: 1, "model/x is Loaded"),
        ], counts: DiffReport.Counts())
      session.fleet.planReply = FleetReply(status: 200, body: Array(try JSONEncoder().encode(report)))
      let merged = await session.transcript(["validate", "-f", folder, "--socket", "s"])
      #expect(merged.contains("2 files, 2 objects: 0 valid, 2 invalid; 2 errors, 0 warnings."), "\(merged)")
      #expect(merged.split(separator: "\n").dropFirst().first?.hasPrefix("a.yaml:4:1: error: not on") == true)
      #expect(!merged.contains("gone.yaml"))
      // With several paths, files are named as they can be opened.
      let both = await session.transcript([
        "validate", "-f", folder + "/a.yaml", "-f", folder + "/b.yaml", "--socket", "s",
      ])
      #expect(both.contains("\n\(folder)/a.yaml:4:1: error: not on this host"), "\(both)")
      #expect(both.contains("2 errors"), "\(both)")
    }
  }

  @Test func `a single file may refer to what the server has`() async throws {
    try await withFolder { folder in
      try AtomicFile.write(
        folder + "/b.yaml", Array(invalid.replacing(", contextWindows: 1", with: "").utf8), durability: .none)
      let session = try Session()
      var report = DiffReport(
        base: "server gpu-1", changes: [], unchanged: 0, memory: [], diagnostics: [], counts: DiffReport.Counts())
      let arguments = ["validate", "-f", folder + "/b.yaml"]
      let alone = await session.transcript(arguments)
      #expect(alone.contains("1 object: 1 valid, 0 invalid; 0 errors, 1 warning"), "\(alone)")
      #expect(alone.contains("warning: spec.provider: could not check: no provider is named 'locla'"), "\(alone)")
      #expect(!alone.contains("exit"), "\(alone)")
      // The whole folder is all that there is.
      #expect(await session.run("validate", "-f", folder) == 1)
      session.fleet.planReply = FleetReply(status: 200, body: Array(try JSONEncoder().encode(report)))
      let known = await session.transcript(arguments + ["--socket", "s"])
      #expect(known.contains("\n1 file, 1 object: 1 valid, 0 invalid; 0 errors"), "\(known)")
      #expect(!known.contains("exit"))
      let tree = await ManifestTree.load(
        [
          ManifestTree.Input(
            root: ".", path: "b.yaml", bytes: Array(invalid.replacing(", contextWindows: 1", with: "").utf8))
        ], now: session.clock.now)
      report.diagnostics = tree.diagnostics
      session.fleet.planReply = FleetReply(status: 200, body: Array(try JSONEncoder().encode(report)))
      let confirmed = await session.transcript(arguments + ["--socket", "s"])
      #expect(confirmed.contains("0 valid, 1 invalid; 1 error"), "\(confirmed)")
    }
  }

  @Test func `explains fields and prints the schema`() async throws {
    let session = try Session()
    #expect(await session.run("explain", "model.spec.llamaCpp") == 0)
    #expect(session.output.contains("llamaCpp"))
    #expect(await session.run("explain", "model.spec.nope") == 1)
    #expect(session.errors.hasPrefix("error: "))
    #expect(await session.run("schema", "model") == 0)
    #expect(try JSONReader.read(session.output)["$schema"]?.string?.contains("2020-12") == true)
    #expect(await session.run("schema", "modle") == 1)
  }
}

@Suite struct WaitForManifestsTests {
  @Test func `waits until the server has accepted these very documents`() async throws {
    try await withFolder { folder in
      try AtomicFile.write(folder + "/a.yaml", Array(valid.utf8), durability: .none)
      let session = try Session()
      let tree = await ManifestTree.load(
        [ManifestTree.Input(root: folder, path: "a.yaml", bytes: Array(valid.utf8))], now: session.clock.now)
      let hash = try #require(tree.fleet.objects.first?.resource?.specHash)
      // Ready, but of another spec.
      #expect(await session.run("wait", "-f", folder, "--timeout", "0s") == 1)
      #expect(session.errors.contains("the server to accept this document of provider/local"), "\(session.errors)")
      session.fleet.script = [
        { fleet in
          fleet.update("local") { object in
            var status = object["status"] ?? .emptyMap
            status.set("specHash", .string(hash))
            object.set("status", status)
          }
        }
      ]
      #expect(await session.run("wait", "-f", folder, "--timeout", "1m") == 0, "\(session.errors)")
      #expect(session.output == "provider/local condition met\n")
      try AtomicFile.write(folder + "/a.yaml", Array(invalid.utf8), durability: .none)
      #expect(await session.run("wait", "-f", folder) == 1)
      #expect(session.errors.hasPrefix("error: the manifests have errors"))
    }
  }

  @Test func `leaves out what the server accepts without acting on it, and says so once`() async throws {
    let budgets = ["team", "night"].map { name in
      "---\napiVersion: drover.dev/v1alpha1\nkind: Budget\nmetadata: {name: \(name)}\nspec: {amount: 1}\n"
    }
    let text = valid + budgets.joined()
    try await withFolder { folder in
      try AtomicFile.write(folder + "/a.yaml", Array(text.utf8), durability: .none)
      let session = try Session()
      let tree = await ManifestTree.load(
        [ManifestTree.Input(root: folder, path: "a.yaml", bytes: Array(text.utf8))], now: session.clock.now)
      #expect(tree.diagnostics.filter { $0.severity == .error } == [])
      session.fleet.objects = tree.fleet.objects.map { object in
        let isBudget = object.identity.kind == .budget
        let types: [(String, String)] = isBudget ? [("Ready", "False"), ("Stalled", "True")] : [("Ready", "True")]
        let conditions = types.map { type, status in
          FieldValue.object([
            "type": .string(type), "status": .string(status), "observedGeneration": .integer(1),
            "reason": .string(isBudget ? "NotImplemented" : "ReconciliationSucceeded"), "message": .string(""),
          ])
        }
        return .object([
          "kind": .string(object.identity.kind.rawValue),
          "metadata": .object(["name": .string(object.identity.name), "generation": .integer(1)]),
          "status": .object([
            "specHash": .string(object.resource?.specHash ?? ""), "conditions": .array(conditions),
          ]),
        ])
      }
      #expect(await session.run("wait", "-f", folder) == 0)
      #expect(session.output == "provider/local condition met\n")
      #expect(session.errors == "not waited for, since droverd acts on none of them yet: 2 budgets\n")
      // Named by hand, it is what is waited for.
      #expect(await session.run("wait", "budget/team") == 1)
      #expect(session.errors.hasPrefix("error: budget/team is stalled: NotImplemented"))
    }
  }
}
