import DroverCore

/// The most that one token may cost, by how long the prompt may be: 10^-12 units, rounded up, so that no division stands
/// between a request and its hold.
struct WorstPrices: Equatable, Sendable {
  /// The dearest price of every step that a prompt may reach.
  struct Step: Equatable, Sendable {
    var above: Int64
    /// Of a prompt token that is not written to a cache; nil where there is no price of input.
    var input: Int128?
    /// Of one that may be written to a cache of minutes.
    var cacheWrite: Int128?
    /// Of one that may be written to a cache of an hour.
    var cacheWrite1h: Int128?
    var output: Int128?
    /// Whether writing to caches has a price of its own.
    var pricesCacheWrites: Bool
    var pricesCacheWrites1h: Bool
  }

  /// Ascending. Each is at least as dear as the one before it.
  private(set) var steps: [Step] = []

  /// Over several tiers that a request may be billed at.
  init(_ tiers: [PriceSteps], per: Int64) {
    func worst(_ prices: [Money?]) -> Int128? {
      prices.compactMap { $0 }.map { $0.picos.roundedUpQuotient(per) }.max()
    }
    for mark in Set(tiers.flatMap { $0.steps.map(\.above) }).sorted() {
      let reached = tiers.flatMap { tier in
        [tier.prices(prompt: mark + 1)] + tier.steps.filter { $0.above <= mark }.map(\.prices)
      }
      let isInputPriced = reached.allSatisfy { $0.input != nil }
      let isOutputPriced = reached.allSatisfy { $0.output != nil }
      let input = isInputPriced ? worst(reached.flatMap { [$0.input, $0.cacheRead] }) : nil
      let short = input.map { max($0, worst(reached.map(\.cacheWrite)) ?? 0) }
      steps.append(
        Step(
          above: mark, input: input, cacheWrite: short,
          cacheWrite1h: short.map { max($0, worst(reached.map(\.cacheWrite1h)) ?? 0) },
          output: isOutputPriced ? worst(reached.map(\.output)) : nil,
          pricesCacheWrites: reached.allSatisfy { $0.cacheWrite != nil },
          pricesCacheWrites1h: reached.allSatisfy { $0.cacheWrite1h != nil }))
    }
  }

  /// The step of a prompt of at most so many tokens.
  func step(prompt: Int64) -> Step {
    var place = steps.count - 1
    while place > 0, prompt <= steps[place].above { place -= 1 }
    return steps[place]
  }

  var isFree: Bool { steps.allSatisfy { $0.cacheWrite1h == 0 && $0.output == 0 } }
}
