import DroverCLI
import DroverCore
import Testing

@Suite struct LoadTests {
  /// A droverd that takes requests at an instant of its own.
  private func session() throws -> Session {
    let session = try Session()
    session.fleet.loadReply = FleetReply(
      status: 202, body: Array(#"{"message":"","requestedAt":"2026-11-20T09:12:05.250Z"}"#.utf8))
    return session
  }

  private func request(_ wants: String, _ outcome: String, at: String = "2026-11-20T09:12:05.250Z") -> FieldValue {
    .object([
      "wants": .string(wants), "at": .string(at), "actor": .string("socket:0"), "outcome": .string(outcome),
      "reason": outcome == "Failed" ? .string("OutOfMemory") : nil,
      "message": outcome == "Failed" ? .string("killed by the kernel") : nil,
    ])
  }

  @Test func `loads a model and waits, telling how it goes`() async throws {
    let session = try session()
    session.fleet.setStatus("nomic-embed", "request", request("Loaded", "Done", at: "2026-11-20T09:12:05.249Z"))
    session.fleet.script = [
      { $0.setStatus("nomic-embed", "request", self.request("Loaded", "Pending")) },
      { $0.setStatus("nomic-embed", "request", self.request("Loaded", "Done")) },
    ]
    #expect(await session.run("load", "nomic-embed", "--no-warmup") == 0)
    #expect(session.output == "model/nomic-embed loaded\n")
    let asked = try #require(session.fleet.requests.first { $0.method == "POST" })
    #expect(asked.target == "/api/v1/models/load?wait=false")
    let body = try JSONReader.read(asked.body ?? [])
    #expect(body["provider"]?.string?.isEmpty == false && body["warmup"] == .bool(false))
  }

  @Test func `a load that fails is an error with its reason and what to look at`() async throws {
    let session = try session()
    session.fleet.script = [{ $0.setStatus("nomic-embed", "request", self.request("Loaded", "Failed")) }]
    #expect(await session.run("load", "nomic-embed") == 1)
    #expect(
      session.errors.hasSuffix(
        "error: model 'nomic-embed' could not be loaded: OutOfMemory: killed by the kernel\n"
          + "  try:   drover describe model/nomic-embed\n"))
  }

  @Test func `unloads, and gives up in time`() async throws {
    let session = try session()
    session.fleet.script = [{ $0.setStatus("nomic-embed", "request", self.request("Unloaded", "Done")) }]
    #expect(await session.run("unload", "nomic-embed") == 0)
    #expect(session.output == "model/nomic-embed unloaded\n")
    session.fleet.setStatus("nomic-embed", "request", request("Unloaded", "Pending"))
    #expect(await session.run("unload", "nomic-embed", "--timeout", "5s") == 1)
    #expect(session.errors.contains("timed out after 5s waiting for model/nomic-embed to be unloaded"))
    #expect(await session.run("load", "nomic-embed", "--timeout", "soon") == 1)
  }

  @Test func `hands on what the server refuses`() async throws {
    let session = try session()
    session.fleet.loadReply = nil
    #expect(await session.run("load", "nomic-embed") == 1)
    #expect(session.errors == "error: models/a.yaml:7: desiredState of model 'a' is Unloaded\n")
    #expect(await session.run("load", "nomic-embett") == 1)
    #expect(session.errors.contains("did you mean 'nomic-embed'?"))
  }
}
