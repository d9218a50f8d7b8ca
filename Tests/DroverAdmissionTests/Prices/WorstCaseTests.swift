import DroverAdmission
import DroverCore
import DroverTestKit
import Testing

@Suite struct WorstCaseTests {
  private static let claude = """
    {"inputTokens": "3", "outputTokens": "15", "cacheReadTokens": "0.3", "cacheWriteTokens": "3.75",
     "cacheWrite1hTokens": "6", "tools": {"web_search": "0.01"}, "per": 1000000}
    """
  private static let plain = #"{"inputTokens": "0.01", "outputTokens": "0.03"}"#

  private func model(
    _ cost: String?, context: Int64? = nil, maxTokens: Int64? = nil
  ) throws -> ModelTerms {
    ModelTerms(
      name: "m", prices: try cost.flatMap { ModelPrices(try JSONReader.read($0)) }, contextWindow: context,
      maxTokens: maxTokens)
  }

  private func worst(_ demand: Demand, _ model: ModelTerms) throws -> String {
    let bound = try TokenBound(demand, model)
    return try WorstCase(demand, bound, model).cost(output: bound.output).description
  }

  private func refusal(_ demand: Demand, _ model: ModelTerms) -> Unbounded? {
    do { _ = try worst(demand, model) } catch { return error as? Unbounded }
    return nil
  }

  @Test func `a byte is a token at most, and answers count for every sequence`() throws {
    let plain = try model(Self.plain, maxTokens: 4096)
    #expect(try worst(Demand(input: InputBound(textBytes: 2000), maxTokens: 1000), plain) == "0.05")
    #expect(try worst(Demand(input: InputBound(textBytes: 2000), maxTokens: 1000, sequences: 3), plain) == "0.11")
    #expect(try worst(Demand(input: InputBound(textBytes: 2000)), plain) == "0.14288")
    let pictures = InputBound(textBytes: 100, overhead: 346, images: 2, tokensPerImage: 1600)
    #expect(try worst(Demand(input: pictures, maxTokens: 0), plain) == "0.03646")
  }

  @Test func `a prompt that may be written to a cache is set aside at the price of writing`() throws {
    let claude = try model(Self.claude)
    func cost(_ writes: Demand.CacheWrites) throws -> String {
      try worst(Demand(input: InputBound(textBytes: 1_000_000), maxTokens: 0, cacheWrites: writes), claude)
    }
    #expect(try cost(.none) == "3")
    #expect(try cost(.minutes) == "3.75")
    #expect(try cost(.hour) == "6")
  }

  @Test func `the dearest tier that the request permits is set aside`() throws {
    let tiered = try model(
      """
      {"inputTokens": "1", "outputTokens": "10", "per": 1, "tiers": [{"aboveTokens": 100, "outputTokens": "20"}],
       "serviceTiers": {"priority": {"inputTokens": "2"}, "flex": {"inputTokens": "0.5"}}}
      """)
    func cost(_ bytes: Int64, _ tiers: Demand.ServiceTiers) throws -> String {
      try worst(Demand(input: InputBound(textBytes: bytes), maxTokens: 1, serviceTiers: tiers), tiered)
    }
    #expect(try cost(100, .standard) == "110")
    #expect(try cost(101, .standard) == "121")
    #expect(try cost(100, .any) == "210")
    #expect(try cost(100, .named("priority")) == "210")
    #expect(try cost(100, .named("flex")) == "110")
    #expect(try cost(100, .named("default")) == "110")
    let demand = Demand(input: InputBound(textBytes: 1), maxTokens: 1, serviceTiers: .named("scale"))
    #expect(refusal(demand, tiered)?.field == "service_tier")
  }

  @Test func `hosted tools are bounded by their uses, and read the context each time`() throws {
    let claude = try model(Self.claude, context: 200_000)
    let search = Demand(
      input: InputBound(textBytes: 500), maxTokens: 0, tools: [.init(name: "web_search", maxUses: 4)])
    #expect(try TokenBound(search, claude).input == 1_000_000)
    #expect(try worst(search, claude) == "3.04")
  }

  @Test(arguments: [
    (Demand(input: InputBound(textBytes: 1), unboundedField: "background"), "background"),
    (Demand(input: InputBound(textBytes: 1)), "max_tokens"),
    (Demand(input: InputBound(textBytes: 1, fillsContext: true), maxTokens: 1), "messages"),
    (Demand(input: InputBound(textBytes: 1), maxTokens: 1, tools: [.init(name: "web_search", maxUses: nil)]), "tools"),
    (Demand(input: InputBound(textBytes: 1), maxTokens: 1, tools: [.init(name: "web_search", maxUses: 1)]), "tools"),
    (Demand(input: InputBound(textBytes: 1), maxTokens: 1, cacheWrites: .hour), "cache_control"),
    (Demand(input: InputBound(textBytes: 1), maxTokens: .max), "max_tokens"),
    (Demand(input: InputBound(textBytes: 1), maxTokens: 2, sequences: .max), "max_tokens"),
  ])
  func `what cannot be bounded or priced is refused by the name of its field`(demand: Demand, field: String) throws {
    let refused = try #require(refusal(demand, try model(Self.plain)))
    #expect(refused.field == field)
    #expect(refused.message.first?.isUppercase == false && !refused.message.hasSuffix("."))
  }

  @Test func `a model without a price of what is asked of it says which it lacks`() throws {
    let demand = Demand(input: InputBound(textBytes: 1), maxTokens: 1)
    #expect(refusal(demand, try model(nil))?.field == "model")
    #expect(refusal(demand, try model(#"{"inputTokens": "1"}"#))?.field == "cost.outputTokens")
    #expect(refusal(demand, try model(#"{"outputTokens": "1"}"#))?.field == "cost.inputTokens")
    let embedding = Demand(input: InputBound(textBytes: 7), hasOutput: false)
    #expect(try worst(embedding, try model(#"{"inputTokens": "1", "per": 1}"#)) == "7")
  }

  @Test func `what is left buys whole tokens after the prompt is paid`() throws {
    let plain = try model(Self.plain)
    let demand = Demand(input: InputBound(textBytes: 1000), maxTokens: 100, sequences: 2)
    let worst = try WorstCase(demand, try TokenBound(demand, plain), plain)
    #expect(worst.output(for: try #require(Money("0.01"))) == 0)
    #expect(worst.output(for: try #require(Money("0.0099"))) == nil)
    #expect(worst.output(for: try #require(Money("0.016059"))) == 100)
    #expect(worst.output(for: try #require(Money("0.016"))) == 100)
    #expect(worst.output(for: try #require(Money("0.01599"))) == 99)
  }

  @Test(arguments: 1...20)
  func `no usage inside the bounds costs more than was set aside`(seed: Int) throws {
    var random = SplitMix64(seed: UInt64(seed))
    func price() -> String {
      Int.random(in: 0..<5, using: &random) == 0 ? "0" : "0.\(Int.random(in: 1...999_999, using: &random))"
    }
    func prices(_ complete: Bool) -> String {
      ["inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens", "cacheWrite1hTokens"].compactMap { name in
        complete || random.chance(50) ? "\"\(name)\": \"\(price())\"" : nil
      }.joined(separator: ", ")
    }
    func steps() -> String {
      let all = (0..<Int.random(in: 0...3, using: &random)).map { _ -> String in
        let rest = prices(false)
        return "{\"aboveTokens\": \(Int.random(in: 0...3000, using: &random))\(rest.isEmpty ? "" : ", " + rest)}"
      }
      return "\"tiers\": [\(all.joined(separator: ", "))]"
    }
    func tier() -> String { [prices(false), steps()].filter { !$0.isEmpty }.joined(separator: ", ") }
    let per = [1, 3, 1000, 1_000_000].randomElement(using: &random) ?? 1
    let terms = try model(
      """
      {\(prices(true)), \(steps()), "per": \(per), "requests": "\(price())", "tools": {"search": "\(price())"},
       "serviceTiers": {"priority": {\(tier())}, "flex": {\(tier())}}}
      """, context: 3000)
    let known = try #require(terms.prices)
    for _ in 0..<400 {
      let cache = [Demand.CacheWrites.none, .minutes, .hour].randomElement(using: &random) ?? .none
      let tiers = [Demand.ServiceTiers.any, .standard, .named("priority"), .named("flex")].randomElement(using: &random)
      let uses = Int64.random(in: 0...2, using: &random)
      let demand = Demand(
        input: InputBound(textBytes: .random(in: 0...5000, using: &random)),
        maxTokens: .random(in: 0...500, using: &random), sequences: .random(in: 1...3, using: &random),
        cacheWrites: cache, serviceTiers: tiers ?? .any,
        tools: uses == 0 ? [] : [.init(name: "search", maxUses: uses)])
      let bound = try TokenBound(demand, terms)
      let worst = try WorstCase(demand, bound, terms).cost(output: bound.output)
      var left = bound.input
      func part() -> Int64 {
        let amount = Int64.random(in: 0...left, using: &random)
        left -= amount
        return amount
      }
      let tokens = TokenCounts(
        input: part(), cacheRead: part(), cacheWrite5m: cache == .none ? 0 : part(),
        cacheWrite1h: cache == .hour ? part() : 0,
        output: .random(in: 0...bound.output * bound.sequences, using: &random))
      let billed: String? =
        switch demand.serviceTiers {
        case .any: [nil, "priority", "flex", "scale"].randomElement(using: &random) ?? nil
        case .standard: "default"
        case .named(let name): random.chance(50) ? name : "default"
        }
      let cost = known.cost(
        of: tokens, tools: [ToolUse(name: "search", count: .random(in: 0...uses, using: &random))], serviceTier: billed)
      #expect(cost <= worst, "\(tokens) at \(billed ?? "-") in \(demand)")
    }
  }
}
