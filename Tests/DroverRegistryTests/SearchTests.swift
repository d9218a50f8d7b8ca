import DroverCore
import DroverRegistry
import Testing

/// S4.1.1, S4.1.2, S4.1.3, S4.1.4, S7.1.1
struct SearchTests {
  private let registry = Registry(
    entries: ModelEntry.goldens,
    providers: ["openai": ModelHome(type: .openai), "llama.cpp": ModelHome(type: .llamaCpp)])

  private func found(_ change: (inout ModelQuery) -> Void) -> [String] {
    var query = ModelQuery()
    change(&query)
    return registry.search(query).map { String($0.key.prefix { $0 != ":" }) + ":" + String($0.modelID.prefix(3)) }
  }

  private let claude = "claude:cla"
  private let llama = "llama.cpp:lla"
  private let old = "llama.cpp:old"
  private let gpt = "openai:gpt"

  @Test func `nothing asked finds everything`() { #expect(found { _ in } == [claude, llama, old, gpt]) }

  @Test func `finds by provider, capability and status`() {
    #expect(found { $0.provider = "openai" } == [gpt])
    #expect(found { $0.provider = "nobody" } == [])
    #expect(found { $0.capability = .functionCalling } == [claude, gpt])
    #expect(found { $0.status = .loaded } == [llama])
    #expect(found { $0.status = .deprecated } == [old])
  }

  @Test func `bounds of the context window are inclusive`() {
    #expect(found { $0.minContextWindow = 128_000 } == [claude, llama, gpt])
    #expect(found { $0.maxContextWindow = 128_000 } == [llama, old, gpt])
    #expect(
      found {
        $0.minContextWindow = 8193
        $0.maxContextWindow = 199_999
      } == [llama, gpt])
  }

  @Test(arguments: [
    ("turbo", ["openai:gpt"]), ("LLAMA-3", ["llama.cpp:lla"]), ("3", ["claude:cla", "llama.cpp:lla"]),
    ("gpt*", ["openai:gpt"]), ("?ld", ["llama.cpp:old"]), ("ld?", []), ("claude 3 *", ["claude:cla"]),
  ])
  func `a name pattern is part of a name or id, or a glob of all of it`(pattern: String, keys: [String]) {
    #expect(found { $0.namePattern = pattern } == keys)
  }

  @Test func `tags means all of them`() {
    #expect(found { $0.tags = ["production"] } == [llama, gpt])
    #expect(found { $0.tags = ["production", "recommended"] } == [gpt])
    #expect(found { $0.tags = ["production", "flagship"] } == [])
  }

  @Test(arguments: [
    ("0.00002", ["llama.cpp:lla", "openai:gpt"]), ("0.000019999999", ["llama.cpp:lla"]), ("0", ["llama.cpp:lla"]),
    ("0.000045", ["claude:cla", "llama.cpp:lla", "openai:gpt"]), ("2e-5", ["llama.cpp:lla", "openai:gpt"]),
  ])
  func `the cost of a token is exact, and a model without prices never fits`(bound: String, keys: [String]) throws {
    let cost = try #require(CostPerToken(bound))
    #expect(found { $0.maxCostPerToken = cost } == keys)
  }

  @Test func `a price in another currency fits no bound in USD`() {
    let registry = Registry(
      entries: [
        .made("p", "euro", spec: ["cost": ModelEntry.price("0.01", "0.01", currency: "EUR")]),
        .made("p", "free", spec: ["cost": ModelEntry.price("0", "0", currency: "EUR")]),
      ], providers: [:])
    var query = ModelQuery()
    query.maxCostPerToken = CostPerToken("1")
    #expect(registry.search(query).map(\.modelID) == ["free"])
  }

  @Test(arguments: ["-1", "x", "", "0.0000000000000000000000001", "1e99"])
  func `what is no cost is refused`(text: String) { #expect(CostPerToken(text) == nil) }

  @Test func `versions lie between bounds, both included, and a pre-release comes before its release`() throws {
    let one = try #require(SemanticVersion("1.0.0"))
    let three = try #require(SemanticVersion("3.0.0"))
    #expect(found { $0.minVersion = one } == [claude, llama, gpt])
    #expect(found { $0.maxVersion = one } == [old, gpt])
    #expect(
      found {
        $0.minVersion = one
        $0.maxVersion = three
      } == [claude, gpt])
    #expect(try #require(SemanticVersion("2.0.0")) > #require(SemanticVersion("1.5.0")))
  }

  @Test func `deprecated models are excluded on request, and all conditions have to hold`() {
    #expect(found { $0.excludeDeprecated = true } == [claude, llama, gpt])
    #expect(
      found {
        $0.capability = .chatCompletion
        $0.provider = "llama.cpp"
        $0.excludeDeprecated = true
      } == [llama])
  }
}
