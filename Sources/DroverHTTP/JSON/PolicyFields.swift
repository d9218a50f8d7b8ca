/// What the policy fields of a request say, each of the type that it must have. A value that one reader would take and
/// another would not (`64.0`, `"true"`) is refused, since limits are enforced on what is read here.
package struct PolicyFields: Sendable {
  package let object: ScannedObject
  /// Nil where none is named.
  package let model: String?
  package let streams: Bool
  /// What `stream_options` says of `include_usage`.
  package let includesUsage: Bool
  /// The bounds that are given, in the order of ``PolicyField``.
  package let bounds: [(field: PolicyField, bound: TokenBound)]
  /// How many answers are asked for; at least 1.
  package let choices: Int64
  package let bestOf: Int64
  /// How many prompts a completion is asked for; at least 1.
  package let prompts: Int
  package let serviceTier: String?
  package let speed: String?
  package let inferenceGeo: String?
  package let runsInBackground: Bool
  package let tools: Int

  /// Reads the fields of a body whose object was scanned with ``PolicyField/names``.
  package init(_ object: ScannedObject, body: Span<UInt8>) throws(JSONScanError) {
    self.object = object
    let reader = PolicyReader(object: object)
    model = try reader.text(.model, body)
    streams = try reader.flag(.stream, body)
    includesUsage = try reader.includesUsage(body)
    var bounds: [(field: PolicyField, bound: TokenBound)] = []
    for field in [PolicyField.maxTokens, .maxCompletionTokens, .maxOutputTokens, .predict]
    where object.values[field.rawValue] != nil {
      bounds.append((field, try reader.bound(field, body)))
    }
    self.bounds = bounds
    choices = try reader.count(.choices, body)
    bestOf = try reader.count(.bestOf, body)
    prompts = try reader.prompts()
    serviceTier = try reader.text(.serviceTier, body)
    speed = try reader.text(.speed, body)
    inferenceGeo = try reader.text(.inferenceGeo, body)
    runsInBackground = try reader.flag(.background, body)
    tools = try reader.value(.tools, "a list", .array)?.elements ?? 0
    _ = try reader.value(.prediction, "an object", .object)
    _ = try reader.value(.cacheControl, "an object", .object)
    _ = try reader.value(.keepAlive, "a duration", .string, .number)
    _ = try reader.integer(.slot, body)
  }

  /// Scans a whole body and reads its fields.
  package static func read(_ body: Span<UInt8>) throws(JSONScanError) -> PolicyFields {
    var scanner = ObjectScanner(names: PolicyField.names)
    try scanner.scan(body)
    return try PolicyFields(scanner.finish(), body: body)
  }
}
