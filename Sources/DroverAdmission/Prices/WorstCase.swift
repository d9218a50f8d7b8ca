package import DroverCore

/// What admission knows of a model that may serve a request; a value in one reference.
package final class ModelTerms: Sendable {
  /// Name of the Model, for people.
  package let name: String
  /// Nil: nobody knows what it costs.
  package let prices: ModelPrices?
  /// Tokens of context.
  package let contextWindow: Int64?
  /// Tokens of output.
  package let maxTokens: Int64?

  package init(name: String, prices: ModelPrices?, contextWindow: Int64? = nil, maxTokens: Int64? = nil) {
    self.name = name
    self.prices = prices
    self.contextWindow = contextWindow
    self.maxTokens = maxTokens
  }
}

/// Why nobody can say what a request may take: what is to be changed, and one sentence for people.
package struct Unbounded: Error, Equatable, Sendable {
  /// A field of the request, or of the Model where that is what lacks something.
  package var field: String
  package var message: String

  package init(field: String, message: String) {
    self.field = field
    self.message = message
  }
}

/// The most tokens that a request may take.
package struct TokenBound: Equatable, Sendable {
  /// Of the prompt.
  package var input: Int64
  /// Of the answer, in one sequence.
  package var output: Int64
  package var sequences: Int64
  /// Whether `output` is what the request asked for, and not what the model can do.
  package var isAsked: Bool

  package var total: Int64 { Self.total(input, output, sequences) }

  static func total(_ input: Int64, _ output: Int64, _ sequences: Int64) -> Int64 {
    let (product, overflow) = output.multipliedReportingOverflow(by: sequences)
    let (sum, more) = input.addingReportingOverflow(product)
    return overflow || more ? .max : sum
  }

  /// More tokens than this in one request are taken for a mistake; it keeps every product of tokens and prices exact.
  static let largest: Int64 = 1_000_000_000_000

  package init(_ demand: Demand, _ model: ModelTerms) throws(Unbounded) {
    if let field = demand.unboundedField {
      throw Unbounded(field: field, message: "'\(field)' has no bound on what it uses; leave it out")
    }
    guard var input = demand.input.tokens(contextWindow: model.contextWindow) else {
      throw Unbounded(
        field: "messages",
        message: "how much of the prompt is billed cannot be bounded; model '\(model.name)' needs a 'contextWindow'")
    }
    if !demand.tools.isEmpty { input = try Self.rounds(of: demand, from: input, model) }
    sequences = max(1, demand.sequences)
    isAsked = demand.maxTokens != nil
    if !demand.hasOutput {
      output = 0
    } else if let asked = demand.maxTokens {
      output = asked
    } else if let most = model.maxTokens ?? model.contextWindow {
      output = most
    } else {
      throw Unbounded(
        field: "max_tokens",
        message: "'max_tokens' is missing, and model '\(model.name)' does not say how long its answers are; set it")
    }
    guard input <= Self.largest, output <= Self.largest, Self.total(input, output, sequences) <= Self.largest else {
      throw Unbounded(
        field: "max_tokens", message: "the request asks for more than \(Self.largest) tokens; lower 'max_tokens'")
    }
    self.input = input
  }

  /// A hosted tool may be used several times inside one request, and each time the model reads everything anew.
  private static func rounds(of demand: Demand, from input: Int64, _ model: ModelTerms) throws(Unbounded) -> Int64 {
    var uses: Int64 = 0
    for tool in demand.tools {
      guard let most = tool.maxUses else {
        throw Unbounded(
          field: "tools", message: "hosted tool '\(tool.name)' has no bound; set its 'max_uses'")
      }
      uses = uses.addingReportingOverflow(most).overflow ? largest : uses + most
    }
    guard let context = model.contextWindow else {
      throw Unbounded(
        field: "tools",
        message: "what hosted tools read cannot be bounded; model '\(model.name)' needs a 'contextWindow'")
    }
    let (product, overflow) = max(input, context).multipliedReportingOverflow(by: min(uses, largest - 1) + 1)
    return overflow ? .max : product
  }
}

/// The most that a request may cost: money that does not hang on how much is answered, and that of each token of answer.
package struct WorstCase: Equatable, Sendable {
  package let currency: String
  /// Prompt, request and tools.
  package let fixed: Money
  /// Of one more token in every sequence.
  package let perOutputToken: Money

  /// Throws where a dimension of the bill has no price.
  package init(_ demand: Demand, _ bound: TokenBound, _ model: ModelTerms) throws(Unbounded) {
    guard let prices = model.prices else {
      throw Unbounded(field: "model", message: "model '\(model.name)' has no price; write its 'cost'")
    }
    let step = try prices.worst(of: demand.serviceTiers, model).step(prompt: bound.input)
    guard let plain = step.input else { throw Self.unpriced("inputTokens", model) }
    var input = plain
    switch demand.cacheWrites {
    case .none: break
    case .minutes: input = step.cacheWrite ?? plain
    case .hour:
      guard step.pricesCacheWrites1h || prices.isFree else {
        throw Unbounded(
          field: "cache_control",
          message: "a cache of an hour has no price at model '\(model.name)'; write its 'cost.cacheWrite1hTokens', or "
            + "leave 'ttl' out")
      }
      input = step.cacheWrite1h ?? plain
    }
    guard let output = bound.output == 0 ? 0 : step.output else { throw Self.unpriced("outputTokens", model) }
    var fixed = prices.request + Money(picos: input * Int128(bound.input))
    for tool in demand.tools {
      guard let priced = prices.tools.first(where: { $0.name == tool.name }) else {
        throw Unbounded(
          field: "tools",
          message: "hosted tool '\(tool.name)' has no price at model '\(model.name)'; write it under 'cost.tools'")
      }
      fixed += Money(picos: priced.price.picos * Int128(tool.maxUses ?? 0))
    }
    currency = prices.currency
    self.fixed = fixed
    perOutputToken = Money(picos: output * Int128(bound.sequences))
  }

  private static func unpriced(_ field: String, _ model: ModelTerms) -> Unbounded {
    Unbounded(
      field: "cost.\(field)",
      message: "model '\(model.name)' has no price of \(field == "inputTokens" ? "input" : "output") tokens; write its "
        + "'cost.\(field)'")
  }

  /// With answers of so many tokens in each sequence.
  package func cost(output: Int64) -> Money { Money(picos: fixed.picos + perOutputToken.picos * Int128(output)) }

  /// The most tokens of answer that `left` pays for; nil where it does not even pay for the prompt.
  package func output(for left: Money) -> Int64? {
    guard left >= fixed else { return nil }
    guard perOutputToken > .zero else { return .max }
    return Int64(clamping: (left - fixed).picos / perOutputToken.picos)
  }
}

extension ModelPrices {
  /// The dearest prices among the tiers that the provider may bill.
  func worst(of tiers: Demand.ServiceTiers, _ model: ModelTerms) throws(Unbounded) -> WorstPrices {
    switch tiers {
    case .any: return worstOfAll
    case .standard: return worstOfStandard
    case .named(let name):
      switch place(of: name) {
      case .standard: return worstOfStandard
      case .named(let place): return worstOfEach[place]
      case .unknown:
        guard !isFree else { return worstOfAll }
        throw Unbounded(
          field: "service_tier",
          message:
            "service tier '\(name)' has no price at model '\(model.name)'; write it under 'cost.serviceTiers', or "
            + "leave it out")
      }
    }
  }
}
