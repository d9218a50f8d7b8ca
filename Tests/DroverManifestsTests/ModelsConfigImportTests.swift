import DroverCore
import DroverManifests
import Testing

/// S1.1.5, S2.1.6, S2.1.7, S2.1.9, S14.1.2, S18.1.1, S18.1.2, S18.1.3
struct ModelsConfigImportTests {
  private static let entries = #"""
    [{"id": "gpt-4-turbo-preview", "name": "GPT-4 Turbo", "provider": "openai", "version": "1.0.0",
      "contextWindow": 128000, "maxTokens": 4096, "capabilities": ["chat_completion", "json_mode"],
      "cost": {"inputTokens": 0.01, "outputTokens": 0.03, "currency": "USD", "per": 1000, "note": "list price"},
      "rateLimit": {"requestsPerMinute": 500, "tokensPerMinute": 150000, "requestsPerDay": 10000},
      "metadata": {"tags": ["production"], "apiEndpoint": "https://api.openai.com/v1/chat/completions",
        "customField": "value"}},
     {"id": "Org/My Model:7b", "provider": "llama.cpp",
      "metadata": {"modelFile": "/path/to/my-model.gguf", "quantization": "Q5_K_M", "requiredRAM": "8GB",
        "fileSize": "5.73GB"}},
     {"name": "nobody"}, {"id": "gpt-4-turbo-preview", "provider": "openai"}]
    """#

  private func fold(_ found: ModelsConfigImport) -> DesiredFleet {
    Tree([
      "providers.yaml": ModelsConfigImport.text(of: found.providers),
      "models.yaml": ModelsConfigImport.text(of: found.models),
    ]).fold()
  }

  @Test func `makes valid manifests with everything that the list says`() throws {
    let found = try ModelsConfigImport.read(Array(Self.entries.utf8))
    let fleet = fold(found)
    #expect(fleet.errors == [])
    let gpt = try #require(fleet.model("gpt-4-turbo-preview")?.resource?.spec)
    #expect(gpt["displayName"]?.string == "GPT-4 Turbo" && gpt["contextWindow"]?.integer == 128_000)
    #expect(gpt[path: ["cost", "inputTokens"]]?.scalarText == "0.01")
    #expect(gpt[path: ["cost", "note"]]?.string == "list price")
    #expect(gpt[path: ["rateLimit", "requestsPerDay"]]?.integer == 10_000)
    #expect(gpt["tags"]?.stringList == ["production"])
    #expect(gpt["metadata"] == .object(["customField": .string("value")]))
    let own = try #require(fleet.model("org-my-model-7b")?.resource?.spec)
    #expect(own["modelID"]?.string == "Org/My Model:7b" && own["version"]?.string == "1.0.0")
    #expect(own[path: ["llamaCpp", "file"]]?.string == "my-model.gguf")
    #expect(own[path: ["llamaCpp", "quantization"]]?.string == "Q5_K_M")
    #expect(own[path: ["llamaCpp", "requiredMemory", "host"]]?.byteCount == ByteCount(8_000_000_000))
    #expect(own[path: ["llamaCpp", "fileSize"]]?.byteCount == ByteCount(5_730_000_000))
    #expect(own["metadata"] == nil)
    #expect(fleet.provider("openai")?.resource?.spec["baseURL"]?.string == "https://api.openai.com/v1")
    #expect(fleet.provider("llama.cpp")?.resource?.spec["mode"]?.string == "Managed")
  }

  @Test(arguments: [
    ("openai", "https://api.openai.com/v1/chat/completions", "https://api.openai.com/v1"),
    ("claude", "https://api.anthropic.com/v1/messages", "https://api.anthropic.com"),
    ("llama.cpp", "http://localhost:8080/v1/chat/completions", "http://localhost:8080"),
    ("openai", "https://proxy.example.com/team/v1/chat/completions", "https://proxy.example.com/team/v1"),
  ])
  func `S2.1.6 the endpoint of a model becomes the address of its provider, without the operation`(
    provider: String, endpoint: String, base: String
  ) throws {
    let list = #"[{"id": "m", "provider": "\#(provider)", "metadata": {"apiEndpoint": "\#(endpoint)"}}]"#
    let fleet = fold(try ModelsConfigImport.read(Array(list.utf8)))
    #expect(fleet.errors == [])
    #expect(fleet.provider(provider)?.resource?.spec["baseURL"]?.string == base)
  }

  @Test func `says what it could not take over, and takes the rest`() throws {
    let found = try ModelsConfigImport.read(Array(Self.entries.utf8))
    #expect(found.models.count == 2)
    #expect(
      found.notes == [
        "llama.cpp:Org/My Model:7b: '/path/to/my-model.gguf' is named 'my-model.gguf' now; put its folder among the "
          + "modelDirectories of the host policy", "[2]: left out: it has no 'id'",
        "[3]: left out: 'openai:gpt-4-turbo-preview' is there already",
      ])
  }

  @Test func `a list, a list under a name and a map of providers say the same`() throws {
    let one = #"{"id": "m", "contextWindow": 8192, "provider": "claude"}"#
    let forms = [
      "[\(one)]", #"{"models": [\#(one)]}"#, #"{"claude": [\#(one)]}"#, #"{"claude": {"models": [\#(one)]}}"#,
    ]
    let found = try forms.map { form throws(PriceImport.Failure) in try ModelsConfigImport.read(Array(form.utf8)) }
    #expect(found.allSatisfy { $0 == found[0] } && found[0].models.count == 1)
  }

  @Test func `the names of a map in a program become aliases`() throws {
    let map =
      #"{"GPT4": {"id": "gpt-4", "provider": "openai", "contextWindow": 8192}, "o3": {"id": "o3", "provider": "openai"}}"#
    let fleet = fold(try ModelsConfigImport.readHardcoded(Array(map.utf8)))
    #expect(fleet.errors == [])
    #expect(fleet.model("gpt-4")?.resource?.spec["aliases"]?.stringList == ["GPT4"])
    #expect(fleet.model("o3")?.resource?.spec["aliases"] == nil)
  }

  @Test func `ids of two providers that make one name keep apart`() throws {
    let list = #"[{"id": "m", "provider": "openai"}, {"id": "M", "provider": "claude"}]"#
    let fleet = fold(try ModelsConfigImport.read(Array(list.utf8)))
    #expect(fleet.errors == [])
    #expect(fleet.model("m") != nil && fleet.model("claude-m")?.resource?.spec["modelID"]?.string == "M")
  }

  @Test(arguments: ["{", "[]", "7", #"[{"id": "m"}]"#])
  func `a file without models is refused`(text: String) {
    #expect(throws: PriceImport.Failure.self) { try ModelsConfigImport.read(Array(text.utf8)) }
  }
}

/// S18.1.2
struct ImportDefaultsTests {
  @Test func `S18.1.2 what a list leaves out has the default, but for prices that the catalogue knows`() throws {
    let known = try #require(PriceCatalogue.builtIn.entries.first { $0.cost != nil && $0.provider == .openai }).id
    let list = #"[{"id": "\#(known)", "provider": "openai"}, {"id": "m", "provider": "custom"}]"#
    let defaults = ImportDefaults(
      cost: ImportDefaults.cost("0.01,0.03,USD,1000"), rateLimit: ImportDefaults.rateLimit("500,100000"))
    let found = try ModelsConfigImport.read(Array(list.utf8), defaults: defaults)
    #expect(found.models[0][path: ["spec", "cost"]] == nil)
    let spec = try #require(found.models[1]["spec"])
    #expect(
      spec["cost"]
        == .object([
          "inputTokens": .decimal("0.01"), "outputTokens": .decimal("0.03"), "currency": .string("USD"),
          "per": .integer(1000),
        ]))
    #expect(
      spec["rateLimit"] == .object(["requestsPerMinute": .integer(500), "tokensPerMinute": .integer(100_000)]))
  }

  @Test(arguments: ["", "0.01", "0.01,x", "-1,2", "1,2,usd", "1,2,USD,0", "1,2,USD,1,5", "0.0000000000001,1"])
  func `what is no cost is refused`(text: String) { #expect(ImportDefaults.cost(text) == nil) }

  @Test(arguments: ["", "5", "5,x", "0,1", "1,2,3,4"])
  func `what is no limit is refused`(text: String) { #expect(ImportDefaults.rateLimit(text) == nil) }
}
