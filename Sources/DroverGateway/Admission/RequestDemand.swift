import DroverAdmission
import DroverCore
import DroverHTTP

/// What a request may take at most, from its body and from who is to answer it.
enum RequestDemand {
  /// Tokens that providers put around a prompt without being asked, and the hidden prompt of tool use: those that are
  /// published are well below.
  private static let framing: Int64 = 64
  private static let toolPrompt: Int64 = 1024

  static func demand(
    _ path: InferencePath, _ fields: PolicyFields, _ content: RequestContent, bytes: Int, provider: ProviderType,
    asked: Int64?
  ) -> Demand {
    guard path != .countTokens else { return Demand(input: InputBound(textBytes: 0), hasOutput: false) }
    let input = InputBound(
      textBytes: Int64(bytes), overhead: framing + (fields.tools > 0 ? toolPrompt : 0),
      fillsContext: content.fillsContext)
    let (sequences, overflow) = max(fields.choices, fields.bestOf).multipliedReportingOverflow(
      by: Int64(fields.prompts))
    return Demand(
      input: input, maxTokens: asked, sequences: overflow ? .max : sequences, hasOutput: path != .embeddings,
      cacheWrites: cacheWrites(content, provider), serviceTiers: serviceTiers(fields),
      tools: content.hostedTools.map { Demand.Tool(name: $0.name, maxUses: $0.maxUses) },
      unboundedField: unbounded(fields, content))
  }

  /// Anthropic writes caches where it is told to, OpenAI where it likes; what other servers do, nobody knows.
  private static func cacheWrites(_ content: RequestContent, _ provider: ProviderType) -> Demand.CacheWrites {
    switch (provider, content.cacheUse) {
    case (_, .hour): .hour
    case (.claude, .none): .none
    default: .minutes
    }
  }

  private static func serviceTiers(_ fields: PolicyFields) -> Demand.ServiceTiers {
    // Which of the two is billed, the answer says by the speed.
    if let speed = fields.speed, speed != "standard" { return .named(speed) }
    switch fields.serviceTier {
    case nil, "auto": return .any
    case "default", "standard", "standard_only": return .standard
    case let name?: return .named(name)
    }
  }

  /// What is billed by rules that no price of the manifests tells.
  private static func unbounded(_ fields: PolicyFields, _ content: RequestContent) -> String? {
    if let geo = fields.inferenceGeo, geo != "global" { return PolicyField.inferenceGeo.spelling }
    return content.unboundedField
  }
}
