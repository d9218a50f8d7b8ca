package import DroverCore

/// What `per` tokens of each sort cost, as a Model's `cost` says it. Nil is no price, which is not a price of zero.
package struct TokenPrices: Equatable, Sendable {
  package var input: Money?
  package var output: Money?
  package var cacheRead: Money?
  package var cacheWrite: Money?
  /// Of a cache that is kept for an hour.
  package var cacheWrite1h: Money?

  package init(
    input: Money? = nil, output: Money? = nil, cacheRead: Money? = nil, cacheWrite: Money? = nil,
    cacheWrite1h: Money? = nil
  ) {
    self.input = input
    self.output = output
    self.cacheRead = cacheRead
    self.cacheWrite = cacheWrite
    self.cacheWrite1h = cacheWrite1h
  }

  /// Reads the prices of a `cost`, or of one of its tiers.
  init(_ cost: FieldValue) {
    self.init(
      input: cost.money("inputTokens"), output: cost.money("outputTokens"), cacheRead: cost.money("cacheReadTokens"),
      cacheWrite: cost.money("cacheWriteTokens"), cacheWrite1h: cost.money("cacheWrite1hTokens"))
  }

  /// These prices, and those of `base` where these are silent.
  func filled(from base: TokenPrices) -> TokenPrices {
    TokenPrices(
      input: input ?? base.input, output: output ?? base.output, cacheRead: cacheRead ?? base.cacheRead,
      cacheWrite: cacheWrite ?? base.cacheWrite, cacheWrite1h: cacheWrite1h ?? base.cacheWrite1h)
  }

  /// The price of so many tokens, times `per`. A cache without a price is charged as plain input, which providers never
  /// undercut by more than a discount.
  func scaled(_ tokens: TokenCounts) -> Money {
    let plain = input ?? .zero
    let short = cacheWrite ?? plain
    return Money(
      picos: plain.picos * Int128(tokens.input) + (cacheRead ?? plain).picos * Int128(tokens.cacheRead)
        + short.picos * Int128(tokens.cacheWrite5m) + (cacheWrite1h ?? short).picos * Int128(tokens.cacheWrite1h)
        + (output ?? .zero).picos * Int128(tokens.output))
  }
}

/// Prices that hang on how long the prompt is: each step holds above its number of tokens, and re-prices all of them.
struct PriceSteps: Equatable, Sendable {
  struct Step: Equatable, Sendable {
    /// Prompt tokens, those from and to caches included, that must be exceeded.
    var above: Int64
    var prices: TokenPrices
  }

  /// Ascending; the first is that of every prompt.
  private(set) var steps: [Step]

  /// Reads a `cost` with its `tiers`. What a step leaves out is as in the step's base; what the base leaves out is as in
  /// `standard`.
  init(_ cost: FieldValue, standard: PriceSteps? = nil) {
    let base = TokenPrices(cost)
    let own = (cost["tiers"]?.list ?? []).compactMap { element -> Step? in
      element.value["aboveTokens"]?.integer.map { Step(above: $0, prices: TokenPrices(element.value)) }
    }
    let marks = Set(own.map(\.above) + (standard?.steps.map(\.above) ?? [])).union([-1]).sorted()
    steps = marks.map { mark in
      let last = own.last { $0.above == mark } ?? own.filter { $0.above < mark }.max { $0.above < $1.above }
      var prices = last?.prices.filled(from: base) ?? base
      if let standard { prices = prices.filled(from: standard.prices(prompt: mark + 1)) }
      return Step(above: mark, prices: prices)
    }
  }

  /// What a prompt of so many tokens costs.
  func prices(prompt: Int64) -> TokenPrices {
    var found = steps[0].prices
    for step in steps where prompt > step.above { found = step.prices }
    return found
  }
}

extension FieldValue {
  fileprivate func money(_ key: String) -> Money? { self[key]?.scalarText.flatMap { Money($0) } }
}
