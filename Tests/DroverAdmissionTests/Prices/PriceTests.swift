import DroverAdmission
import DroverCore
import Testing

@Suite struct PriceTests {
  private func prices(_ cost: String) throws -> ModelPrices {
    try #require(ModelPrices(try JSONReader.read(cost)))
  }

  private func cost(
    _ text: String, _ tokens: TokenCounts, tools: [ToolUse] = [], tier: String? = nil
  ) throws -> String {
    try prices(text).cost(of: tokens, tools: tools, serviceTier: tier).description
  }

  @Test func `S5.1.4 an estimate is input by its price and output by its price, per 1000`() throws {
    let cost = #"{"inputTokens": "0.01", "outputTokens": "0.03"}"#
    #expect(try self.cost(cost, TokenCounts(input: 2000, output: 1000)) == "0.05")
    #expect(try self.cost(cost, TokenCounts(input: 1, output: 0)) == "0.00001")
    #expect(try self.cost(cost, TokenCounts()) == "0")
    #expect(try prices(cost).currency == "USD")
  }

  @Test func `every dimension of the bill is charged at its own price`() throws {
    let cost = """
      {"inputTokens": "3", "outputTokens": "15", "cacheReadTokens": "0.3", "cacheWriteTokens": "3.75",
       "cacheWrite1hTokens": "6", "requests": "0.002", "tools": {"web_search": "0.01"}, "currency": "EUR", "per": 1000000}
      """
    let tokens = TokenCounts(
      input: 1000, cacheRead: 10_000, cacheWrite5m: 2000, cacheWrite1h: 500, output: 400, reasoning: 100)
    // 0.003 + 0.003 + 0.0075 + 0.003 + 0.006, and 0.002 and 2 · 0.01.
    let uses = [ToolUse(name: "web_search", count: 2), ToolUse(name: "other", count: 5)]
    #expect(try self.cost(cost, tokens, tools: uses) == "0.0445")
    #expect(try prices(cost).currency == "EUR")
  }

  @Test func `a cache without a price is charged as input`() throws {
    let cost = #"{"inputTokens": "2", "outputTokens": "0", "per": 1000000}"#
    let tokens = TokenCounts(input: 1, cacheRead: 1, cacheWrite5m: 1, cacheWrite1h: 1)
    #expect(try self.cost(cost, tokens) == "0.000008")
  }

  @Test func `the highest step that the whole prompt exceeds re-prices all tokens`() throws {
    let cost = """
      {"inputTokens": "1", "outputTokens": "10", "cacheReadTokens": "0.5", "per": 1,
       "tiers": [{"aboveTokens": 200, "inputTokens": "3"}, {"aboveTokens": 100, "inputTokens": "2", "outputTokens": "20"}]}
      """
    #expect(try self.cost(cost, TokenCounts(input: 100, output: 1)) == "110")
    #expect(try self.cost(cost, TokenCounts(input: 1, cacheRead: 99, output: 1)) == "60.5")
    #expect(try self.cost(cost, TokenCounts(input: 101, output: 1)) == "222")
    #expect(try self.cost(cost, TokenCounts(input: 1, cacheRead: 100, output: 1)) == "72")
    // The upper step says nothing of output: the base does.
    #expect(try self.cost(cost, TokenCounts(input: 201, output: 1)) == "613")
  }

  @Test func `a service tier is charged by what the answer names`() throws {
    let cost = """
      {"inputTokens": "1", "outputTokens": "10", "per": 1, "tiers": [{"aboveTokens": 100, "inputTokens": "4"}],
       "serviceTiers": {"priority": {"inputTokens": "2"}, "flex": {"inputTokens": "0.5", "outputTokens": "5",
         "tiers": [{"aboveTokens": 100, "outputTokens": "6"}]}}}
      """
    let small = TokenCounts(input: 10, output: 1)
    let large = TokenCounts(input: 200, output: 1)
    for tier in [nil, "default", "standard", "auto"] { #expect(try self.cost(cost, small, tier: tier) == "20") }
    #expect(try self.cost(cost, small, tier: "priority") == "30")
    #expect(try self.cost(cost, small, tier: "fast") == "30")
    #expect(try self.cost(cost, small, tier: "flex") == "10")
    #expect(try self.cost(cost, large, tier: nil) == "810")
    #expect(try self.cost(cost, large, tier: "flex") == "106")
    // A tier without a price is charged at the dearest.
    #expect(try self.cost(cost, small, tier: "scale") == "30")
  }

  @Test func `what is smaller than the smallest amount is rounded up`() throws {
    #expect(try cost(#"{"inputTokens": "0.000000000001", "per": 1000}"#, TokenCounts(input: 1)) == "0.000000000001")
    #expect(try cost(#"{"inputTokens": "0.000000000001", "per": 1000}"#, TokenCounts(input: 1001)) == "0.000000000002")
  }

  @Test func `a cost without any price is no price`() throws {
    #expect(ModelPrices(nil) == nil)
    #expect(ModelPrices(try JSONReader.read(#"{"currency": "USD", "per": 1000, "note": "soon"}"#)) == nil)
    #expect(try prices(#"{"inputTokens": "0", "outputTokens": 0}"#).isFree)
    #expect(try !prices(#"{"inputTokens": "0", "outputTokens": "0", "requests": "0.1"}"#).isFree)
    #expect(try !prices(#"{"inputTokens": "0"}"#).isFree)
  }
}
