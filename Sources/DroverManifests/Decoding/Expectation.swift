import DroverCore

/// What a field expects, in the words of messages: "must be …".
enum Expectation {
  static func phrase(_ type: FieldType) -> String {
    switch type {
    case .boolean: "true or false"
    case .integer(let range): integer(range)
    case .decimal: "a non-negative decimal such as \"0.50\""
    case .duration: "a duration such as 30s"
    case .bytes: "a size such as 8GiB"
    case .string(let format): phrase(format)
    case .enumeration(let words): choice(words)
    case .reference(let kinds): "the name of \(withArticle(kinds))"
    case .list(let element, _): "a list of " + plural(element)
    case .map: "a map"
    case .object: "a map of fields"
    case .free: "a value"
    case .either(let types): types.map(phrase).joined(separator: ", or ")
    }
  }

  static func integer(_ range: ClosedRange<Int64>) -> String {
    range.upperBound >= 1_000_000_000
      ? "an integer of at least \(range.lowerBound)" : "an integer from \(range.lowerBound) to \(range.upperBound)"
  }

  /// `'a'`, `'a' or 'b'`, `'a', 'b' or 'c'`.
  static func choice(_ words: [String]) -> String {
    let quoted = words.map { "'" + $0 + "'" }
    guard quoted.count > 1, let last = quoted.last else { return quoted.first ?? "nothing" }
    return quoted.dropLast().joined(separator: ", ") + " or " + last
  }

  static func phrase(_ format: StringFormat) -> String {
    switch format {
    case .text: "text"
    case .nonEmpty: "text of at least one character"
    case .subdomainName: "a name of lower-case letters, digits, '-' and '.'"
    case .glob: "a pattern such as gpt-*"
    case .url: "an address such as http://127.0.0.1:8080"
    case .version: "a semantic version such as 1.0.0"
    case .timeZone: "a time zone such as Europe/Berlin"
    case .instantOrDate: "an instant such as 2027-01-31T00:00:00Z or a date such as 2027-01-31"
    case .timeOfDay: "a time of day such as \"22:00\""
    case .sha256: "64 hexadecimal digits"
    case .relativePath: "a relative path without '..'"
    case .flag: "a flag such as --threads=4"
    case .currency: "a currency such as EUR"
    case .secretName: "the name of a secret of the host policy"
    case .runtimeName: "the name of a runtime of the host policy"
    }
  }

  private static func withArticle(_ kinds: [Kind]) -> String {
    (kinds.first?.withArticle ?? "") + kinds.dropFirst().map { " or " + $0.rawValue }.joined()
  }

  private static func plural(_ type: FieldType) -> String {
    switch type {
    case .reference(let kinds): "names of \(withArticle(kinds))"
    case .object: "maps"
    case .integer: "integers"
    case .enumeration(let words): choice(words)
    default: "texts"
    }
  }
}
