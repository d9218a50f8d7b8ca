import DroverCore
import DroverManifests
import Testing

@Suite struct CostTests {
  private func errors(_ cost: String) -> [String] {
    Tree(["a.yaml": server + "---\n" + model("m", "provider: local, cost: \(cost)")]).fold().errors
  }

  @Test func `every price of a model may be written`() {
    #expect(
      errors(
        """
        {inputTokens: "1", outputTokens: 2, cacheReadTokens: 0.1, cacheWriteTokens: "1.25", cacheWrite1hTokens: "2",
            requests: "0.001", tools: {web_search: "0.01"}, currency: EUR, per: 1000000, note: list price,
            tiers: [{aboveTokens: 200000, inputTokens: "2", cacheWrite1hTokens: "4"}],
            serviceTiers: {flex: {inputTokens: "0.5", tiers: [{aboveTokens: 200000, outputTokens: "1"}]}, priority: {}}}
        """) == [])
  }

  @Test func `a step without its threshold and a price with a wrong name are errors`() {
    let missing = errors("{inputTokens: 1, tiers: [{inputTokens: 2}]}")
    #expect(missing.count == 1 && missing[0].contains("spec.cost.tiers[0].aboveTokens: must be set"))
    let unknown = errors("{inputTokens: 1, serviceTiers: {flex: {inputToken: 2}}}")
    #expect(unknown.count == 1 && unknown[0].contains("spec.cost.serviceTiers.flex.inputToken: unknown field"))
    #expect(unknown[0].contains("did you mean 'inputTokens'?"))
  }
}
