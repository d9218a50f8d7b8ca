import DroverCore
import DroverRegistry

extension ModelEntry {
  /// A model of a manifest, or of another origin.
  static func made(
    _ provider: String, _ id: String, origin: ModelEntry.Origin = .manifest, name: String? = nil,
    spec: KeyValuePairs<String, FieldValue?> = [:], status: KeyValuePairs<String, FieldValue?> = [:],
    providers: [String: ModelHome] = [:]
  ) -> ModelEntry {
    guard origin > .discovered else {
      return ModelEntry(
        DiscoveredModel(provider: provider, listed: ListedModel(id: id), firstSeen: Timestamp(milliseconds: 0)),
        home: providers[provider], prices: .builtIn, now: Timestamp(milliseconds: 0))
    }
    let own = FieldValue.object(["provider": .string(provider), "modelID": .string(id)])
    let object = FieldValue.object([
      "metadata": .object(["name": .string(name ?? provider + "-" + id)]),
      "source": .object(["root": .string(origin == .api ? RegisteredModel.root : "manifests")]),
      "spec": own.overlaid(with: .object(spec)), "status": .object(status),
    ])
    guard let entry = ModelEntry(object: object, providers: providers) else { preconditionFailure("no provider") }
    return entry
  }

  /// The models that the documentation of model registries likes to show.
  static let goldens: [ModelEntry] = [
    made(
      "openai", "gpt-4-turbo-preview",
      spec: [
        "displayName": .string("GPT-4 Turbo"), "contextWindow": .integer(128_000), "maxTokens": .integer(4096),
        "capabilities": .strings(["chat_completion", "function_calling", "json_mode"]),
        "cost": price("0.01", "0.03"), "tags": .strings(["recommended", "production"]),
      ], status: ["accessCount": .integer(3)]),
    made(
      "claude", "claude-3-opus-20240229",
      spec: [
        "displayName": .string("Claude 3 Opus"), "version": .string("3.0.0"), "contextWindow": .integer(200_000),
        "capabilities": .strings(["chat_completion", "vision", "function_calling"]),
        "cost": price("0.015", "0.075"), "tags": .strings(["flagship"]),
      ], status: ["accessCount": .integer(7), "performance": figures(success: "0.5", speed: 200, inferences: 2000)]),
    made(
      "llama.cpp", "llama-3.1-8b-instruct",
      spec: [
        "displayName": .string("Llama 3.1 8B Instruct"), "version": .string("3.1.0"),
        "contextWindow": .integer(128_000), "capabilities": .strings(["chat_completion", "text_generation"]),
        "cost": price("0", "0"), "tags": .strings(["local", "production"]),
      ],
      status: [
        "state": .string("Loaded"), "performance": figures(success: "1", speed: 50, inferences: 500),
      ]),
    made(
      "llama.cpp", "old", origin: .api,
      spec: [
        "version": .string("0.9.0-rc.1"), "contextWindow": .integer(8192),
        "capabilities": .strings(["chat_completion"]), "deprecation": .object(["reason": .string("old")]),
      ]),
  ]

  static func price(_ input: String, _ output: String, currency: String = "USD", per: Int64 = 1000) -> FieldValue {
    .object([
      "inputTokens": .decimal(input), "outputTokens": .decimal(output), "currency": .string(currency),
      "per": .integer(per),
    ])
  }

  static func figures(success: String, speed: Int64, inferences: Int64) -> FieldValue {
    .object([
      "successRate": .decimal(success), "tokensPerSecond": .integer(speed), "totalInferences": .integer(inferences),
    ])
  }
}
