extension KindDefinition {
  package static let model = KindDefinition(
    .model, "A model that should exist at a provider: what it is, what it costs, and whether it is loaded.",
    example: """
      apiVersion: drover.dev/v1alpha1
      kind: Model
      metadata: {name: llama-3-8b, labels: {tier: local}}
      spec:
        provider: local
        desiredState: Loaded
        llamaCpp: {file: llama-3.1-8b-instruct.gguf, context: {perRequest: 8192, slots: 4}}

      """,
    fields: ModelFields.own + ModelFields.inheritable)
}

/// The fields of a Model, in the two parts that matter for inheritance.
package enum ModelFields {
  /// What only a Model itself can say.
  package static let own: [Field] = [
    Field(
      "provider", .reference([.provider]), "The provider that runs it; default: the Fleet's `defaultProvider`.",
      change: .replace),
    Field(
      "modelID", .string(.nonEmpty), "The provider's own name of the model; default: `metadata.name`.",
      change: .replace),
    Field("displayName", .string(.nonEmpty), "Name for people; default: the model id."),
    Field("version", .string(.version), "Semantic version.", default: .string("1.0.0")),
    Field("aliases", .list(.string(.nonEmpty)), "Other names that clients may ask for; unique in the fleet."),
  ]

  /// What a Fleet or a Provider may give as a default.
  package static let inheritable: [Field] = [
    Field("contextWindow", .integer(1...1_000_000_000), "Tokens of context; what the server reports wins."),
    Field("maxTokens", .integer(1...1_000_000_000), "Tokens of output."),
    Field(
      "capabilities",
      .either([
        .list(capability),
        .object([
          Field("add", .list(capability), "Capabilities that it has."),
          Field("remove", .list(capability), "Capabilities that it has not."),
        ]),
      ]), "What it can do; a plain list means `add`."),
    Field("tags", .list(.string(.nonEmpty)), "Free words to filter by."),
    Field("metadata", .free, "A free map, kept and returned."),
    Field("cost", .object(cost), "Prices."),
    Field("rateLimit", .object(rateLimit), "What the upstream takes."),
    Field(
      "desiredState", .enumeration(DesiredState.allCases.map(\.rawValue)),
      "Loaded and Unloaded are enforced; OnDemand leaves loading to demand.", default: .string("OnDemand")),
    Field(
      "deprecation", .object(deprecation),
      "Marks the model as on its way out. It serves on until its sunset, and is then drained and unloaded."),
    Field("warmup", .boolean, "Send one minimal request after loading; default: true where it costs nothing."),
    Field(
      "pinned", .boolean, "Once loaded, an OnDemand model is neither evicted nor unloaded for want of use.",
      default: .bool(false)),
    Field(
      "idleUnloadAfter", .duration(minimum: .seconds(1)),
      "Unload an OnDemand model after this long without use; default: the Fleet's."),
    Field(
      "transition", .enumeration(Transition.allCases.map(\.rawValue)),
      "How a reload goes: Surge starts the new before the old ends, Drain after; Auto is Surge where it fits.",
      default: .string("Auto")),
    Field("profile", .object(profile), "How it is profiled."),
    Field("llamaCpp", .object(llamaCpp), "What llama.cpp needs to run it."),
  ]

  package static let capabilities = Capability.allCases.map(\.rawValue)

  private static let capability = FieldType.enumeration(capabilities)
  private static let price = FieldType.decimal(fractionDigits: 12)

  private static let tokenPrices: [Field] = [
    Field("inputTokens", price, "Price of `per` input tokens."),
    Field("outputTokens", price, "Price of `per` output tokens."),
    Field("cacheReadTokens", price, "Price of `per` tokens read from the prompt cache; absent: that of input."),
    Field("cacheWriteTokens", price, "Price of `per` tokens written to the prompt cache; absent: that of input."),
    Field("cacheWrite1hTokens", price, "Price of `per` tokens written to a prompt cache that is kept for an hour."),
  ]
  private static let contextTiers = Field(
    "tiers",
    .list(
      .object(
        [
          Field(
            "aboveTokens", .integer(0...1_000_000_000),
            "Tokens of the prompt, those of caches included, that must be exceeded.", required: true)
        ] + tokenPrices)),
    "Prices of long prompts: the highest one that is exceeded prices all tokens of a request; what it leaves out stays."
  )
  private static let cost: [Field] =
    tokenPrices + [
      Field("requests", price, "Price of one request."),
      Field("tools", .map(price), "Price of one use of a hosted tool, by its name."),
      contextTiers,
      Field(
        "serviceTiers", .map(.object(tokenPrices + [contextTiers])),
        "Prices of service tiers, by their name; what one leaves out is as in the standard tier."),
      Field("currency", .string(.currency), "Currency.", default: .string("USD")),
      Field("per", .integer(1...1_000_000_000), "Tokens that a price is for.", default: .integer(1000)),
      Field("note", .string(.text), "A remark."),
    ]
  private static let rateLimit: [Field] = [
    Field("requestsPerMinute", .integer(1...1_000_000_000), "Requests in any 60 s."),
    Field("tokensPerMinute", .integer(1...1_000_000_000_000), "Tokens in any 60 s."),
    Field("requestsPerDay", .integer(1...1_000_000_000_000), "Requests in any 24 h."),
    Field("concurrency", .integer(1...1_000_000), "Requests at once."),
    Field("note", .string(.text), "A remark."),
  ]
  private static let deprecation: [Field] = [
    Field("reason", .string(.text), "Why."),
    Field("replacement", .reference([.model, .route]), "What to use instead."),
    Field("sunset", .string(.instantOrDate), "When it stops serving; a bare date ends in the Fleet's time zone."),
  ]
  private static let profile: [Field] = [
    Field(
      "testCount", .integer(1...1000),
      "Requests of one profile; of one that is due by itself, the Fleet's count unless this is written.",
      default: .integer(10), change: .reprofile),
    Field(
      "interval", .duration(minimum: .seconds(1)), "How often; absent: as the Fleet says; null: never.", nullable: true),
    Field("prompt", .string(.nonEmpty), "The prompt; null: a built-in one.", nullable: true, change: .reprofile),
    Field("concurrency", .integer(1...1000), "Requests at once.", default: .integer(1), change: .reprofile),
  ]
  private static let llamaCpp: [Field] = [
    Field("file", .string(.relativePath), "GGUF file below a model directory of the host policy.", change: .reload),
    Field("sha256", .string(.sha256), "Digest that the file must have.", nullable: true, change: .reload),
    Field(
      "quantization", .string(.nonEmpty), "What the file is quantised to; a file that says otherwise is not loaded."),
    Field("fileSize", .bytes, "How large the file is, to one percent; one of another size is not loaded."),
    Field(
      "quantize", .enumeration(QuantizationType.all),
      "Serve a copy of the file that is quantised to this; made once with llama-quantize, and kept.", nullable: true,
      change: .reload),
    Field(
      "context",
      .object([
        Field(
          "perRequest", .integer(1...100_000_000),
          "Tokens of context of one request; absent: what the model was trained for.",
          change: .reload),
        Field("slots", .integer(1...1024), "Requests served at once.", default: .integer(1), change: .reload),
      ]), "Context of the server."),
    Field(
      "gpuLayers", .either([.enumeration(["Auto"]), .integer(0...10_000)]),
      "Layers kept on the GPU: as many as fit, or a number; one beyond the model's layers means all.",
      default: .string("Auto"), change: .reload),
    Field("embedding", .boolean, "Serve embeddings.", default: .bool(false), change: .reload),
    Field(
      "flags", .list(.string(.flag)), "More flags of llama-server; the host policy must allow each.", change: .reload),
    Field(
      "requiredMemory", .map(.bytes), "Memory by pool, instead of the estimate from the file.", change: .reload),
  ]
}

/// What a manifest wants of a model.
package enum DesiredState: String, CaseIterable, Sendable, Codable {
  case loaded = "Loaded"
  case onDemand = "OnDemand"
  case unloaded = "Unloaded"
}

/// How a model is loaded anew.
package enum Transition: String, CaseIterable, Sendable, Codable {
  case surge = "Surge"
  case drain = "Drain"
  case auto = "Auto"
}
