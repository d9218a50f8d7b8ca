import DroverCore

/// The schemas of parameters, by their names.
enum ParameterSchemas {
  static let path: [String: FieldValue] = [
    "plural": words(Kind.allCases.map(\.plural)), "model": text("^[^/]+$"), "name": text("^[^/]+$"),
    "field": text("^[^/]+$"),
  ]

  static let query: [String: FieldValue] = [
    "capability": words(Capability.allCases.map(\.rawValue)),
    "status": words(["available", "loading", "loaded", "failed", "unloaded", "deprecated"]),
    "origin": words(["api", "discovered"]), "wait": words(["true", "false"]),
    "excludeDeprecated": words(["true", "false"]),
    "minContextWindow": number(0, 1_000_000_000_000), "maxContextWindow": number(0, 1_000_000_000_000),
    "limit": number(1, 10_000), "after": number(0, 9_000_000_000_000_000), "timeoutMs": number(0, 60_000),
    "inputTokens": number(0, 1_000_000_000_000), "outputTokens": number(0, 1_000_000_000_000),
    "maxCostPerToken": .object([
      "type": .string("number"), "minimum": .integer(0), "maximum": .integer(999_999_999_999),
    ]),
    "version1": version, "version2": version, "minVersion": version, "maxVersion": version,
    "object": text("^(fleet|provider|model|modelset|route|budget|ratelimit|accesskey)/[a-z0-9]+$"),
    "labelSelector": .emptyMap,
    "by": text("^(model|provider|key|route|purpose|day|hour)(,(model|provider|key|route|purpose|day|hour))*$"),
    "since": instant, "until": instant,
  ]

  private static let version = text("^(0|[1-9][0-9]{0,8})\\.(0|[1-9][0-9]{0,8})\\.(0|[1-9][0-9]{0,8})$")

  private static let instant = text("^20[0-9]{2}-0[1-9]-1[0-9]T[01][0-9]:[0-5][0-9]:[0-5][0-9]Z$")

  private static func words(_ words: [String]) -> FieldValue {
    .object(["type": .string("string"), "enum": .strings(words)])
  }

  private static func number(_ least: Int64, _ most: Int64) -> FieldValue {
    .object(["type": .string("integer"), "minimum": .integer(least), "maximum": .integer(most)])
  }

  private static func text(_ pattern: String) -> FieldValue {
    .object(["type": .string("string"), "minLength": .integer(1), "pattern": .string(pattern)])
  }
}
