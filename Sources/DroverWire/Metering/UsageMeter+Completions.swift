extension UsageMeter {
  /// A chunk of chat completions or completions.
  mutating func completionsEvent(_ cursor: inout JSONCursor) -> StreamNote {
    guard cursor.enterObject() else { return [] }
    var note: StreamNote = []
    var isUsage = false
    var choices = 0
    while let key = cursor.key() {
      switch key {
      case "choices": note.formUnion(readChoices(&cursor, &choices))
      case "usage":
        if cursor.kind() == .object {
          reported.read(&cursor)
          isOutputFinal = reported.output != nil
          isUsage = true
        } else {
          cursor.skip()
        }
      case "service_tier": reported.serviceTier = cursor.string()?.raw ?? reported.serviceTier
      case "model": readModel(&cursor)
      case "error": note.formUnion(readError(&cursor))
      case "object": if let object = cursor.string(), "error" ~= object { note.formUnion(fail()) }
      default: cursor.skip()
      }
    }
    if note.contains(.content) { pieces += 1 }
    if isUsage, choices == 0 { note.insert(.usageOnly) }
    return note
  }

  /// `choices` of a chunk or of a body.
  mutating func readChoices(_ cursor: inout JSONCursor, _ count: inout Int) -> StreamNote {
    var note: StreamNote = []
    guard cursor.enterArray() else { return note }
    while cursor.element() {
      guard cursor.enterObject() else { continue }
      count += 1
      var index = Int64(count - 1)
      while let key = cursor.key() {
        switch key {
        case "index": index = cursor.count() ?? index
        case "delta", "message": note.formUnion(readMessage(&cursor))
        case "text": note.formUnion(self.count(cursor.string()))
        case "finish_reason": if cursor.string() != nil { finished += 1 }
        default: cursor.skip()
        }
      }
      choices = max(choices, min(index, 1_000_000) + 1)
    }
    return note
  }

  /// A delta or message: everything in it that was generated. `obfuscation` and other padding was not.
  private mutating func readMessage(_ cursor: inout JSONCursor) -> StreamNote {
    var note: StreamNote = []
    guard cursor.enterObject() else { return note }
    while let key = cursor.key() {
      switch key {
      case "content", "reasoning_content", "reasoning", "refusal": note.formUnion(readText(&cursor))
      case "tool_calls", "function_call": note.formUnion(readCalls(&cursor))
      default: cursor.skip()
      }
    }
    return note
  }

  /// A string, or a list of parts with `text` or `thinking`.
  mutating func readText(_ cursor: inout JSONCursor) -> StreamNote {
    guard cursor.kind() == .array else { return count(cursor.string()) }
    var note: StreamNote = []
    _ = cursor.enterArray()
    while cursor.element() {
      guard cursor.enterObject() else { continue }
      while let key = cursor.key() {
        switch key {
        case "text", "thinking": note.formUnion(count(cursor.string()))
        default: cursor.skip()
        }
      }
    }
    return note
  }

  /// Calls of tools, in a list or one by itself: their names and arguments.
  private mutating func readCalls(_ cursor: inout JSONCursor) -> StreamNote {
    var note: StreamNote = []
    if cursor.kind() == .array {
      _ = cursor.enterArray()
      while cursor.element() { note.formUnion(readCalls(&cursor)) }
      return note
    }
    guard cursor.enterObject() else { return note }
    while let key = cursor.key() {
      switch key {
      case "name", "arguments": note.formUnion(count(cursor.string()))
      case "function": note.formUnion(readCalls(&cursor))
      default: cursor.skip()
      }
    }
    return note
  }

  mutating func readModel(_ cursor: inout JSONCursor) {
    guard let name = cursor.string(), !name.isEmpty, model == nil else { return }
    model = name.raw
  }

  /// An `error` that is there and not null.
  mutating func readError(_ cursor: inout JSONCursor) -> StreamNote {
    switch cursor.kind() {
    case .object, .array, .string:
      cursor.skip()
      return fail()
    case .number, .word, .none:
      cursor.skip()
      return []
    }
  }

  mutating func fail() -> StreamNote {
    isFailed = true
    isComplete = false
    return .error
  }
}
