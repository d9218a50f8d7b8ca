extension UsageMeter {
  /// An event of Anthropic's messages. Usage of later events takes the place of that of the first; the split of cache
  /// writes, the tier and the speed stand in the first alone.
  mutating func messagesEvent(_ cursor: inout JSONCursor) -> StreamNote {
    guard cursor.enterObject() else { return [] }
    var note: StreamNote = []
    var isEnd = false
    while let key = cursor.key() {
      switch key {
      case "type":
        guard let type = cursor.string() else { continue }
        switch type {
        case "message_stop": note.insert(.terminal)
        case "error": note.insert(.error)
        case "message_delta": isEnd = true
        default: break
        }
      case "message": readMessageObject(&cursor)
      case "delta", "content_block": note.formUnion(readBlock(&cursor))
      case "usage": reported.read(&cursor)
      default: cursor.skip()
      }
    }
    if isEnd, reported.output != nil { isOutputFinal = true }
    if note.contains(.content) { pieces += 1 }
    if note.contains(.error) {
      _ = fail()
    } else if note.contains(.terminal) {
      isComplete = true
    }
    return note
  }

  /// A block of content, or a piece of one.
  private mutating func readBlock(_ cursor: inout JSONCursor) -> StreamNote {
    var note: StreamNote = []
    guard cursor.enterObject() else { return note }
    while let key = cursor.key() {
      switch key {
      case "text", "thinking", "partial_json": note.formUnion(count(cursor.string()))
      default: cursor.skip()
      }
    }
    return note
  }

  private mutating func readMessageObject(_ cursor: inout JSONCursor) {
    guard cursor.enterObject() else { return }
    while let key = cursor.key() {
      switch key {
      case "usage": reported.read(&cursor)
      case "model": readModel(&cursor)
      default: cursor.skip()
      }
    }
  }
}
