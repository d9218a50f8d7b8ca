import DroverCore
import Synchronization
import Testing

@testable import DroverAPI

/// S2.2.1, S3.1.1, S3.1.6, S3.1.7, S3.1.8, S3.1.9, S11.1.1, S11.1.2, S11.1.3, S11.1.4, S11.1.11, S14.1.2, S14.1.3
@Suite(.timeLimit(.minutes(15))) struct RegistrationRouteTests {
  private let control = FakeControl()
  private let loads = FakeLoads()
  private let discovery = FakeDiscovery()
  private let registration: FakeRegistration

  private static let golden = """
    {"id":"gpt-4-turbo-preview","name":"GPT-4 Turbo","provider":"openai","version":"1.0.0","contextWindow":128000,\
    "maxTokens":4096,"capabilities":["chat_completion","function_calling","json_mode"],"cost":{"inputTokens":0.01,\
    "outputTokens":0.03,"currency":"USD","per":1000},"rateLimit":{"requestsPerMinute":500,"tokensPerMinute":150000,\
    "requestsPerDay":10000},"metadata":{"tags":["recommended","production"],"customField":"value"}}
    """

  init() {
    registration = FakeRegistration(control)
    control.put(provider: "openai", type: "openai")
    control.put(provider: "local", type: "llama.cpp")
    control.put(
      model: "declared", spec: .object(["provider": .string("local"), "modelID": .string("d")]), root: "manifests",
      path: "models/d.yaml")
    discovery.state.withLock {
      $0.models = [
        DiscoveredModel(provider: "openai", listed: ListedModel(id: "found"), firstSeen: Timestamp(milliseconds: 0))
      ]
    }
  }

  private func serve(_ body: (RawClient) async throws -> Void) async throws {
    try await TestServer.run(control, loads: loads, discovery: discovery, registration: registration) { server in
      try await body(try server.client())
    }
  }

  private func spec(_ name: String) -> FieldValue? { registration.state.withLock { $0.models[name]?.spec } }

  @Test func `registers a model with all that it says, on demand alone`() async throws {
    try await serve { client in
      let reply = try await client.request("POST", "/api/v1/models", body: Self.golden)
      #expect(reply.status == 201)
      #expect(reply.text == #"{"success":true,"key":"openai:gpt-4-turbo-preview"}"#)
      let spec = try #require(self.spec("gpt-4-turbo-preview"))
      #expect(spec["desiredState"] == .string("OnDemand") && spec["displayName"] == .string("GPT-4 Turbo"))
      #expect(spec[path: ["cost", "inputTokens"]] == .decimal("0.01"))
      #expect(spec["tags"] == .strings(["recommended", "production"]))
      let model = try await client.get("/api/v1/models/openai:gpt-4-turbo-preview").json()["model"]
      #expect(model?["origin"] == .string("api") && model?["contextWindow"] == .integer(128_000))
      #expect(model?[path: ["metadata", "customField"]] == .string("value"))
      #expect(model?[path: ["rateLimit", "requestsPerDay"]] == .integer(10_000))
    }
  }

  @Test func `registers a list as a whole, its keys in order, and a known key under its name`() async throws {
    try await serve { client in
      let list = """
        [{"id":"a/b:1","provider":"local"},{"id":"gpt","provider":"openai","name":"X"},{"id":"a-b-1","provider":"local"}]
        """
      let reply = try await client.request("POST", "/api/v1/models", body: list)
      #expect(reply.text == #"{"success":true,"keys":["local:a/b:1","openai:gpt","local:a-b-1"],"count":3}"#)
      #expect(registration.state.withLock { $0.models.keys.sorted() } == ["a-b-1", "gpt", "local-a-b-1"])
      let again = try await client.request(
        "POST", "/api/v1/models", body: #"{"id":"a/b:1","provider":"llama.cpp","maxTokens":7}"#)
      #expect(again.status == 201)
      #expect(spec("a-b-1")?["maxTokens"] == .integer(7) && registration.state.withLock { $0.models.count } == 3)
    }
  }

  @Test(arguments: [
    (#"{"provider":"openai"}"#, 400), (#"{"id":"x"}"#, 400), (#"{"id":"x","provider":"nowhere"}"#, 404),
    (#"{"id":"x","provider":"openai","colour":"red"}"#, 400), (#"[{"id":"x","provider":"openai"},7]"#, 400),
    (#"[{"id":"x","provider":"openai"},{"id":"x","provider":"openai"}]"#, 400), ("nonsense", 400), ("7", 400),
    (#"{"id":"d","provider":"local"}"#, 409), (#"{"id":7,"provider":"openai"}"#, 400), ("", 400),
  ])
  func `refuses what is no model, as a whole`(body: String, status: Int) async throws {
    try await serve { client in
      let reply = try await client.request("POST", "/api/v1/models", body: body)
      #expect(reply.status == status)
      #expect(try reply.json()["success"] == .bool(false))
      #expect(registration.state.withLock { $0.models.isEmpty })
    }
  }

  @Test(arguments: [
    ("PATCH", "local:d", #"{"maxTokens":5}"#), ("PUT", "local:d/status", #"{"status":"deprecated"}"#),
    ("DELETE", "local:d", nil),
  ])
  func `what a manifest declares is a conflict that names its line`(
    method: String, path: String, body: String?
  ) async throws {
    try await serve { client in
      let reply = try await client.request(method, "/api/v1/models/" + path, body: body)
      #expect(reply.status == 409)
      #expect(try reply.json().errorCode == "CONFLICT")
      #expect(
        try reply.json().errorMessage == "models/d.yaml:3 declares model 'declared'; edit it there")
    }
  }

  @Test func `a patch changes what it names, merges metadata, and takes away what is null`() async throws {
    try await serve { client in
      _ = try await client.request("POST", "/api/v1/models", body: Self.golden)
      let reply = try await client.request(
        "PATCH", "/api/v1/models/openai%3Agpt-4-turbo-preview",
        body: #"{"maxTokens":99,"rateLimit":null,"cost":{"inputTokens":0.02},"metadata":{"tags":["new"],"more":1}}"#)
      #expect(reply.status == 200)
      #expect(try reply.json()[path: ["model", "maxTokens"]] == .integer(99))
      let spec = try #require(self.spec("gpt-4-turbo-preview"))
      #expect(spec["rateLimit"] == nil && spec["contextWindow"] == .integer(128_000))
      #expect(spec[path: ["cost", "inputTokens"]] == .decimal("0.02"))
      #expect(spec[path: ["cost", "outputTokens"]] == .decimal("0.03"))
      #expect(spec["tags"] == .strings(["new"]))
      #expect(spec["metadata"] == .object(["customField": .string("value"), "more": .integer(1)]))
      #expect(spec["displayName"] == .string("GPT-4 Turbo") && spec["desiredState"] == .string("OnDemand"))
      let moved = try await client.request(
        "PATCH", "/api/v1/models/openai:gpt-4-turbo-preview", body: #"{"id":"other"}"#)
      #expect(moved.status == 400)
    }
  }

  @Test func `a status can be set where it can be brought about`() async throws {
    try await serve { client in
      _ = try await client.request("POST", "/api/v1/models", body: Self.golden)
      let path = "/api/v1/models/openai:gpt-4-turbo-preview/status"
      func put(_ status: String) async throws -> RawClient.Reply {
        try await client.request("PUT", path, body: #"{"status":"\#(status)"}"#)
      }
      let marked = try await put("deprecated")
      #expect(
        marked.text
          == #"{"success":true,"key":"openai:gpt-4-turbo-preview","status":"deprecated","deprecated":true}"#)
      let cleared = try await put("available")
      #expect(cleared.text == #"{"success":true,"key":"openai:gpt-4-turbo-preview","status":"available"}"#)
      #expect(spec("gpt-4-turbo-preview")?["deprecation"] == nil)
      for impossible in ["loading", "failed", "gone"] { #expect(try await put(impossible).status == 400) }
    }
    try await serve { client in
      for status in ["loaded", "unloaded"] {
        let reply = try await client.request(
          "PUT", "/api/v1/models/local:d/status", body: #"{"status":"\#(status)"}"#)
        #expect(reply.status == 200)
        break
      }
      #expect(loads.state.withLock { $0.asked.map(\.loaded) } == [true])
    }
  }

  @Test func `takes models out, and says whether there was one`() async throws {
    try await serve { client in
      _ = try await client.request("POST", "/api/v1/models", body: Self.golden)
      let path = "/api/v1/models/openai:gpt-4-turbo-preview"
      #expect(try await client.request("DELETE", path).text == #"{"success":true,"removed":true}"#)
      #expect(try await client.request("DELETE", path).text == #"{"success":true,"removed":false}"#)
      #expect(
        try await client.request("DELETE", "/api/v1/models/openai:found").text == #"{"success":true,"removed":true}"#)
      #expect(registration.state.withLock { $0.forgotten } == ["openai:found"])
    }
  }

  @Test func `clears one origin at a time, never what manifests declare`() async throws {
    try await serve { client in
      _ = try await client.request("POST", "/api/v1/models", body: Self.golden)
      for bad in ["", "?origin=manifest", "?origin=all"] {
        #expect(try await client.request("DELETE", "/api/v1/models" + bad).status == 400)
      }
      #expect(
        try await client.request("DELETE", "/api/v1/models?origin=api").text == #"{"success":true,"count":1}"#)
      #expect(
        try await client.request("DELETE", "/api/v1/models?origin=discovered").text
          == #"{"success":true,"count":1}"#)
      #expect(try await client.get("/api/v1/models/local:d").status == 200)
    }
  }

  @Test func `imports what it can of a list, and tells what it cannot`() async throws {
    registration.state.withLock { $0.refused = ["bad"] }
    try await serve { client in
      let list = """
        {"models":[\(Self.golden),{"id":"bad","provider":"openai"},{"id":"x"},{"id":"d","provider":"local"}]}
        """
      let reply = try await client.request("POST", "/api/v1/models/import", body: list)
      let json = try reply.json()
      #expect(reply.status == 200 && json["success"] == .bool(true) && json["count"] == .integer(1))
      let errors = json["errors"]?.stringList ?? []
      #expect(errors.count == 3 && errors.contains("openai:bad: bad is refused"))
      #expect(errors.contains { $0.hasPrefix("[2]: 'provider' is missing") })
      #expect(errors.contains { $0.hasPrefix("[3]: models/d.yaml:3 declares") })
      let map = try await client.request(
        "POST", "/api/v1/models/import", body: #"{"openai":[{"id":"one"}],"local":{"models":[{"id":"two"}]}}"#)
      #expect(try map.json()["count"] == .integer(2))
    }
  }

  @Test func `what was exported and is imported again is equal`() async throws {
    try await serve { client in
      _ = try await client.request("POST", "/api/v1/models", body: Self.golden)
      let before = try await client.get("/api/v1/models/openai:gpt-4-turbo-preview").json()["model"]
      let export = try await client.get("/api/v1/models/export").text
      _ = try await client.request("DELETE", "/api/v1/models?origin=api")
      let reply = try await client.request("POST", "/api/v1/models/import", body: export)
      // The declared one and the discovered one are there already.
      #expect(try reply.json()["count"] == .integer(2))
      let after = try await client.get("/api/v1/models/openai:gpt-4-turbo-preview").json()["model"]
      func comparable(_ model: FieldValue?) -> FieldValue? {
        model?.without("accessCount").without("lastAccessed")
      }
      #expect(comparable(after) == comparable(before))
    }
  }
}
