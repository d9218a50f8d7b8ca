/// What one request may take at most, as far as the request itself says.
package struct Demand: Equatable, Sendable {
  /// Which caches the request may have its prompt written to.
  package enum CacheWrites: Sendable {
    case none
    /// A cache of minutes, asked for or by the provider's own choice.
    case minutes
    /// It asks for a cache of an hour.
    case hour
  }

  /// The service tiers that the provider may bill.
  package enum ServiceTiers: Equatable, Sendable {
    /// The request leaves it to the provider.
    case any
    /// The standard one alone.
    case standard
    /// The one that is asked for, or the standard one.
    case named(String)
  }

  /// A hosted tool that the request allows.
  package struct Tool: Equatable, Sendable {
    /// As under `cost.tools`.
    package var name: String
    /// Nil: the request sets no bound.
    package var maxUses: Int64?

    package init(name: String, maxUses: Int64?) {
      self.name = name
      self.maxUses = maxUses
    }
  }

  /// Bound on prompt tokens; see ``InputBound``.
  package var input: InputBound
  /// Tokens of answer that the request asks for at most, of one sequence; nil where it does not say.
  package var maxTokens: Int64?
  /// Sequences that are produced: `n` or `best_of`, times prompts.
  package var sequences: Int64
  /// False for requests that only have prompts, such as embeddings.
  package var hasOutput: Bool
  package var cacheWrites: CacheWrites
  package var serviceTiers: ServiceTiers
  package var tools: [Tool]
  /// A field that makes the bill unbounded, such as `background` or audio; nil: there is none.
  package var unboundedField: String?

  package init(
    input: InputBound, maxTokens: Int64? = nil, sequences: Int64 = 1, hasOutput: Bool = true,
    cacheWrites: CacheWrites = .none, serviceTiers: ServiceTiers = .any, tools: [Tool] = [],
    unboundedField: String? = nil
  ) {
    self.input = input
    self.maxTokens = maxTokens
    self.sequences = sequences
    self.hasOutput = hasOutput
    self.cacheWrites = cacheWrites
    self.serviceTiers = serviceTiers
    self.tools = tools
    self.unboundedField = unboundedField
  }
}

/// The most prompt tokens that a request may be billed for.
///
/// A tokeniser over bytes makes at most one token of a byte. What JSON spells is at least as long as what it means, and
/// each message or tool takes more bytes than the tokens that frame it; so the bytes of the body bound its text, and only
/// what providers add without being asked stands apart.
package struct InputBound: Equatable, Sendable {
  /// Bytes of the body that are text, or the whole body.
  package var textBytes: Int64
  /// What the provider adds: the hidden prompt of tool use, and the like.
  package var overhead: Int64
  /// Pictures, given or referred to.
  package var images: Int64
  /// The most that a picture may count.
  package var tokensPerImage: Int64
  /// Whether it holds what has no bound of its own (files, documents, ids of stored conversations): then only the
  /// model's context bounds it.
  package var fillsContext: Bool

  package init(
    textBytes: Int64, overhead: Int64 = 0, images: Int64 = 0, tokensPerImage: Int64 = 0, fillsContext: Bool = false
  ) {
    self.textBytes = textBytes
    self.overhead = overhead
    self.images = images
    self.tokensPerImage = tokensPerImage
    self.fillsContext = fillsContext
  }

  /// Tokens at most; nil where only the context of the model bounds it, and that is not known.
  package func tokens(contextWindow: Int64?) -> Int64? {
    let own = textBytes &+ overhead &+ images &* tokensPerImage
    return fillsContext ? contextWindow.map { max(own, $0) } : own
  }
}
