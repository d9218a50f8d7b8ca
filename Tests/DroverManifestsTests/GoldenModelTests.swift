import DroverCore
import DroverManifests
import DroverSystem
import Testing

/// The models of `examples/models`. S2.1.1 to S2.1.5, S2.1.9, S2.2.1 to S2.2.4
struct GoldenModelTests {
  private static let folder =
    "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/examples/models"

  private func fleet() throws -> DesiredFleet {
    var tree = Tree([:])
    for name in ["providers.yaml", "hosted.yaml", "local.yaml"] {
      tree[name] = String(decoding: try FileReader.read(Self.folder + "/" + name, maxBytes: 1 << 20), as: UTF8.self)
    }
    return tree.fold()
  }

  @Test func `every manifest of the folder is valid`() throws {
    let fleet = try fleet()
    #expect(fleet.errors == [])
    #expect(fleet.objects.count == 7)
  }

  @Test(arguments: [
    (
      "gpt-4-turbo-preview", "openai:gpt-4-turbo-preview", "1.0.0", Int64(128_000), Int64(4096), "0.01", "0.03",
      [500, 150_000, 10_000] as [Int64?], ["chat_completion", "function_calling", "json_mode"]
    ),
    (
      "claude-3-opus", "claude:claude-3-opus-20240229", "3.0.0", 200_000, 4096, "0.015", "0.075",
      [50, 40_000, 1000], ["chat_completion", "vision", "function_calling"]
    ),
    (
      "llama-3.1-8b-instruct", "llama.cpp:llama-3.1-8b-instruct", "3.1.0", 128_000, 4096, "0", "0",
      [1000, 100_000, nil], ["chat_completion"]
    ),
    (
      "my-custom-model", "llama.cpp:my-custom-model", "1.0.0", 8192, 2048, nil, nil, [500, 50_000, nil],
      ["chat_completion"]
    ),
  ])
  func `a model has its key, sizes, prices and limits`(
    name: String, key: String, version: String, context: Int64, most: Int64, input: String?, output: String?,
    limits: [Int64?], capabilities: [String]
  ) throws {
    let spec = try #require(try fleet()[Identity(.model, name)]?.resource?.spec)
    #expect(ModelSpec(name: name, spec: spec).key == key)
    #expect(spec["version"]?.string == version)
    #expect(spec["contextWindow"]?.integer == context && spec["maxTokens"]?.integer == most)
    #expect(spec[path: ["cost", "inputTokens"]]?.scalarText == input)
    #expect(spec[path: ["cost", "outputTokens"]]?.scalarText == output)
    if input != nil {
      #expect(spec[path: ["cost", "currency"]]?.string == "USD" && spec[path: ["cost", "per"]]?.integer == 1000)
    }
    let found = ["requestsPerMinute", "tokensPerMinute", "requestsPerDay"].map {
      spec[path: ["rateLimit", $0]]?.integer
    }
    #expect(found == limits)
    #expect(spec[path: ["capabilities", "add"]]?.stringList == capabilities)
  }

  @Test func `notes, tags and free words are kept`() throws {
    let fleet = try fleet()
    let llama = try #require(fleet[Identity(.model, "llama-3.1-8b-instruct")]?.resource?.spec)
    #expect(llama[path: ["cost", "note"]]?.string == "Self-hosted, no API costs")
    #expect(llama[path: ["rateLimit", "note"]]?.string == "Limited by hardware capabilities")
    #expect(llama["tags"]?.stringList == ["self-hosted", "open-source", "local"])
    let custom = try #require(fleet[Identity(.model, "my-custom-model")]?.resource?.spec)
    #expect(custom[path: ["metadata", "customField"]]?.string == "value")
    #expect(custom[path: ["llamaCpp", "file"]]?.string == "my-model.gguf")
  }
}
