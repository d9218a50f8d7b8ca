import DroverCore

/// The parameters after the question mark.
struct Query: Equatable, Sendable {
  private var values: [String: String] = [:]

  /// Refuses a parameter given twice, one that is none of `known`, and bad percent-encoding.
  init(_ text: String?, known: [String]) throws(APIError) {
    for pair in (text ?? "").split(separator: "&") {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let key = percentDecoded(parts[0], plusIsSpace: true),
        let value = percentDecoded(parts.count > 1 ? parts[1] : "", plusIsSpace: true)
      else { throw .invalid("the query '\(pair)' is not percent-encoded UTF-8") }
      guard known.contains(key) else {
        throw .invalid("unknown query parameter '\(key)'\(Suggestion.phrase(for: key, among: known))")
      }
      guard values.updateValue(value, forKey: key) == nil else {
        throw .invalid("the query parameter '\(key)' is given twice")
      }
    }
  }

  subscript(key: String) -> String? { values[key] }

  /// A whole number in `range`; `fallback` where it is not given.
  func number<Number: FixedWidthInteger>(
    _ key: String, in range: ClosedRange<Number>, fallback: Number
  ) throws(APIError) -> Number {
    guard let text = values[key] else { return fallback }
    guard let number = Number(text), range.contains(number) else {
      throw .invalid("'\(key)' is '\(text)'; expected a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// An object as `model/llama-3-8b`; nil where it is not given.
  func object(_ key: String) throws(APIError) -> Identity? {
    guard let text = values[key] else { return nil }
    return try identity(text, field: key)
  }
}

/// Reads `model/llama-3-8b`.
func identity(_ text: String, field: String) throws(APIError) -> Identity {
  guard let identity = Identity(argument: text) else {
    throw .invalid("'\(field)' is '\(text)'; expected KIND/NAME, such as model/llama-3-8b")
  }
  return identity
}
