import DroverCore

/// Overrides as people read them.
enum OverrideText {
  /// `model/a: spec.desiredState is held at Loaded until 2027-01-31T23:00:00Z`.
  static func held(_ override: FieldValue) -> String {
    let field = text(override, "field")
    let value = field == Override.wholeSpec ? "an older one" : short(override["value"])
    return TerminalText.escaped(
      "\(text(override, "object")): \(field) is held at \(value) until \(text(override, "expiresAt"))") + "\n"
  }

  static func table(_ overrides: [FieldValue], now: Timestamp, showsHeader: Bool) -> String {
    var table = Table(header: ["OBJECT", "FIELD", "VALUE", "ENDS IN", "ACTOR", "REASON"])
    for override in overrides {
      let end = Timestamp(rfc3339: text(override, "expiresAt"))
      table.append([
        text(override, "object"), text(override, "field"),
        text(override, "field") == Override.wholeSpec ? "<spec>" : short(override["value"]),
        end.map { max(.zero, $0 - now).age } ?? "<unknown>", text(override, "actor"), text(override, "reason"),
      ])
    }
    return table.render(showsHeader: showsHeader)
  }

  private static func text(_ override: FieldValue, _ key: String) -> String { override[key]?.string ?? "" }

  private static func short(_ value: FieldValue?) -> String {
    let text = value.map { $0.scalarText ?? $0.json } ?? ""
    return text.count > 40 ? text.prefix(39) + "…" : text
  }
}
