import DroverCore
import Testing

struct PriceCatalogueTests {
  private func read(_ models: String, date: String = "2026-11-01") throws(PriceCatalogue.Mistake) -> PriceCatalogue {
    try PriceCatalogue.read(
      Array(#"{"format":"drover-prices/1","date":"\#(date)","sources":{"openai":"x"},"models":[\#(models)]}"#.utf8))
  }

  @Test func `the figures that ship are whole, and come back from their own file`() throws {
    let catalogue = PriceCatalogue.builtIn
    #expect(PriceCatalogue.isDate(catalogue.date))
    #expect(Set(catalogue.entries.map(\.provider)) == [.openai, .claude])
    for entry in catalogue.entries {
      #expect(entry.cost?["inputTokens"] != nil && entry.cost?["outputTokens"] != nil, "\(entry.id)")
      #expect(entry.cost?["currency"] == .string("USD"), "\(entry.id)")
      #expect(entry.capabilities?.isEmpty == false, "\(entry.id)")
    }
    #expect(try PriceCatalogue.read(Array(catalogue.text.utf8)) == catalogue)
  }

  @Test(arguments: [
    ("gpt-4-turbo-preview", ProviderType.openai, "10", "30", 128_000, 4096),
    ("claude-3-opus-20240229", .claude, "15", "75", 200_000, 4096),
    ("gpt-4o-2024-08-06", .openai, "2.5", "10", 128_000, 16_384),
    ("claude-opus-4-1-20250805", .claude, "15", "75", 200_000, 32_000),
  ])
  func `a model has the figures of its name, and a dated one else those of its undated name`(
    id: String, type: ProviderType, input: String, output: String, context: Int, most: Int
  ) {
    let entry = PriceCatalogue.builtIn.entry(type, id)
    #expect(entry?.cost?["inputTokens"] == .decimal(input) && entry?.cost?["outputTokens"] == .decimal(output))
    #expect(entry?.contextWindow == context && entry?.maxTokens == most)
  }

  @Test(arguments: [
    ("gpt-4o", ProviderType.claude), ("gpt-4o-2024-08", .openai), ("gpt-4o-x", .openai), ("-2024-08-06", .openai),
    ("gpt-4o", .custom),
  ])
  func `a model that is not in it has no figures`(id: String, type: ProviderType) {
    #expect(PriceCatalogue.builtIn.entry(type, id) == nil)
  }

  @Test func `prices keep every digit, as strings and as numbers`() throws {
    let catalogue = try read(
      #"{"provider":"openai","id":"m","cost":{"inputTokens":0.000000000001,"outputTokens":"5e-7","per":1}}"#)
    let cost = try #require(catalogue.entry(.openai, "m")?.cost)
    #expect(cost["inputTokens"] == .decimal("0.000000000001") && cost["outputTokens"] == .decimal("0.0000005"))
  }

  @Test(arguments: [
    (#"{"provider":"opnai","id":"m"}"#, "models[0]: 'provider' must be one of openai"),
    (#"{"provider":"openai"}"#, "models[0]: 'id' must be"),
    (#"{"provider":"openai","id":"m","contextWindow":"big"}"#, "models[0]: 'm': 'contextWindow'"),
    (#"{"provider":"openai","id":"m","capabilities":["flying"]}"#, "models[0]: 'm': a capability is unknown"),
    (#"{"provider":"openai","id":"m","cost":{"inputTokens":"-1"}}"#, "models[0]: 'm': 'inputTokens' must be a price"),
    (#"{"provider":"openai","id":"m","cost":{"inputTokens":"1e-13"}}"#, "models[0]: 'm': 'inputTokens' has more"),
    (#"{"provider":"openai","id":"m","cost":{"tips":"1"}}"#, "models[0]: 'm': 'cost.tips' is unknown"),
    ("", "'models' must be a list of at least one model"),
  ])
  func `says what is wrong with a file`(models: String, start: String) {
    let error = #expect(throws: PriceCatalogue.Mistake.self) { try read(models) }
    #expect(error?.description.hasPrefix(start) == true, "\(error?.description ?? "")")
  }

  @Test func `a file of another format or without a date is refused`() {
    #expect(throws: PriceCatalogue.Mistake.self) { try PriceCatalogue.read(Array("{}".utf8)) }
    #expect(throws: PriceCatalogue.Mistake.self) { try PriceCatalogue.read(Array("gpt".utf8)) }
    #expect(throws: PriceCatalogue.Mistake.self) {
      try read(#"{"provider":"openai","id":"m"}"#, date: "last week")
    }
  }
}
