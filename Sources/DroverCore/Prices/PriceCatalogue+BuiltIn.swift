extension PriceCatalogue {
  /// The figures that ship with this version. A model of which a figure is in doubt is left out, and so is one whose
  /// price depends on the length of the prompt.
  package static let builtIn = PriceCatalogue(
    date: "2026-10-24",
    sources: [
      "openai": "price list of OpenAI (developers.openai.com/api/docs/pricing), USD per million tokens, standard tier",
      "claude": "price list of Anthropic (platform.claude.com/docs/en/about-claude/pricing), USD per million tokens; "
        + "cache writes are those of 5 minutes, and the cache reads of claude-sonnet-5-5 those since 2026-10-07",
    ],
    entries: openAI.map { $0.entry(of: .openai) } + anthropic.map { $0.entry(of: .claude) })

  private static let openAI: [Figures] = [
    Figures("gpt-3.5-turbo", context: 16_385, output: 4_096, .withoutVision, input: "0.5", output: "1.5"),
    Figures("gpt-4", context: 8_192, output: 8_192, .plain, input: "30", output: "60"),
    Figures("gpt-4-turbo", context: 128_000, output: 4_096, .everything, input: "10", output: "30"),
    Figures("gpt-4-turbo-preview", context: 128_000, output: 4_096, .withoutVision, input: "10", output: "30"),
    Figures("gpt-4.1", context: 1_047_576, output: 32_768, .everything, input: "2", output: "8", cacheRead: "0.5"),
    Figures(
      "gpt-4.1-mini", context: 1_047_576, output: 32_768, .everything, input: "0.4", output: "1.6", cacheRead: "0.1"),
    Figures(
      "gpt-4.1-nano", context: 1_047_576, output: 32_768, .everything, input: "0.1", output: "0.4", cacheRead: "0.025"),
    Figures("gpt-4o", context: 128_000, output: 16_384, .everything, input: "2.5", output: "10", cacheRead: "1.25"),
    Figures("gpt-4o-2024-05-13", context: 128_000, output: 4_096, .everything, input: "5", output: "15"),
    Figures(
      "gpt-4o-mini", context: 128_000, output: 16_384, .everything, input: "0.15", output: "0.6", cacheRead: "0.075"),
    Figures("gpt-5", context: 400_000, output: 128_000, .everything, input: "1.25", output: "10", cacheRead: "0.125"),
    Figures(
      "gpt-5-mini", context: 400_000, output: 128_000, .everything, input: "0.25", output: "2", cacheRead: "0.025"),
    Figures(
      "gpt-5-nano", context: 400_000, output: 128_000, .everything, input: "0.05", output: "0.4", cacheRead: "0.005"),
    Figures("gpt-5.1", context: 400_000, output: 128_000, .everything, input: "1.25", output: "10", cacheRead: "0.125"),
    Figures("o1", context: 200_000, output: 100_000, .everything, input: "15", output: "60", cacheRead: "7.5"),
    Figures("o3", context: 200_000, output: 100_000, .everything, input: "2", output: "8", cacheRead: "0.5"),
    Figures(
      "o3-mini", context: 200_000, output: 100_000, .withoutVision, input: "1.1", output: "4.4", cacheRead: "0.55"),
    Figures("o4-mini", context: 200_000, output: 100_000, .everything, input: "1.1", output: "4.4", cacheRead: "0.275"),
    Figures("text-embedding-3-large", context: 8_192, output: nil, .embedding, input: "0.13", output: "0"),
    Figures("text-embedding-3-small", context: 8_192, output: nil, .embedding, input: "0.02", output: "0"),
    Figures("text-embedding-ada-002", context: 8_192, output: nil, .embedding, input: "0.1", output: "0"),
  ]

  private static let anthropic: [Figures] = [
    Figures(
      "claude-3-haiku-20240307", context: 200_000, output: 4_096, .withoutJSON, input: "0.25", output: "1.25",
      cacheRead: "0.03", cacheWrite: "0.3"),
    Figures(
      "claude-3-opus-20240229", context: 200_000, output: 4_096, .withoutJSON, input: "15", output: "75",
      cacheRead: "1.5", cacheWrite: "18.75"),
    Figures(
      "claude-haiku-4-5", context: 200_000, output: 64_000, .everything, input: "1", output: "5", cacheRead: "0.1",
      cacheWrite: "1.25"),
    Figures(
      "claude-opus-4-1", context: 200_000, output: 32_000, .withoutJSON, input: "15", output: "75", cacheRead: "1.5",
      cacheWrite: "18.75"),
    Figures(
      "claude-opus-4-5", context: 200_000, output: 64_000, .everything, input: "5", output: "25", cacheRead: "0.5",
      cacheWrite: "6.25"),
    Figures(
      "claude-opus-4-6", context: 1_000_000, output: 128_000, .everything, input: "5", output: "25", cacheRead: "0.5",
      cacheWrite: "6.25"),
    Figures(
      "claude-opus-5-5", context: nil, output: nil, .everything, input: "4", output: "20", cacheRead: "0.2",
      cacheWrite: "5"),
    Figures(
      "claude-sonnet-4-20250514", context: 200_000, output: 64_000, .withoutJSON, input: "3", output: "15",
      cacheRead: "0.3", cacheWrite: "3.75"),
    Figures(
      "claude-sonnet-4-5", context: 200_000, output: 64_000, .withoutJSON, input: "3", output: "15", cacheRead: "0.3",
      cacheWrite: "3.75"),
    Figures(
      "claude-sonnet-5", context: 1_000_000, output: 128_000, .withoutJSON, input: "2", output: "10", cacheRead: "0.2",
      cacheWrite: "2.5"),
    Figures(
      "claude-sonnet-5-5", context: nil, output: nil, .everything, input: "2", output: "10", cacheRead: "0.1",
      cacheWrite: "2.5"),
  ]

  /// What a kind of model can do.
  private enum Abilities {
    case everything, withoutVision, withoutJSON, plain, embedding

    var capabilities: Set<Capability> {
      switch self {
      case .everything: [.textGeneration, .chatCompletion, .functionCalling, .vision, .streaming, .jsonMode]
      case .withoutVision: [.textGeneration, .chatCompletion, .functionCalling, .streaming, .jsonMode]
      case .withoutJSON: [.textGeneration, .chatCompletion, .functionCalling, .vision, .streaming]
      case .plain: [.textGeneration, .chatCompletion, .functionCalling, .streaming]
      case .embedding: [.embeddings]
      }
    }
  }

  /// Tokens, and USD per million tokens.
  private struct Figures {
    var id: String
    var context: Int?
    var maxTokens: Int?
    var abilities: Abilities
    var prices: [(name: String, price: String?)]

    init(
      _ id: String, context: Int?, output maxTokens: Int?, _ abilities: Abilities, input: String, output: String,
      cacheRead: String? = nil, cacheWrite: String? = nil
    ) {
      self.id = id
      self.context = context
      self.maxTokens = maxTokens
      self.abilities = abilities
      prices = [
        ("inputTokens", input), ("outputTokens", output), ("cacheReadTokens", cacheRead),
        ("cacheWriteTokens", cacheWrite),
      ]
    }

    func entry(of provider: ProviderType) -> Entry {
      let figures = prices.compactMap { named in named.price.map { FieldEntry(named.name, .decimal($0)) } }
      return Entry(
        provider: provider, id: id, contextWindow: context, maxTokens: maxTokens,
        capabilities: Capability.allCases.filter(abilities.capabilities.contains),
        cost: .map(figures + [FieldEntry("currency", .string("USD")), FieldEntry("per", .integer(1_000_000))]))
    }
  }
}
