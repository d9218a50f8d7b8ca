import DroverCore
import DroverDrivers
import DroverSystem
import DroverTestKit
import Testing

/// What drivers say of the models that a provider has.
struct DiscoveryListTests {
  @Test
  func `model files are listed by their paths, and nothing that is no complete model`() async throws {
    let models = try TemporaryDirectory()
    let bytes = try FileReader.read(Engine.genuine().models + "/tiny.gguf", maxBytes: 1 << 24)
    try Directory.create(models("org"))
    for name in ["tiny.gguf", "org/other.gguf", "mmproj-tiny.gguf"] { try models.write(name, bytes) }
    try models.write("part.gguf", bytes.prefix(300_000))
    try models.write("notes.txt", Array("hello".utf8))
    try models.write("odd.gguf", Array("no model at all".utf8))
    let bench = try ManagedBench(models: models.path)
    let listed = try #require(try await bench.driver.list(bench.provider, isAsked: true))
    #expect(listed.map(\.id).sorted() == ["org/other.gguf", "tiny.gguf"])
    #expect(listed.allSatisfy { $0.contextWindow ?? 0 > 0 })
    #expect(listed.allSatisfy { $0.capabilities?.contains(.textGeneration) == true })
  }

  @Test
  func `a model directory that cannot be read is a failure, not an empty list`() async throws {
    let gone = try TemporaryDirectory()
    let bench = try ManagedBench(models: gone("nowhere"))
    let error = await #expect(throws: DriverError.self) { try await bench.driver.list(bench.provider, isAsked: true) }
    #expect(error?.message.contains(gone("nowhere")) == true)
  }

  @Test(arguments: [ProviderType.openai, .claude, .ollama, .vllm, .custom])
  func `a server is asked anew when somebody wants to know`(type: ProviderType) async throws {
    let dialect: any FakeDialect =
      switch type {
      case .claude: ClaudeFake()
      case .ollama: OllamaFake()
      case .vllm: VLLMFake()
      default: OpenAIFake()
      }
    let bench = try await CompatibleBench(
      .init(models: ["alpha", "beta"], dialect: dialect), type: type,
      provider: .object(["health": .object(["interval": .duration(.seconds(3600))])]))
    func ids(isAsked: Bool) async throws -> [String]? {
      try await bench.driver.list(bench.provider, isAsked: isAsked)?.map(\.id).sorted()
    }
    let before = try await ids(isAsked: false)
    #expect(before?.count == 2)
    bench.fake.update { $0.models = ["alpha", "beta", "gamma"] }
    #expect(try await ids(isAsked: false) == before)
    // What was heard in the same millisecond counts as heard since.
    let now = try await eventually { () -> [String]? in
      let ids = try await ids(isAsked: true)
      return ids?.count == 3 ? ids : nil
    }
    #expect(try await ids(isAsked: false) == now)
    await bench.fake.stop()
  }
}
