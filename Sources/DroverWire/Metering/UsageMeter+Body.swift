extension UsageMeter {
  /// A reply that is no stream, of any shape: the names of their members do not collide.
  mutating func readBody(_ cursor: inout JSONCursor) {
    guard cursor.enterObject() else { return }
    var count = 0
    while let key = cursor.key() {
      switch key {
      case "choices": _ = readChoices(&cursor, &count)
      case "content": _ = readText(&cursor)
      case "output": readOutput(&cursor)
      case "type", "object": if let word = cursor.string(), "error" ~= word { _ = fail() }
      default: readResponseMember(key, &cursor)
      }
    }
  }

  /// The items of a response: messages with content, reasoning with summaries, calls with arguments.
  private mutating func readOutput(_ cursor: inout JSONCursor) {
    guard cursor.enterArray() else { return }
    while cursor.element() {
      guard cursor.enterObject() else { continue }
      while let key = cursor.key() {
        switch key {
        case "content", "summary": _ = readText(&cursor)
        case "arguments", "name": _ = count(cursor.string())
        default: cursor.skip()
        }
      }
    }
  }
}
