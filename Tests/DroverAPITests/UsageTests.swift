import DroverCore
import Synchronization
import Testing

@testable import DroverAPI

/// S5.1.1, S5.1.3, S5.1.5, S11.1.7, S2.1.10, S3.2.1, S3.2.3
@Suite(.timeLimit(.minutes(15))) struct UsageTests {
  private let control = FakeControl()
  private let usage = FakeUsage()

  init() {
    control.put(provider: "openai", type: "openai")
    control.put(
      model: "gpt-4",
      spec: .object([
        "provider": .string("openai"), "modelID": .string("gpt-4-turbo"),
        "cost": .object(["inputTokens": .decimal("0.01"), "outputTokens": .decimal("0.03")]),
      ]))
    control.put(model: "free", spec: .object(["provider": .string("openai"), "aliases": .strings(["open"])]))
  }

  private func serve(_ body: (RawClient) async throws -> Void) async throws {
    try await TestServer.run(control, usage: usage.access) { try await body(try $0.client()) }
  }

  private static let path = "/api/v1/models/openai:gpt-4-turbo/usage"

  @Test func `S5.1.1, S5.1.3: usage is priced whether or not the request succeeded, and read back`() async throws {
    try await serve { client in
      let first = try await client.request(
        "POST", Self.path, body: #"{"inputTokens":2000,"outputTokens":1000,"success":true}"#)
      #expect(
        first.text == #"{"success":true,"key":"openai:gpt-4-turbo","inputTokens":2000,"outputTokens":1000,"#
          + #""totalCost":0.05,"currency":"USD"}"#)
      _ = try await client.request(
        "POST", Self.path, body: #"{"inputTokens":100,"outputTokens":0,"success":false}"#)
      let read = try await client.get(Self.path)
      #expect(
        read.text == #"{"success":true,"key":"openai:gpt-4-turbo","usageStats":{"totalInputTokens":2100,"#
          + #""totalOutputTokens":1000,"totalCost":0.051,"currency":"USD","lastReset":null,"requestCount":2,"#
          + #""successfulRequests":1,"failedRequests":1}}"#)
      #expect(usage.state.withLock { $0.reports.map(\.purpose) } == [.reported, .reported])
    }
  }

  @Test func `a model that has no price costs nothing, and may be named by an alias`() async throws {
    try await serve { client in
      let reply = try await client.request(
        "POST", "/api/v1/models/open/usage", body: #"{"inputTokens":7,"outputTokens":8}"#)
      let json = try reply.json()
      #expect(json["key"] == .string("openai:free") && json["totalCost"] == .integer(0))
      #expect(usage.state.withLock { $0.reports.map(\.succeeded) } == [true])
    }
  }

  @Test(arguments: [
    (path, "{}", 400), (path, #"{"inputTokens":-1,"outputTokens":1}"#, 400),
    (path, #"{"inputTokens":1.5,"outputTokens":1}"#, 400), (path, #"{"inputTokens":1,"outputTokens":2000000000}"#, 400),
    (path, #"{"inputTokens":1,"outputTokens":1,"success":"yes"}"#, 400),
    (path, #"{"inputTokens":1,"outputTokens":1,"sucess":true}"#, 400),
    ("/api/v1/models/openai:gpt-5/usage", #"{"inputTokens":1,"outputTokens":1}"#, 404),
  ])
  func `what is no report is recorded nowhere`(path: String, body: String, status: Int) async throws {
    try await serve { client in
      let reply = try await client.request("POST", path, body: body)
      #expect(reply.status == status)
      #expect(usage.state.withLock { $0.reports.isEmpty })
    }
  }

  @Test func `what cannot be recorded durably is refused, and says why`() async throws {
    usage.state.withLock { $0.failure = .unwritable("the disk is full") }
    try await serve { client in
      for reply in [
        try await client.request("POST", Self.path, body: #"{"inputTokens":1,"outputTokens":1}"#),
        try await client.get(Self.path), try await client.request("DELETE", Self.path),
        try await client.get("/api/v1/usage"),
      ] {
        #expect(reply.status == 503)
        #expect(try reply.json().errorMessage == "the disk is full")
      }
    }
  }

  @Test func `S5.1.5: a reset is told as an event, and zeroes what is read`() async throws {
    let hub = EventHub(
      keeping: FakeEvents(),
      surroundings: Surroundings(
        now: { FakeUsage.time }, sleep: { _ in try await Task.sleep(for: .seconds(3600)) }, random: { 0 }))
    try await TestServer.run(control, events: hub, usage: usage.access) { server in
      let client = try server.client()
      _ = try await client.request("POST", Self.path, body: #"{"inputTokens":2000,"outputTokens":1000}"#)
      let reset = try await client.request("DELETE", Self.path)
      #expect(reset.text == #"{"success":true,"key":"openai:gpt-4-turbo"}"#)
      let stats = try await client.get(Self.path).json()["usageStats"]
      #expect(stats?["requestCount"] == .integer(0) && stats?["lastReset"] == .string("2027-01-15T08:00:00Z"))
      let told = await hub.recent(limit: 9)
      #expect(told.map(\.name) == ["usage-reset"])
      #expect(told.map { $0.payload["key"] } == [.string("openai:gpt-4-turbo")])
    }
  }

  @Test func `entries, lists and statistics hold usage as soon as it is known`() async throws {
    try await serve { client in
      func cost() async throws -> FieldValue? {
        try await client.get("/api/v1/models/statistics").json()[path: ["statistics", "totalCost"]]
      }
      #expect(try await cost() == .integer(0))
      let entry = try await client.get("/api/v1/models/openai:gpt-4-turbo").json()["model"]
      #expect(entry?["usageStats"] == nil)
      _ = try await client.request("POST", Self.path, body: #"{"inputTokens":2000,"outputTokens":1000}"#)
      #expect(try await cost() == .decimal("0.05"))
      // A model that was registered anew meanwhile has it too.
      control.put(
        model: "gpt-4", spec: .object(["provider": .string("openai"), "modelID": .string("gpt-4-turbo")]))
      control.bump()
      let later = try await client.get("/api/v1/models/openai:gpt-4-turbo").json()["model"]
      #expect(later?[path: ["usageStats", "totalInputTokens"]] == .integer(2000))
    }
  }
}
