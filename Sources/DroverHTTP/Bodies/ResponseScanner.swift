/// One response from bytes that come in any pieces: its head, its body piece by piece, its end. Interim responses (1xx)
/// are passed over.
package struct ResponseScanner: Sendable {
  package enum Event: Hashable, Sendable {
    case head(ResponseHead)
    case body([UInt8])
    case end
  }

  private enum State: Sendable {
    case head(ResponseHeadScanner)
    case body(BodyScanner)
    case done
  }

  private var state: State

  /// `isBodiless` is true for the answer to HEAD.
  package init(isBodiless: Bool = false) { state = .head(ResponseHeadScanner(isBodiless: isBodiless)) }

  package var isDone: Bool { if case .done = state { true } else { false } }

  /// What `bytes` add. Bytes behind the end of the response are left alone: one connection, one request.
  package mutating func feed(_ bytes: [UInt8]) throws(HTTPSyntaxError) -> [Event] {
    let input = bytes.span
    var position = 0
    var events: [Event] = []
    while position < input.count, !isDone {
      switch state {
      case .head(var scanner):
        let head = try scanner.scan(input, at: &position)
        state = .head(scanner)
        if let head, !head.isInterim {
          events.append(.head(ResponseHead(head)))
          advance(to: BodyScanner(head.framing), &events)
        }
      case .body(var scanner):
        if let piece = try scanner.next(input, at: &position) { events.append(.body(Array(bytes[piece]))) }
        advance(to: scanner, &events)
      case .done: break
      }
    }
    return events
  }

  /// The connection has ended.
  package mutating func finish() throws(HTTPSyntaxError) -> [Event] {
    switch state {
    case .done: return []
    case .head: throw .truncated
    case .body(var scanner):
      try scanner.close()
      state = .done
      return [.end]
    }
  }

  private mutating func advance(to scanner: BodyScanner, _ events: inout [Event]) {
    if scanner.isDone {
      state = .done
      events.append(.end)
    } else {
      state = .body(scanner)
    }
  }
}
