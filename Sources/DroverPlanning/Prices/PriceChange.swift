import DroverCore

/// What a change of prices is, in words.
enum PriceChange {
  /// `inputTokens 2.5 -> 2 USD per 1000000`.
  static func sentence(from old: FieldValue, to new: FieldValue) -> String {
    let unit = "\(new["currency"]?.string ?? "USD") per \(new["per"]?.scalarText ?? "1000")"
    let names = PriceCatalogue.Entry.prices.filter { old[$0] != new[$0] }
    let parts = names.map { name in
      "\(name) \(old[name]?.scalarText ?? "none") -> \(new[name]?.scalarText ?? "none")"
    }
    let isSameUnit = old["currency"] == new["currency"] && old["per"] == new["per"]
    guard isSameUnit, !parts.isEmpty else { return "the price catalogue gives its prices anew, in \(unit)" }
    return "the price catalogue says \(parts.joined(separator: ", ")) \(unit)"
  }
}
