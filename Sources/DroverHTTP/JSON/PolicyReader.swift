/// Reads single policy fields. Null counts as absent everywhere.
struct PolicyReader {
  let object: ScannedObject

  /// The largest integer that every reader of JSON holds exactly.
  private static let maxInteger: Int64 = 1 << 53

  /// The value of a field that must be of one of these kinds; nil where it is absent or null.
  func value(
    _ field: PolicyField, _ expected: String, _ kinds: ScannedObject.Kind...
  ) throws(JSONScanError) -> ScannedObject.Value? {
    guard let value = object.values[field.rawValue], value.kind != .null else { return nil }
    guard kinds.contains(value.kind) else { throw .invalid(field: field.spelling, expected: expected) }
    return value
  }

  func text(_ field: PolicyField, _ body: Span<UInt8>) throws(JSONScanError) -> String? {
    guard let value = try value(field, "a string", .string) else { return nil }
    guard let text = JSONString.decode(body.extracting(value.range)) else {
      throw .invalid(field: field.spelling, expected: "a string in UTF-8")
    }
    return text
  }

  func flag(_ field: PolicyField, _ body: Span<UInt8>) throws(JSONScanError) -> Bool {
    try value(field, "true or false", .true_, .false_)?.kind == .true_
  }

  func integer(_ field: PolicyField, _ body: Span<UInt8>) throws(JSONScanError) -> Int64? {
    let expected = "an integer of at most 2^53, written without point or exponent"
    guard let value = try value(field, expected, .number) else { return nil }
    var digits = body.extracting(value.range)
    let isNegative = digits[0] == UInt8(ascii: "-")
    if isNegative { digits = digits.extracting(droppingFirst: 1) }
    guard digits.count <= 16 else { throw .invalid(field: field.spelling, expected: expected) }
    var number: Int64 = 0
    for place in digits.indices {
      guard HTTPByte.isDigit(digits[place]) else { throw .invalid(field: field.spelling, expected: expected) }
      number = number * 10 + Int64(digits[place] - UInt8(ascii: "0"))
    }
    guard number <= Self.maxInteger, !isNegative || number > 0 else {
      throw .invalid(field: field.spelling, expected: expected)
    }
    return isNegative ? -number : number
  }

  func bound(_ field: PolicyField, _ body: Span<UInt8>) throws(JSONScanError) -> TokenBound {
    guard let number = try integer(field, body), number != -1 else { return .none }
    guard number >= 0 else { throw .invalid(field: field.spelling, expected: "0 or more, or -1 for no bound") }
    return .tokens(number)
  }

  func count(_ field: PolicyField, _ body: Span<UInt8>) throws(JSONScanError) -> Int64 {
    guard let number = try integer(field, body) else { return 1 }
    guard number >= 1 else { throw .invalid(field: field.spelling, expected: "1 or more") }
    return number
  }

  /// A list of texts, or of lists of tokens, is one prompt each; a list of tokens is one prompt.
  func prompts() throws(JSONScanError) -> Int {
    let value = try value(.prompt, "a string, a list or an object", .string, .array, .object)
    guard let value, value.kind == .array, value.firstElement != .number else { return 1 }
    return max(1, value.elements)
  }

  func includesUsage(_ body: Span<UInt8>) throws(JSONScanError) -> Bool {
    guard let value = try value(.streamOptions, "an object", .object) else { return false }
    var scanner = ObjectScanner(names: PolicyReader.streamOptions)
    try scanner.scan(body.extracting(value.range))
    guard let usage = try scanner.finish().values[0], usage.kind != .null else { return false }
    guard usage.kind == .true_ || usage.kind == .false_ else {
      throw .invalid(field: "stream_options.include_usage", expected: "true or false")
    }
    return usage.kind == .true_
  }

  private static let streamOptions = FieldNames(["include_usage"])
}
