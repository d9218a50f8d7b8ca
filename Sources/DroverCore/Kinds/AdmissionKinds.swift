extension KindDefinition {
  package static let budget = KindDefinition(
    .budget, "Money that may be spent in a window.",
    example: """
      apiVersion: drover.dev/v1alpha1
      kind: Budget
      metadata: {name: team-a-monthly}
      spec:
        amount: "50.00"
        window: {period: Month, timeZone: Europe/Berlin}
        match: {accessKeys: {matchLabels: {team: a}}}

      """,
    fields: [
      Field("amount", money, "How much.", required: true),
      Field("currency", .string(.currency), "Currency.", default: .string("USD")),
      Field(
        "window",
        .object([
          Field(
            "period", .enumeration(["Hour", "Day", "Week", "Month"]), "Length; weeks begin on Monday.", required: true),
          Field("timeZone", .string(.timeZone), "Zone in which windows begin; default: the Fleet's."),
        ]), "Calendar window; absent: the whole lifetime."),
      Field("match", .object(match), "What it covers; absent: all."),
      Field(
        "per", .enumeration(["Budget", "AccessKey", "Model", "Provider"]), "One such budget for each.",
        default: .string("Budget")),
      Field("perRequest", money, "A dearer request is refused."),
      Field("mode", mode, "Observe counts and reports what it would refuse.", default: .string("Enforce")),
      Field("alertAtPercent", .list(.integer(1...1000)), "Each an event, once a window."),
      Field(
        "clamp",
        .object([
          Field(
            "mode", .enumeration(["Always", "WhenUnset", "Never"]), "When max_tokens is lowered to what is left.",
            default: .string("Always")),
          Field("minOutputTokens", .integer(1...1_000_000), "Never lower than this.", default: .integer(64)),
        ]), "Lowering of max_tokens."),
      Field(
        "onExhausted",
        .object([
          Field("action", .enumeration(["Deny", "SwitchTo", "Unload"]), "What happens.", default: .string("Deny")),
          Field("model", .reference([.model, .route]), "Target of SwitchTo."),
        ]), "When nothing is left."),
    ])

  package static let rateLimit = KindDefinition(
    .rateLimit, "Requests and tokens that are let through; the excess is refused with 429.",
    example: """
      apiVersion: drover.dev/v1alpha1
      kind: RateLimit
      metadata: {name: per-key}
      spec: {per: AccessKey, requestsPerMinute: 60, tokensPerMinute: 20000}

      """,
    fields: [
      Field("match", .object(match), "What it covers; absent: all."),
      Field(
        "per", .enumeration(["RateLimit", "AccessKey", "Model", "Provider"]), "One such limit for each.",
        default: .string("RateLimit")),
      Field("mode", mode, "Observe counts and reports what it would refuse.", default: .string("Enforce")),
      Field("requestsPerMinute", .integer(1...1_000_000_000), "Requests in any 60 s."),
      Field("tokensPerMinute", .integer(1...1_000_000_000_000), "Tokens in any 60 s."),
      Field("requestsPerDay", .integer(1...1_000_000_000_000), "Requests in any 24 h."),
      Field("concurrency", .integer(1...1_000_000), "Requests at once."),
    ])

  package static let accessKey = KindDefinition(
    .accessKey, "A client of the gateway: its keys, and what they may use.",
    example: """
      apiVersion: drover.dev/v1alpha1
      kind: AccessKey
      metadata: {name: team-a, labels: {team: a}}
      spec:
        keys: [{secret: team-a-next, notAfter: 2027-12-01T00:00:00Z}]
        scopes: [Inference]

      """,
    fields: [
      Field(
        "keys",
        .list(
          .object([
            Field("sha256", .string(.sha256), "Digest of a key that 'drover keygen' made."),
            Field("secret", .string(.secretName), "Secret of the host policy that holds the key."),
            Field("notAfter", .string(.instantOrDate), "End of its validity."),
          ]), nonEmpty: true),
        "Keys that are accepted; each has a digest or a secret. Several overlap while one takes the place of another.",
        required: true),
      Field(
        "scopes", .list(.enumeration(["Inference", "Read", "Operate", "Admin"]), nonEmpty: true),
        "What it may do at the gateway: Inference asks models and lists them, Read lists them.",
        default: .strings(["Inference"])),
      Field(
        "allow",
        .object([
          Field("models", .list(.reference([.model])), "Models."),
          Field("providers", .list(.reference([.provider])), "Providers."),
          Field("routes", .list(.reference([.route])), "Routes."),
        ]),
        "What it may use: a request must be within each list that is given. Absent: all; an empty list: nothing."),
      Field("disabled", .boolean, "Refuse it at once.", default: .bool(false)),
    ])

  private static let money = FieldType.decimal(fractionDigits: 12)
  private static let mode = FieldType.enumeration(["Enforce", "Observe"])

  private static func selector(_ kind: Kind) -> FieldType {
    .either([
      .list(.reference([kind])),
      .object([Field("matchLabels", .map(.string(.text)), "Objects that carry all of these labels.", required: true)]),
    ])
  }

  private static let match: [Field] = [
    Field("models", selector(.model), "Models by name or label; an empty list matches none."),
    Field("providers", selector(.provider), "Providers by name or label."),
    Field("routes", selector(.route), "Routes by name or label."),
    Field("accessKeys", selector(.accessKey), "Access keys by name or label."),
  ]
}
