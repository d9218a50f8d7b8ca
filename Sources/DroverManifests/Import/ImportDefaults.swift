package import DroverCore

/// What models get that a list says nothing of.
package struct ImportDefaults: Equatable, Sendable {
  /// A Model's `cost`; nil: none.
  package var cost: FieldValue?
  /// A Model's `rateLimit`; nil: none.
  package var rateLimit: FieldValue?

  package init(cost: FieldValue? = nil, rateLimit: FieldValue? = nil) {
    self.cost = cost
    self.rateLimit = rateLimit
  }

  /// `INPUT,OUTPUT[,CURRENCY[,PER]]`, such as `0.01,0.03,USD,1000`; nil where this is none.
  package static func cost(_ text: String) -> FieldValue? {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard (2...4).contains(parts.count) else { return nil }
    var prices: [FieldValue] = []
    for part in parts.prefix(2) {
      guard let price = DecimalText.canonical(part), !price.hasPrefix("-"), DecimalText.fractionDigits(price) <= 12
      else { return nil }
      prices.append(.decimal(price))
    }
    let currency = parts.count > 2 ? parts[2] : "USD"
    guard currency.utf8.count == 3, currency.utf8.allSatisfy({ (0x41...0x5A).contains($0) }),
      let per = Int64(parts.count > 3 ? parts[3] : "1000"), (1...1_000_000_000).contains(per)
    else { return nil }
    return .object([
      "inputTokens": prices[0], "outputTokens": prices[1], "currency": .string(currency), "per": .integer(per),
    ])
  }

  /// `REQUESTS,TOKENS[,REQUESTS]`, of a minute and of a day, such as `500,100000`; nil where this is none.
  package static func rateLimit(_ text: String) -> FieldValue? {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false).map { Int64($0) }
    guard (2...3).contains(parts.count) else { return nil }
    var entries: [FieldEntry] = []
    for (name, part) in zip(["requestsPerMinute", "tokensPerMinute", "requestsPerDay"], parts) {
      guard let part, (1...1_000_000_000).contains(part) else { return nil }
      entries.append(FieldEntry(name, .integer(part)))
    }
    return .map(entries)
  }

  /// A spec with what it lacks. Prices of public models come from the catalogue and are left to it.
  func completed(_ spec: FieldValue, type: ProviderType, id: String) -> FieldValue {
    var spec = spec
    if let cost, spec["cost"] == nil, PriceCatalogue.builtIn.entry(type, id)?.cost == nil { spec.set("cost", cost) }
    if let rateLimit, spec["rateLimit"] == nil { spec.set("rateLimit", rateLimit) }
    return spec
  }
}
