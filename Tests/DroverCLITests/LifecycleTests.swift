import DroverCLI
import DroverCore
import Testing

/// Overrides, `rollback --now` and `switch`.
@Suite struct LifecycleTests {
  private func reply(_ value: FieldValue, status: Int = 200) -> FleetReply {
    FleetReply(status: status, body: Array(value.json.utf8))
  }

  private func held(_ field: String, _ value: FieldValue) -> FieldValue {
    .object([
      "object": .string("model/mistral-7b"), "field": .string(field), "value": value, "actor": .string("socket:0"),
      "reason": .string("night shift"), "expiresAt": .string("2026-11-20T17:12:04Z"),
    ])
  }

  private func body(_ session: Session) throws -> FieldValue {
    try JSONReader.read(try #require(session.fleet.requests.last?.body))
  }

  @Test func `S7.1.3 rollback --now holds the older spec at the server`() async throws {
    let session = try Session()
    session.fleet.history["mistral-7b"] = [2, 1].map { generation in
      .object([
        "generation": .integer(generation), "specHash": .string("h\(generation)"),
        "spec": .object(["maxTokens": .integer(generation)]),
      ])
    }
    session.fleet.actionReply = reply(.object(["override": held("spec", .object(["maxTokens": .integer(1)]))]))
    #expect(await session.run("rollback", "mistral-7b", "--to", "1", "--now", "--reason", "worse", "--for", "8h") == 0)
    #expect(session.output == "model/mistral-7b: spec is held at an older one until 2026-11-20T17:12:04Z\n")
    #expect(session.fleet.requests.last?.method == "POST")
    #expect(
      try body(session)
        == .object([
          "object": .string("model/mistral-7b"), "field": .string("spec"), "reason": .string("worse"),
          "expiresIn": .string("8h"), "generation": .integer(1),
        ]))
    #expect(await session.run("rollback", "mistral-7b", "--now", "-w") == 1)
    #expect(await session.run("rollback", "mistral-7b", "--for", "8h") == 1)
  }

  @Test func `get overrides lists what holds`() async throws {
    let session = try Session()
    #expect(await session.run("get", "overrides") == 0)
    #expect(session.errors == "No overrides hold.\n")
    session.fleet.overrides = [held("spec.desiredState", .string("Loaded")), held("spec", .emptyMap)]
    #expect(await session.run("get", "overrides") == 0)
    #expect(
      session.output == """
        OBJECT             FIELD               VALUE    ENDS IN   ACTOR      REASON
        model/mistral-7b   spec.desiredState   Loaded   8h        socket:0   night shift
        model/mistral-7b   spec                <spec>   8h        socket:0   night shift

        """)
    #expect(await session.run("get", "overrides", "-o", "json") == 0)
    #expect(session.output.contains("\"field\":\"spec.desiredState\""))
    #expect(await session.run("get", "overrides", "-o", "name") == 1)
  }

  @Test func `override begins and ends one`() async throws {
    let session = try Session()
    session.fleet.actionReply = reply(.object(["override": held("spec.maxTokens", .integer(512))]))
    #expect(await session.run("override", "mistral-7b", "spec.maxTokens=512", "--reason", "night shift") == 0)
    #expect(session.output == "model/mistral-7b: spec.maxTokens is held at 512 until 2026-11-20T17:12:04Z\n")
    #expect(try body(session)["value"] == .integer(512))
    #expect(await session.run("override", "mistral-7b", "spec.maxTokens", "--end") == 0)
    #expect(session.fleet.requests.last?.method == "DELETE")
    #expect(session.fleet.requests.last?.target == "/api/v1/overrides/models/mistral-7b/spec.maxTokens")
    #expect(await session.run("override", "mistral-7b", "spec.maxTokens") == 1)
    #expect(await session.run("override", "mistral-7b", "spec.maxTokens=1", "--end") == 1)
  }

  @Test func `switch says what the current model is now, or why it is not another one`() async throws {
    let session = try Session()
    let entry = FieldValue.object(["id": .string("m"), "name": .string("Mistral 7B"), "provider": .string("local")])
    session.fleet.actionReply = reply(.object(["currentModel": entry]))
    #expect(await session.run("switch", "mistral-7b", "--reason", "budget_exhausted", "--override") == 0)
    #expect(session.output == "Switched to: Mistral 7B\n")
    #expect(
      try body(session)
        == .object([
          "model": .string("mistral-7b"), "reason": .string("budget_exhausted"), "override": .bool(true),
        ]))
    let error = FieldValue.object(["code": .string("CONFLICT"), "message": .string("the Fleet enforces 'a'")])
    session.fleet.actionReply = reply(.object(["success": .bool(false), "error": error]), status: 409)
    #expect(await session.run("switch", "mistral-7b") == 1)
    #expect(session.errors == "error: the Fleet enforces 'a'\n")
  }
}
