extension PolicyFields {
  /// Has a stream end with its usage, whatever else its options say: `stream_options.include_usage` of OpenAI's API.
  package func askForUsage(_ edits: inout BodyEdits, body: Span<UInt8>) {
    let field = PolicyField.streamOptions
    guard let options = object.values[field.rawValue], options.kind == .object else {
      edits.set(field.rawValue, to: Array(#"{"include_usage":true}"#.utf8))
      return
    }
    var scanner = ObjectScanner(names: PolicyFields.usageNames)
    // The object was read before: it is one.
    guard (try? scanner.scan(body.extracting(options.range))) != nil, let inner = try? scanner.finish() else { return }
    let start = options.range.lowerBound
    if let value = inner.values[0] {
      edits.replace(start + value.range.lowerBound..<start + value.range.upperBound, with: Array("true".utf8))
    } else {
      let member = Array(#""include_usage":true"#.utf8)
      let place = start + inner.start
      edits.replace(place..<place, with: inner.isEmpty ? member : member + [UInt8(ascii: ",")])
    }
  }

  private static let usageNames = FieldNames(["include_usage"])
}
