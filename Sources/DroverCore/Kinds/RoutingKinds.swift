extension KindDefinition {
  package static let modelSet = KindDefinition(
    .modelSet, "Models that are loaded together; of one exclusive group one set is active.",
    example: """
      apiVersion: drover.dev/v1alpha1
      kind: ModelSet
      metadata: {name: night}
      spec:
        match: {matchLabels: {tier: local}}
        active: Schedule
        schedule: {from: "22:00", to: "06:00"}
        exclusiveGroup: gpu

      """,
    fields: [
      Field(
        "match",
        .object([
          Field("names", .list(.reference([.model])), "Models by name."),
          Field("matchLabels", .map(.string(.text)), "Models that carry all of these labels."),
        ]), "The models of the set.", required: true),
      Field(
        "active", .enumeration(["Always", "Never", "Schedule"]),
        "When its OnDemand models are loaded; Never leaves that to requests.", default: .string("Always")),
      Field(
        "schedule",
        .object([
          Field("from", .string(.timeOfDay), "Start of the daily window.", required: true),
          Field("to", .string(.timeOfDay), "End of the daily window.", required: true),
        ]), "Daily window in the Fleet's time zone."),
      Field(
        "exclusiveGroup", .string(.nonEmpty),
        "Of the sets of one group one is loaded at a time; loading a model of another unloads it first."),
    ])

  package static let route = KindDefinition(
    .route, "A name that clients ask for, served by one of several models.", implemented: false,
    example: """
      apiVersion: drover.dev/v1alpha1
      kind: Route
      metadata: {name: assistant}
      spec:
        strategy: Cost
        targetSelector: {capabilities: [chat_completion]}

      """,
    fields: [
      Field(
        "strategy", .enumeration(["Weighted", "Cost", "Latency", "Score", "LeastBusy"]),
        "How a target is chosen inside one priority.", default: .string("Weighted")),
      Field(
        "targets",
        .list(
          .object([
            Field("model", .reference([.model]), "The model.", required: true),
            Field("weight", .integer(0...1_000_000), "Share of the requests.", default: .integer(1)),
            Field("priority", .integer(0...1000), "Lower is tried first.", default: .integer(0)),
          ]), nonEmpty: true), "Models in the order of their priority."),
      Field(
        "targetSelector",
        .object([
          Field("matchLabels", .map(.string(.text)), "Models that carry all of these labels."),
          Field("tags", .list(.string(.nonEmpty)), "Models that carry all of these tags."),
          Field("capabilities", .list(.enumeration(ModelFields.capabilities)), "Models that can do all of this."),
          Field("minContextWindow", .integer(1...1_000_000_000), "Smallest context."),
          Field("maxCostPerToken", .decimal(fractionDigits: 18), "Largest price of one token."),
          Field("excludeDeprecated", .boolean, "Leave deprecated models out.", default: .bool(false)),
        ]), "Instead of targets: all models that fit."),
      Field(
        "nextOn",
        .list(
          .enumeration([
            "Unavailable", "Timeout", "RateLimited", "ServerError", "CapacityFull", "ContextTooLong", "BudgetExhausted",
          ])), "When the next target is tried.",
        default: .strings(["Unavailable", "Timeout", "RateLimited", "ServerError", "CapacityFull", "ContextTooLong"])),
      Field("attempts", .integer(1...100), "Targets tried for one request.", default: .integer(3)),
      Field(
        "deadline", .duration(minimum: .milliseconds(1)), "To the first byte, over all attempts.",
        default: .duration(.seconds(120))),
      Field(
        "affinity",
        .object([
          Field(
            "header", .string(.nonEmpty), "Requests with one value stay together.",
            required: true)
        ]), "Stickiness."),
      Field(
        "autoSwitch",
        .object([
          Field("enabled", .boolean, "Whether it acts.", default: .bool(false)),
          Field("minSuccessPercent", .integer(0...100), "Below this it switches.", default: .integer(70)),
          Field("window", .duration(minimum: .seconds(1)), "What it looks at.", default: .duration(.seconds(300))),
          Field("minRequests", .integer(1...1_000_000), "Fewer requests say nothing.", default: .integer(20)),
          Field("cooldown", .duration(minimum: .zero), "Between two switches.", default: .duration(.seconds(600))),
        ]), "Switching away from a failing target."),
      Field(
        "rollout",
        .object([
          Field("steps", .list(.integer(0...100), nonEmpty: true), "Percent of each step.", required: true),
          Field("interval", .duration(minimum: .seconds(1)), "Length of a step.", default: .duration(.seconds(600))),
          Field("maxErrorPercent", .integer(0...100), "More errors end the rollout.", default: .integer(2)),
          Field("maxLatencyP95", .duration(minimum: .milliseconds(1)), "A slower reply ends the rollout."),
        ]), "Moving weight step by step."),
      Field(
        "shadow",
        .object([
          Field("model", .reference([.model]), "Model that gets copies.", nullable: true),
          Field("percent", .integer(0...100), "Share of the requests.", default: .integer(0)),
        ]), "Copies of requests to another model."),
    ])
}
