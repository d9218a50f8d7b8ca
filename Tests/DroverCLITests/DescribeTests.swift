import DroverCLI
import DroverCore
import Testing

@Suite struct DescribeTests {
  @Test(arguments: [
    ("describe-model", ["describe", "model", "llama-3-8b"]),
    ("describe-failed-model", ["describe", "model/mistral-7b"]),
    ("describe-provider", ["describe", "provider/local"]),
    ("events", ["events"]),
    ("events-warnings", ["events", "--for", "model/mistral-7b", "--types", "Warning"]),
    ("status", ["status"]),
    ("help", ["help"]),
  ])
  func `prints as the mockups do`(name: String, arguments: [String]) async throws {
    try Goldens.expect(try await Session().transcript(arguments), name)
  }

  @Test func `prints further events once`() async throws {
    let session = try Session()
    let more = FieldValue.object([
      "time": .string("2026-11-20T09:12:00Z"), "severity": .string("Normal"), "reason": .string("Loaded"),
      "object": .string("model/nomic-embed"), "message": .string("back"), "actor": .string("controller"),
    ])
    session.fleet.script = [{ _ in }, { $0.events.append(more) }, { $0.stopped = true }]
    await session.run("events", "-w", "--no-headers")
    let lines = session.output.split(separator: "\n")
    #expect(lines.count == 4)
    #expect(lines.last?.hasSuffix("model/nomic-embed   back") == true, "\(session.output)")
  }

  @Test func `status tells of a server that is not ready`() async throws {
    let session = try Session()
    session.fleet.problems = ["the disk is full"]
    #expect(await session.run("status") == 1)
    #expect(session.output.contains("\nNot ready: the disk is full\n"), "\(session.output)")
    session.fleet.forget()
    #expect(await session.run("status") == 1)
    #expect(session.output.isEmpty)
    #expect(
      session.errors
        == "error: droverd has not read its manifests yet: the first scan of the manifests is not complete\n")
  }

  @Test func `failed attempts before a success are not shown`() async throws {
    let session = try Session()
    await session.run("describe", "model/mistral-7b")
    #expect(session.output.contains("Attempts:     9 failed"))
    session.fleet.setStatus("mistral-7b", "state", .string("Loaded"))
    await session.run("describe", "model/mistral-7b")
    #expect(session.output.contains("Attempts:     9 failed"))
    session.clock.advance(by: .seconds(60))
    await session.run("describe", "model/mistral-7b")
    #expect(!session.output.contains("Attempts:"))
  }

  @Test(arguments: [("1", "1 slot\n"), ("2", "2 slots\n")])
  func `counts slots`(slots: String, expected: String) async throws {
    let session = try Session()
    session.fleet.update("llama-3-8b") { object in
      let context = FieldValue.object(["perRequest": .integer(8192), "slots": .decimal(slots)])
      object.set("spec", .object(["llamaCpp": .object(["context": context])]))
    }
    await session.run("describe", "model/llama-3-8b")
    #expect(session.output.contains("8192 tokens a request, " + expected), "\(session.output)")
  }

  @Test func `describes a Fleet by the name of its manifest`() async throws {
    let session = try Session()
    session.fleet.renameFleet("prod")
    #expect(await session.run("describe", "fleet/prod") == 0, "\(session.errors)")
    #expect(session.fleet.requests.last?.target.contains("object=fleet%2Ffleet") == true)
  }

  @Test func `a converged fleet ends with status 0`() async throws {
    let session = try Session()
    // What is not implemented is in nobody's way.
    for name in ["llama-3-8b", "mistral-7b", "fleet"] {
      session.fleet.setReady(name, "True", "ReconciliationSucceeded", generation: 7)
    }
    #expect(await session.run("status") == 0)
    #expect(
      session.output.contains("Converged: 2 not implemented, 5 of 5 objects Ready. Pruning is on."), "\(session.output)"
    )
  }
}
