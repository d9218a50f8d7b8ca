import DroverCore
import DroverManifests
import Synchronization
import Testing

@testable import DroverAPI

/// S3.1.3, S3.1.4, S4.1.1, S4.1.5, S4.1.6, S4.1.7, S4.2.3, S10.2.11, S11.1.5, S11.1.6, S11.1.8, S11.1.11
@Suite(.timeLimit(.minutes(15))) struct RegistryRouteTests {
  private let control = FakeControl()
  private let loads = FakeLoads()

  init() {
    control.put(provider: "openai", type: "openai")
    control.put(provider: "local", type: "llama.cpp")
    control.put(
      model: "gpt-4",
      spec: .object([
        "provider": .string("openai"), "modelID": .string("gpt-4-turbo"), "displayName": .string("GPT-4 Turbo"),
        "contextWindow": .integer(128_000), "tags": .strings(["production"]), "version": .string("1.2.0"),
        "capabilities": .strings(["chat_completion", "vision"]),
        "cost": .object(["inputTokens": .decimal("0.01"), "outputTokens": .decimal("0.03")]),
      ]),
      status: .object([
        "state": .string("Available"), "key": .string("openai:gpt-4-turbo"), "accessCount": .integer(2),
      ]))
    control.put(
      model: "llama", spec: .object(["provider": .string("local"), "capabilities": .strings(["chat_completion"])]),
      status: .object([
        "state": .string("Loaded"),
        "performance": .object([
          "successRate": .integer(1), "tokensPerSecond": .integer(50), "totalInferences": .integer(100),
        ]),
      ]))
  }

  private func serve(_ body: (RawClient) async throws -> Void) async throws {
    try await TestServer.run(control, loads: loads) { try await body(try $0.client()) }
  }

  private func keys(_ json: FieldValue) -> [String] {
    (json["models"]?.list ?? []).compactMap { $0.value["key"]?.string }
  }

  @Test(arguments: [
    ("search?tags=production&minVersion=1.0.0&maxVersion=2.0.0", ["openai:gpt-4-turbo"]),
    ("search?namePattern=LLAMA", ["local:llama"]), ("search?provider=llama.cpp", ["local:llama"]),
    ("search?maxCostPerToken=0.00002&minContextWindow=128000", ["openai:gpt-4-turbo"]),
    ("search?maxCostPerToken=0.000019", []), ("search?status=loaded&excludeDeprecated=true", ["local:llama"]),
    ("cost-effective", ["openai:gpt-4-turbo", "local:llama"]), ("cost-effective?limit=1", ["openai:gpt-4-turbo"]),
    ("top-performing", ["local:llama"]), ("most-used?limit=1", ["openai:gpt-4-turbo"]),
  ])
  func `finds and ranks models, in the shape of a list`(question: String, expected: [String]) async throws {
    try await serve { client in
      let json = try await client.get("/api/v1/models/" + question).json()
      #expect(keys(json) == expected && json["count"] == .integer(Int64(expected.count)))
    }
  }

  @Test(arguments: [
    "search?minVersion=1", "search?maxCostPerToken=cheap", "search?minContextWindow=-1", "search?capability=seeing",
    "search?excludeDeprecated=maybe", "cost-effective?limit=0", "most-used?limit=x", "search?colour=red",
    "gpt:4/estimate?inputTokens=-1",
  ])
  func `refuses a question that is none`(question: String) async throws {
    control.put(model: "p", spec: .object(["provider": .string("gpt"), "modelID": .string("4")]))
    try await serve { client in
      let reply = try await client.get("/api/v1/models/" + question)
      #expect(reply.status == 400)
      #expect(try reply.json().errorCode == "INVALID_REQUEST")
    }
  }

  @Test func `selects a model and says why`() async throws {
    try await serve { client in
      let json = try await client.get("/api/v1/models/select?capability=chat_completion").json()
      #expect(json[path: ["model", "key"]] == .string("local:llama") && json["success"] == .bool(true))
      #expect(json["reason"] == .string("the highest score of 1 measured model"))
    }
  }

  @Test func `a selection of nothing tells what excluded how many`() async throws {
    try await serve { client in
      let reply = try await client.get("/api/v1/models/select?capability=vision&minContextWindow=200000")
      let json = try reply.json()
      #expect(reply.status == 404 && json.errorCode == "MODEL_NOT_FOUND")
      #expect(
        json.errorMessage == "No suitable models found: capability excluded 1, minContextWindow excluded 1")
    }
  }

  @Test func `statistics name the current model by its key`() async throws {
    control.lifecycle.state.withLock { $0.current = CurrentModel(target: Identity(.model, "gpt-4")) }
    try await serve { client in
      let json = try await client.get("/api/v1/models/statistics").json()
      let statistics = try #require(json["statistics"])
      #expect(json["success"] == .bool(true) && statistics["currentModel"] == .string("openai:gpt-4-turbo"))
      #expect(statistics["totalModels"] == .integer(2) && statistics["loadedModels"] == .integer(1))
      #expect(statistics["providerCounts"] == .object(["local": .integer(1), "openai": .integer(1)]))
      #expect(statistics["averageAccessCount"] == .integer(1))
    }
  }

  @Test func `an estimate is exact, and there is none without a price`() async throws {
    try await serve { client in
      let reply = try await client.get(
        "/api/v1/models/openai%3Agpt-4-turbo/estimate?inputTokens=2000&outputTokens=1000")
      #expect(
        reply.text == #"{"success":true,"key":"openai:gpt-4-turbo","estimatedCost":0.05,"currency":"USD"}"#)
      #expect(try await client.get("/api/v1/models/local:llama/estimate").status == 409)
    }
  }

  @Test func `looking at one model by its key is an access, and no list is`() async throws {
    try await serve { client in
      for path in ["", "/search", "/most-used", "/statistics", "/openai", "/export"] {
        #expect(try await client.get("/api/v1/models" + path).status == 200)
      }
      #expect(loads.state.withLock { $0.reads.isEmpty })
      for count in Int64(1)...3 {
        let model = try await client.get("/api/v1/models/local:llama").json()["model"]
        #expect(model?["accessCount"] == .integer(count))
      }
      // Lists know it before the status does.
      #expect(try await keys(client.get("/api/v1/models/most-used").json()).first == "local:llama")
    }
  }

  @Test func `an export is a list of all entries`() async throws {
    try await serve { client in
      let entries = try await client.get("/api/v1/models/export").json()
      #expect(entries.list?.compactMap { $0.value["key"]?.string } == ["local:llama", "openai:gpt-4-turbo"])
      #expect(entries.list?.last?.value["cost"]?["inputTokens"] == .decimal("0.01"))
    }
  }

  /// S1.1.4
  @Test func `no provider can have the name of a path`() async throws {
    let api = ControlAPI(
      control: control, loads: loads, discovery: FakeDiscovery(), measuring: FakeMeasuring(),
      overrides: control.lifecycle, current: control.lifecycle,
      options: ControlAPI.Options(listen: nil, socketPath: nil), logger: .silent)
    let prefix = ControlAPI.modelsPath + "/"
    let paths = api.routes.map(\.pattern.text).filter { $0.hasPrefix(prefix) }
    let firsts = paths.compactMap { $0.dropFirst(prefix.count).split(separator: "/").first }
    let words = Set(firsts.filter { $0.first != "{" }.map(String.init))
    #expect(words.contains("search") && words.contains("load"))
    for word in words {
      let text = "apiVersion: \(manifestVersion)\nkind: Provider\nmetadata: {name: \(word)}\nspec: {type: openai}\n"
      let file = ManifestDecoder().decode(Array(text.utf8), root: "r", path: "p.yaml")
      #expect(file.documents.first?.hasErrors == true, "\(word)")
    }
  }
}
