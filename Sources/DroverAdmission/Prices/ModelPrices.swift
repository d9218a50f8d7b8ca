package import DroverCore

/// Everything that a request to one model may be billed for, made from the Model's effective `cost`.
///
/// A value in one reference: every decision looks at it, and none copies it.
package final class ModelPrices: Sendable {
  /// Three letters; all prices are in it.
  package let currency: String
  /// Tokens that a price of tokens is for.
  package let per: Int64
  /// Price of one request, whatever it holds.
  package let request: Money
  /// Price of one use of a hosted tool; sorted by name.
  package let tools: [Tool]
  let standard: PriceSteps
  /// Sorted by name.
  let serviceTiers: [ServiceTier]
  /// The dearest of each sort, for what is set aside: of all service tiers, and of the standard one and each other one.
  let worstOfAll: WorstPrices
  let worstOfEach: [WorstPrices]
  let worstOfStandard: WorstPrices

  package struct Tool: Equatable, Sendable {
    package var name: String
    package var price: Money
  }

  struct ServiceTier: Equatable, Sendable {
    var name: String
    var steps: PriceSteps
  }

  /// Reads an effective `spec.cost`; nil where there is none, or one without a price.
  package init?(_ cost: FieldValue?) {
    guard let cost, let map = cost.map, map.contains(where: { Self.isPrice($0) }) else { return nil }
    currency = cost["currency"]?.string ?? "USD"
    per = max(1, cost["per"]?.integer ?? 1000)
    request = cost["requests"]?.scalarText.flatMap { Money($0) } ?? .zero
    tools = (cost["tools"]?.map ?? []).compactMap { entry in
      entry.value.scalarText.flatMap { Money($0) }.map { Tool(name: entry.key, price: $0) }
    }.sorted { $0.name < $1.name }
    let standard = PriceSteps(cost)
    let tiers = (cost["serviceTiers"]?.map ?? []).map { entry in
      ServiceTier(name: entry.key, steps: PriceSteps(entry.value, standard: standard))
    }.sorted { $0.name < $1.name }
    self.standard = standard
    serviceTiers = tiers
    worstOfStandard = WorstPrices([standard], per: per)
    worstOfEach = tiers.map { [per] in WorstPrices([standard, $0.steps], per: per) }
    worstOfAll = WorstPrices([standard] + tiers.map(\.steps), per: per)
    isFree = worstOfAll.isFree && request == .zero && tools.allSatisfy { $0.price == .zero }
  }

  /// Of what nobody bills.
  package static let free: ModelPrices? = ModelPrices(
    .object(["inputTokens": .string("0"), "outputTokens": .string("0")]))

  private static func isPrice(_ entry: FieldEntry) -> Bool {
    switch entry.key {
    case "inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens", "cacheWrite1hTokens", "requests":
      !entry.value.isNull
    case "tools", "serviceTiers": !(entry.value.map ?? []).isEmpty
    case "tiers": !(entry.value.list ?? []).isEmpty
    default: false
    }
  }

  /// Whether nothing that it serves can cost anything.
  package let isFree: Bool

  /// What a usage costs. A part of 10^-12 units is charged as a whole one.
  ///
  /// `serviceTier` is what the provider's answer names, not what the request asked for.
  package func cost(of tokens: TokenCounts, tools uses: [ToolUse] = [], serviceTier: String? = nil) -> Money {
    var cost = request
    let prompt = tokens.prompt
    let scaled: Money
    switch place(of: serviceTier) {
    case .standard: scaled = standard.prices(prompt: prompt).scaled(tokens)
    case .named(let place): scaled = serviceTiers[place].steps.prices(prompt: prompt).scaled(tokens)
    case .unknown:
      // Billed at a tier without a price: at the dearest there is, which is what was set aside.
      let candidates = [standard] + serviceTiers.map(\.steps)
      scaled = candidates.map { $0.prices(prompt: prompt).scaled(tokens) }.max() ?? .zero
    }
    cost += Money(picos: scaled.picos.roundedUpQuotient(per))
    for use in uses {
      if let tool = tools.first(where: { $0.name == use.name }) {
        cost += Money(picos: tool.price.picos * Int128(use.count))
      }
    }
    return cost
  }

  /// What a service tier of a request or an answer is among the priced ones.
  enum TierPlace: Equatable {
    case standard
    case named(Int)
    case unknown
  }

  func place(of tier: String?) -> TierPlace {
    guard let tier else { return .standard }
    if let place = serviceTiers.firstIndex(where: { $0.name == tier }) { return .named(place) }
    switch tier {
    case "default", "standard", "standard_only", "auto": return .standard
    // One provider answers `priority` to a request for `fast`.
    case "fast": return serviceTiers.firstIndex { $0.name == "priority" }.map { .named($0) } ?? .unknown
    default: return .unknown
    }
  }
}

extension ModelPrices: Equatable {
  package static func == (left: ModelPrices, right: ModelPrices) -> Bool {
    left === right
      || left.currency == right.currency && left.per == right.per && left.request == right.request
        && left.tools == right.tools && left.standard == right.standard && left.serviceTiers == right.serviceTiers
  }
}

extension Int128 {
  /// Division that rounds up, of what is not negative.
  func roundedUpQuotient(_ divisor: Int64) -> Int128 {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: Int128(divisor))
    return remainder > 0 ? quotient + 1 : quotient
  }
}
