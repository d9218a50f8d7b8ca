import DroverCLI
import DroverCore
import DroverSystem
import Glibc
import Testing

@Suite struct ActionTests {
  @Test func `asks for a reconcile of one object or all`() async throws {
    let session = try Session()
    #expect(await session.run("reconcile", "m/mistral-7b") == 0)
    #expect(session.output == "reconcile requested for model/mistral-7b\n")
    #expect(session.errors == "token t-1\n")
    #expect(session.fleet.requests.last?.body == Array(#"{"object":"model/mistral-7b"}"#.utf8))
    #expect(await session.run("reconcile") == 0)
    #expect(session.output == "reconcile requested\n")
    session.fleet.renameFleet("prod")
    #expect(await session.run("reconcile", "fleet/prod") == 0)
    #expect(session.fleet.requests.last?.body == Array(#"{"object":"fleet/fleet"}"#.utf8))
    #expect(await session.run("reconcile", "model/mistral") == 1)
  }

  @Test func `hands on what the server refuses`() async throws {
    let session = try Session()
    #expect(await session.run("confirm-prune", "abc") == 1)
    #expect(session.errors.hasPrefix("error: no prune with this token is stopped"))
  }

  @Test func `prints its version whether or not a server runs`() async throws {
    let session = try Session()
    #expect(await session.run("version", "--client") == 0)
    #expect(session.output == "drover \(droverVersion)\n")
    #expect(await session.run("version") == 0)
    #expect(session.output == "drover \(droverVersion)\ndroverd 0.1.0\n")
    session.isServerUp = false
    #expect(await session.run("version") == 0)
    #expect(await session.run("version", "--socket", "x") == 1)
  }

  @Test func `asks a model over its own port with the key beside the socket`() async throws {
    try await withFolder { folder in
      try AtomicFile.write(folder + "/engine.key", Array("s3cret\n".utf8), mode: 0o600, durability: .none)
      let session = try Session()
      session.environment["DROVER_SOCKET"] = folder + "/droverd.sock"
      let answer = #"{"choices":[{"message":{"content":"hi \u001b[2J there"}}]}"#
      session.fleet.chatReply = FleetReply(status: 200, body: Array(answer.utf8))
      #expect(await session.run("ask", "nomic-embed", "hello", "you") == 0)
      #expect(session.output == "hi \u{1B}[2J there\n")
      let request = try #require(session.fleet.requests.last)
      #expect(request.token == "s3cret")
      #expect(request.target == "/v1/chat/completions")
      let body = try JSONReader.read(request.body ?? [])
      #expect(body["messages"]?.list?.first?.value["content"] == .string("hello you"))
      session.isTerminal = true
      await session.run("ask", "nomic-embed", "hello")
      #expect(session.output == "hi ^[[2J there\n")
      session.fleet.update("nomic-embed") { object in
        var spec = object["spec"] ?? .emptyMap
        spec.set("aliases", .array([.string("embed")]))
        object.set("spec", spec)
      }
      for name in ["embed", "local:nomic-embed"] {
        #expect(await session.run("ask", name, "hello") == 0, "\(session.errors)")
        let sent = try JSONReader.read(session.fleet.requests.last?.body ?? [])
        #expect(sent["model"] == body["model"])
      }
      #expect(await session.run("ask", "embedd", "hello") == 1)
      #expect(session.errors == "error: model 'embedd' not found; did you mean 'embed'?\n")
      #expect(await session.run("ask", "qwen3-14b", "hello") == 1)
      #expect(session.errors.hasPrefix("error: model 'qwen3-14b' has no process on this host (state Unloaded)"))
    }
  }

  @Test func `shows the log of the process and of the one before`() async throws {
    try await withFolder { folder in
      let logs = folder + "/logs"
      try Directory.create(logs)
      try AtomicFile.write(logs + "/nomic-embed-00000001.log", Array("old\n".utf8), durability: .none)
      try AtomicFile.write(logs + "/nomic-embed-00000002.log", Array("one\ntwo\nthree\n".utf8), durability: .none)
      try AtomicFile.write(logs + "/nomic-embed-v2-00000003.log", Array("other\n".utf8), durability: .none)
      let session = try Session()
      session.environment["DROVER_SOCKET"] = folder + "/droverd.sock"
      session.fleet.setProcess("nomic-embed", .object(["log": .string(logs + "/nomic-embed-00000002.log")]))
      #expect(await session.run("logs", "nomic-embed", "--tail", "2") == 0)
      #expect(session.output == "two\nthree\n")
      #expect(await session.run("logs", "nomic-embed", "--previous") == 0)
      #expect(session.output == "old\n")
      // Of a process that ended, only the file is left.
      session.fleet.setProcess("nomic-embed", .object(["restarts": .integer(3)]))
      #expect(await session.run("logs", "nomic-embed", "--previous") == 0)
      #expect(session.output == "one\ntwo\nthree\n")
      #expect(await session.run("logs", "qwen3-14b") == 1)
      #expect(session.errors.hasPrefix("error: model 'qwen3-14b' has no log"))
      _ = try ChildOutput.run(["rm", "-rf", logs])
    }
  }

  @Test func `completion scripts exist for each shell`() async throws {
    let session = try Session()
    for shell in ["bash", "zsh", "fish"] {
      #expect(await session.run("completion", shell) == 0)
      #expect(session.output.contains("drover"))
    }
    #expect(await session.run("completion", "tcsh") == 1)
  }

  @Test(arguments: [
    ["diff", "--bogus"], ["validate", "--bogus"], ["diff", "-o", "xml"], ["validate", "-f", "/none"],
  ])
  func `what keeps diff and validate from answering is 2`(arguments: [String]) async throws {
    let text = try await Session().transcript(arguments)
    #expect(text.hasSuffix("exit 2\n"))
    #expect(text.contains("\nerror: "))
  }
}

/// Lends a new folder and removes it with what it holds.
func withFolder(_ body: (String) async throws -> Void) async throws {
  let folder = "/tmp/drover-cli-" + String(UInt64.random(in: 0 ... .max), radix: 36)
  try Directory.create(folder)
  defer {
    for entry in (try? Directory.list(folder)) ?? [] { try? Directory.removeFile(folder + "/" + entry.name) }
    rmdir(folder)
  }
  try await body(folder)
}
