import DroverCore
import DroverManifests
import DroverSystem
import Testing

/// The models of `examples/models`. S2.1.1, S2.1.2, S2.1.3, S2.1.4, S2.1.5, S2.1.9, S2.2.1, S2.2.2, S2.2.3, S2.2.4
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

  @Test func `S2.1.2 S2.1.3 what is left out has its default, and an absent limit limits nothing`() throws {
    let tree = Tree([
      "a.yaml": """
      apiVersion: drover.dev/v1alpha1
      kind: Provider
      metadata: {name: p}
      spec: {type: custom, baseURL: "http://127.0.0.1:9"}
      ---
      apiVersion: drover.dev/v1alpha1
      kind: Model
      metadata: {name: m}
      spec: {provider: p, cost: {inputTokens: "0.01"}, rateLimit: {tokensPerMinute: 5}}
      """
    ])
    let spec = try #require(tree.fold()[Identity(.model, "m")]?.resource?.spec)
    #expect(spec["version"]?.string == "1.0.0")
    #expect(spec[path: ["cost", "currency"]]?.string == "USD" && spec[path: ["cost", "per"]]?.integer == 1000)
    #expect(spec["rateLimit"]?.map?.map(\.key) == ["tokensPerMinute"])
  }

  @Test func `notes, tags and free words are kept`() throws {
    let fleet = try fleet()
    let llama = try #require(fleet[Identity(.model, "llama-3.1-8b-instruct")]?.resource?.spec)
    #expect(llama[path: ["cost", "note"]]?.string == "Self-hosted, no API costs")
    #expect(llama[path: ["rateLimit", "note"]]?.string == "Limited by hardware capabilities")
    #expect(llama["tags"]?.stringList == ["self-hosted", "open-source", "local"])
    // S2.1.7 S2.1.8
    #expect(llama[path: ["llamaCpp", "quantization"]]?.string == "Q5_K_M")
    #expect(llama[path: ["llamaCpp", "fileSize"]]?.byteCount == ByteCount(5_730_000_000))
    let custom = try #require(fleet[Identity(.model, "my-custom-model")]?.resource?.spec)
    #expect(custom[path: ["metadata", "customField"]]?.string == "value")
    #expect(custom[path: ["llamaCpp", "file"]]?.string == "my-model.gguf")
  }
}
