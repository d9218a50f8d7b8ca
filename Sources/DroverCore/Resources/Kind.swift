/// The kinds of resource that a manifest may declare, in the order in which they are planned and printed.
package enum Kind: String, CaseIterable, Sendable, Codable, Comparable {
  case fleet = "Fleet"
  case provider = "Provider"
  case model = "Model"
  case modelSet = "ModelSet"
  case route = "Route"
  case budget = "Budget"
  case rateLimit = "RateLimit"
  case accessKey = "AccessKey"

  /// Lower-case singular, as in `model/llama-3-8b`.
  package var singular: String { rawValue.lowercased() }

  /// `a Model`, `an AccessKey`.
  package var withArticle: String { (self == .accessKey ? "an " : "a ") + rawValue }

  /// Lower-case plural, as in `drover get models` and the folders under the status root.
  package var plural: String { singular + "s" }

  /// Short names accepted on the command line.
  package var shortNames: [String] {
    switch self {
    case .fleet: ["fl"]
    case .provider: ["p", "prov"]
    case .model: ["m", "mo"]
    case .modelSet: ["ms"]
    case .route: ["rt"]
    case .budget: ["b"]
    case .rateLimit: ["rl"]
    case .accessKey: ["ak", "key"]
    }
  }

  /// The kind that a user means by `text`: any case, singular, plural or short name.
  package init?(argument text: String) {
    let lowered = text.lowercased()
    guard
      let kind = Kind.allCases.first(where: {
        $0.singular == lowered || $0.plural == lowered || $0.shortNames.contains(lowered)
      })
    else { return nil }
    self = kind
  }

  /// Place in the order of declaration; a switch, since planning compares kinds tens of thousands of times a round.
  package var order: Int {
    switch self {
    case .fleet: 0
    case .provider: 1
    case .model: 2
    case .modelSet: 3
    case .route: 4
    case .budget: 5
    case .rateLimit: 6
    case .accessKey: 7
    }
  }

  package static func < (left: Kind, right: Kind) -> Bool { left.order < right.order }
}
