extension UsageMeter {
  /// An event of OpenAI's responses: its `type` says what it is, wherever it stands.
  mutating func responsesEvent(_ cursor: inout JSONCursor) -> StreamNote {
    guard cursor.enterObject() else { return [] }
    var note: StreamNote = []
    var isDelta = false
    var delta: JSONText?
    while let key = cursor.key() {
      switch key {
      case "type":
        guard let type = cursor.string() else { continue }
        switch type {
        case "response.completed", "response.incomplete": note.insert(.terminal)
        case "response.failed": note.formUnion([.terminal, .error])
        case "error": note.formUnion([.terminal, .error])
        default: isDelta = Self.isGenerated(type)
        }
      case "delta": delta = cursor.string()
      case "response": readResponse(&cursor)
      default: cursor.skip()
      }
    }
    if isDelta, delta != nil {
      note.formUnion(count(delta))
      if note.contains(.content) { pieces += 1 }
    }
    if note.contains(.terminal) { isOutputFinal = reported.output != nil }
    if note.contains(.error) {
      _ = fail()
    } else if note.contains(.terminal) {
      isComplete = true
    }
    return note
  }

  private static func isGenerated(_ type: JSONText) -> Bool {
    switch type {
    case "response.output_text.delta", "response.refusal.delta", "response.function_call_arguments.delta",
      "response.reasoning_text.delta", "response.reasoning_summary_text.delta":
      true
    default: false
    }
  }

  /// The `response` of an event, or the body of a reply that is no stream.
  mutating func readResponse(_ cursor: inout JSONCursor) {
    guard cursor.enterObject() else { return }
    while let key = cursor.key() { readResponseMember(key, &cursor) }
  }

  mutating func readResponseMember(_ key: JSONText, _ cursor: inout JSONCursor) {
    switch key {
    case "usage": reported.read(&cursor)
    case "tool_usage": reported.readToolUsage(&cursor)
    case "service_tier": reported.serviceTier = cursor.string()?.raw ?? reported.serviceTier
    case "model": readModel(&cursor)
    case "error": _ = readError(&cursor)
    default: cursor.skip()
    }
  }
}
