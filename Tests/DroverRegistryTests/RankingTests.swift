import DroverCore
import Testing

@testable import DroverRegistry

/// S3.2.1, S3.2.2, S3.2.3, S4.1.5, S4.1.6, S4.1.7, S4.2.1, S4.2.2, S4.2.3, S5.1.4
struct RankingTests {
  private let registry = Registry(entries: ModelEntry.goldens, providers: [:])
  private let claude = "claude:claude-3-opus-20240229"
  private let llama = "llama.cpp:llama-3.1-8b-instruct"
  private let old = "llama.cpp:old"
  private let gpt = "openai:gpt-4-turbo-preview"

  @Test func `the cheapest comes first and what has no price last`() {
    #expect(registry.mostCostEffective(10).map(\.key) == [llama, gpt, claude, old])
    #expect(registry.mostCostEffective(2).map(\.key) == [llama, gpt])
    #expect(registry.mostCostEffective(0) == [])
  }

  @Test func `prices of other currencies come after those in USD, and equal ones by key`() {
    let registry = Registry(
      entries: [
        .made("p", "e", spec: ["cost": ModelEntry.price("0.001", "0.001", currency: "EUR")]),
        .made("p", "c", spec: ["cost": ModelEntry.price("9", "9")]),
        .made("p", "b", spec: ["cost": ModelEntry.price("0.009", "0.009", per: 1)]), .made("p", "z"),
        .made("p", "f", spec: ["cost": ModelEntry.price("0", "0", currency: "CHF")]),
        .made("p", "d", spec: ["cost": ModelEntry.price("0.01", "0.01", currency: "CHF")]),
      ], providers: [:])
    #expect(registry.mostCostEffective(10).map(\.modelID) == ["f", "b", "c", "d", "e", "z"])
  }

  @Test func `the score is capped in speed and in use`() throws {
    #expect(try #require(registry[claude]?.score).isNearly(0.4 * 0.5 + 0.3 + 0.3))
    #expect(try #require(registry[llama]?.score).isNearly(0.4 + 0.3 * 0.5 + 0.3 * 0.5))
    #expect(registry[gpt]?.score == nil)
  }

  @Test func `the best performing are those with metrics alone`() {
    #expect(registry.topPerforming(10).map(\.key) == [claude, llama])
    #expect(registry.topPerforming(1).map(\.key) == [claude])
  }

  @Test func `the most used are those read most often, ties by key`() {
    #expect(registry.mostUsed(10).map(\.key) == [claude, gpt, llama, old])
  }

  @Test func `a selection takes the best measured model that could serve`() {
    var query = ModelQuery()
    query.capability = .chatCompletion
    guard case .model(let best, let reason) = registry.select(query) else {
      Issue.record("nothing was chosen")
      return
    }
    #expect(best.key == claude && reason == "the highest score of 2 measured models")
  }

  @Test func `without measurements the cheapest is selected`() {
    var query = ModelQuery()
    query.capability = .jsonMode
    query.maxCostPerToken = CostPerToken("0.00002")
    #expect(
      registry.select(query)
        == .model(ModelEntry.goldens[0], reason: "the cheapest of 1 suitable model, none of which was measured"))
  }

  @Test func `a selection of nothing tells which requirement excluded how many`() {
    var query = ModelQuery()
    query.capability = .vision
    query.minContextWindow = 500_000
    #expect(
      registry.select(query)
        == .none(excluded: [
          Selection.Exclusion(requirement: "capability", models: 3),
          Selection.Exclusion(requirement: "minContextWindow", models: 1),
        ]))
    var loading = ModelEntry.goldens[1]
    loading.state = .failed
    #expect(
      Registry(entries: [loading], providers: [:]).select(ModelQuery())
        == .none(excluded: [Selection.Exclusion(requirement: "status", models: 1)]))
  }

  @Test func `statistics count each model once and sum what was used`() {
    var used = ModelEntry.goldens[0]
    used.status.set(
      "usage",
      .object([
        "totalInputTokens": .integer(1500), "totalOutputTokens": .integer(800), "totalCost": .decimal("0.039"),
        "currency": .string("USD"),
      ]))
    var other = ModelEntry.goldens[1]
    other.status.set("usage", .object(["totalCost": .decimal("1.5"), "currency": .string("EUR")]))
    let entries = [used, other] + ModelEntry.goldens[2...]
    let statistics = RegistryStatistics(of: Registry(entries: entries, providers: [:]))
    #expect(
      statistics.fieldValue(currentModel: gpt).json
        == #"{"totalModels":4,"loadedModels":1,"currentModel":"openai:gpt-4-turbo-preview","totalInferences":2500,"#
        + #""providerCounts":{"claude":1,"llama.cpp":2,"openai":1},"capabilityCounts":{"chat_completion":4,"#
        + #""function_calling":2,"json_mode":1,"text_generation":1,"vision":1},"#
        + #""statusCounts":{"available":2,"deprecated":1,"loaded":1},"originCounts":{"api":1,"manifest":3},"#
        + #""totalAccesses":10,"averageAccessCount":2.5,"totalCost":0.039,"costByCurrency":{"EUR":1.5,"USD":0.039},"#
        + #""totalInputTokens":1500,"totalOutputTokens":800,"memoryUsage":0}"#)
  }

  @Test func `statistics of nothing are zero`() {
    let statistics = RegistryStatistics(of: Registry())
    #expect(statistics.averageAccessCount == 0)
    #expect(statistics.fieldValue(currentModel: nil)["currentModel"] == .null)
  }

  @Test func `an estimate is exact`() throws {
    let estimate = try #require(CostEstimate(of: ModelEntry.goldens[0], inputTokens: 2000, outputTokens: 1000))
    #expect(estimate.amount.fieldValue == .decimal("0.05") && estimate.currency == "USD")
    #expect(CostEstimate(of: ModelEntry.goldens[3], inputTokens: 1, outputTokens: 1) == nil)
    let free = try #require(CostEstimate(of: ModelEntry.goldens[2], inputTokens: 9, outputTokens: 9))
    #expect(free.amount.fieldValue == .integer(0))
    #expect(CostEstimate(of: ModelEntry.goldens[0], inputTokens: -1, outputTokens: 0) == nil)
  }
}

extension Double {
  fileprivate func isNearly(_ other: Double) -> Bool { abs(self - other) < 1e-9 }
}
