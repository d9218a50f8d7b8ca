import DroverCore
import Synchronization
import Testing

/// S1.1.1, S1.1.2, S1.2.1, S1.2.4, S2.1.1, S2.1.10, S2.1.11, S10.1.2, S10.2.1, S10.2.7
@Suite(.timeLimit(.minutes(15))) struct ModelListTests {
  private let control = FakeControl()
  private let discovery = FakeDiscovery()

  init() {
    control.put(provider: "hosted", type: "openai")
    control.put(provider: "local", type: "llama.cpp")
    control.put(
      model: "gpt",
      spec: .object([
        "provider": .string("hosted"), "modelID": .string("org/gpt:4"), "displayName": .string("GPT 4"),
        "contextWindow": .integer(128_000), "maxTokens": .integer(4096), "aliases": .strings(["smart"]),
        "capabilities": .strings(["json_mode", "chat_completion"]), "version": .string("1.2.0"),
        "tags": .strings(["production"]), "metadata": .object(["team": .string("search")]),
        "cost": .object(["inputTokens": .decimal("0.000000000001"), "outputTokens": .decimal("0.03")]),
      ]), status: .object(["state": .string("Loaded")]))
    control.put(
      model: "llama", spec: .object(["provider": .string("local"), "contextWindow": .integer(512)]),
      status: .object(["state": .string("Failed"), "contextWindow": .integer(256)]))
    let listed = ListedModel(
      id: "gpt-4o-mini", displayName: "Mini", lifecycle: .deprecated)
    discovery.state.withLock {
      $0.models = [DiscoveredModel(provider: "hosted", listed: listed, firstSeen: Timestamp(milliseconds: 0))]
    }
  }

  private func serve(_ body: (RawClient) async throws -> Void) async throws {
    try await TestServer.run(control, discovery: discovery) { try await body(try $0.client()) }
  }

  private func keys(_ reply: RawClient.Reply) throws -> [String] {
    let json = try reply.json()
    let models = try #require(json["models"]?.list)
    #expect(json["count"] == .integer(Int64(models.count)))
    #expect(json["success"] == nil)
    return models.compactMap { $0.value["key"]?.string }
  }

  @Test func `lists models with the six fields that every client reads`() async throws {
    try await serve { client in
      let reply = try await client.get("/api/v1/models")
      #expect(try keys(reply) == ["hosted:gpt-4o-mini", "hosted:org/gpt:4", "local:llama"])
      let models = try #require(try reply.json()["models"]?.list).map(\.value)
      #expect(
        models[1].json.hasPrefix(
          #"{"id":"org/gpt:4","name":"GPT 4","provider":"hosted","contextWindow":128000,"maxTokens":4096,"#
            + #""capabilities":["chat_completion","json_mode"],"key":"hosted:org/gpt:4","status":"loaded","#
            + #""origin":"manifest","resource":"gpt""#))
      // What the server reports wins, and what is unknown is null.
      #expect(models[2]["contextWindow"] == .integer(256) && models[2]["maxTokens"] == .null)
      #expect(models[2]["status"] == .string("failed") && models[2]["name"] == .string("llama"))
      // What the provider leaves open is as the catalogue says.
      #expect(models[0]["origin"] == .string("discovered") && models[0]["resource"] == nil)
      #expect(models[0]["contextWindow"] == .integer(128_000))
    }
  }

  @Test(arguments: [
    ("provider=hosted", ["hosted:gpt-4o-mini", "hosted:org/gpt:4"]), ("provider=llama.cpp", ["local:llama"]),
    ("provider=nobody", []), ("capability=json_mode&provider=openai", ["hosted:gpt-4o-mini", "hosted:org/gpt:4"]),
    ("status=loaded", ["hosted:org/gpt:4"]), ("status=failed", ["local:llama"]),
    ("status=deprecated", ["hosted:gpt-4o-mini"]), ("status=available", []),
  ])
  func `filters by provider name or type, capability and status`(query: String, expected: [String]) async throws {
    try await serve { client in
      let found = try keys(try await client.get("/api/v1/models?" + query))
      #expect(found == expected)
    }
  }

  @Test(arguments: [
    ("capability=jsonmode", "'capability' is 'jsonmode'; expected one of text_generation"),
    ("status=Loaded", "'status' is 'Loaded'; expected one of available"), ("staus=loaded", "unknown query parameter"),
  ])
  func `refuses a word that no filter knows`(query: String, start: String) async throws {
    try await serve { client in
      let reply = try await client.get("/api/v1/models?" + query)
      #expect(reply.status == 400)
      #expect(try reply.json().errorMessage?.hasPrefix(start) == true)
    }
  }

  @Test func `a deprecated model that is loaded says so beside its state`() async throws {
    control.put(
      model: "old", spec: .object(["provider": .string("local"), "deprecation": .object(["reason": .string("x")])]),
      status: .object(["state": .string("Loaded")]))
    try await serve { client in
      let reply = try await client.get("/api/v1/models?status=deprecated")
      let models = try #require(try reply.json()["models"]?.list).map(\.value)
      let old = try #require(models.first { $0["key"] == .string("local:old") })
      #expect(old["status"] == .string("loaded") && old["deprecated"] == .bool(true))
      #expect(models[0]["status"] == .string("deprecated"))
    }
  }

  @Test func `lists the models of one provider, by its name or its type`() async throws {
    try await serve { client in
      #expect(try keys(try await client.get("/api/v1/models/local")) == ["local:llama"])
      #expect(try keys(try await client.get("/api/v1/models/llama.cpp")) == ["local:llama"])
      let reply = try await client.get("/api/v1/models/locl")
      #expect(reply.status == 404)
      let json = try reply.json()
      #expect(json.errorMessage == "no provider 'locl'; did you mean 'local'?; there are hosted, local")
      #expect(json[path: ["error", "details", "providers"]]?.stringList == ["hosted", "local"])
    }
  }

  @Test(arguments: ["hosted:org/gpt:4", "hosted%3Aorg%2Fgpt%3A4", "hosted:org%2fgpt:4", "hosted%3aorg/gpt:4"])
  func `tells all of one model, however its key is written in the path`(key: String) async throws {
    try await serve { client in
      let reply = try await client.get("/api/v1/models/" + key)
      #expect(reply.status == 200)
      let model = try #require(try reply.json()["model"])
      #expect(try reply.json()["success"] == .bool(true))
      #expect(model["version"] == .string("1.2.0") && model["accessCount"] == .integer(0))
      #expect(model["metadata"] == .object(["team": .string("search"), "tags": .strings(["production"])]))
      #expect(
        reply.text.contains(#""cost":{"inputTokens":0.000000000001,"outputTokens":0.03,"currency":"USD","per":1000}"#))
    }
  }

  @Test func `names what comes near to a key that does not exist`() async throws {
    try await serve { client in
      let reply = try await client.get("/api/v1/models/local:lama")
      #expect(reply.status == 404)
      let json = try reply.json()
      #expect(json.errorCode == "MODEL_NOT_FOUND")
      #expect(json.errorMessage == "no model 'local:lama'; did you mean 'local:llama'?")
      #expect(json[path: ["error", "details", "nearMatches"]]?.stringList.first == "local:llama")
    }
  }

  @Test func `a literal segment is never a provider, nor a key`() async throws {
    control.put(provider: "discover", type: "custom")
    try await serve { client in
      let reply = try await client.get("/api/v1/models/discover")
      #expect(reply.status == 405 && reply.fields["allow"] == "POST")
      #expect(try await client.request("POST", "/api/v1/models/local:llama").status == 405)
    }
  }
}
