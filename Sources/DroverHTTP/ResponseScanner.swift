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
    case length(UInt64)
    case chunked(ChunkScanner)
    case untilClose
    case done
  }

  private var state: State
  private let isBodiless: Bool

  /// `isBodiless` is true for the answer to HEAD.
  package init(isBodiless: Bool = false) {
    self.isBodiless = isBodiless
    state = .head(ResponseHeadScanner(isBodiless: isBodiless))
  }

  package var isDone: Bool { if case .done = state { true } else { false } }

  /// What `bytes` add. Bytes behind the end of the response are left alone: one connection, one request.
  package mutating func feed(_ bytes: [UInt8]) throws(HTTPSyntaxError) -> [Event] {
    var rest = bytes[...]
    var events: [Event] = []
    while !rest.isEmpty, !isDone {
      switch state {
      case .head(var scanner):
        let head = try scanner.scan(&rest)
        state = .head(scanner)
        if let head { begin(head, &events) }
      case .length(let left):
        let piece = rest.prefix(Int(min(left, UInt64(rest.count))))
        rest = rest.dropFirst(piece.count)
        events.append(.body(Array(piece)))
        advance(to: left == UInt64(piece.count) ? .done : .length(left - UInt64(piece.count)), &events)
      case .chunked(var scanner):
        if let piece = try scanner.scan(&rest) { events.append(.body(Array(piece))) }
        advance(to: scanner.isDone ? .done : .chunked(scanner), &events)
      case .untilClose:
        events.append(.body(Array(rest)))
        rest = []
      case .done: break
      }
    }
    return events
  }

  /// The connection has ended.
  package mutating func finish() throws(HTTPSyntaxError) -> [Event] {
    switch state {
    case .done: return []
    case .untilClose:
      state = .done
      return [.end]
    case .head, .length, .chunked: throw .truncated
    }
  }

  private mutating func begin(_ head: ResponseHead, _ events: inout [Event]) {
    guard head.status >= 200 || head.status == 101 else {
      state = .head(ResponseHeadScanner(isBodiless: isBodiless))
      return
    }
    events.append(.head(head))
    switch head.framing {
    case .none, .length(0): advance(to: .done, &events)
    case .length(let count): state = .length(count)
    case .chunked: state = .chunked(ChunkScanner())
    case .untilClose: state = .untilClose
    }
  }

  private mutating func advance(to next: State, _ events: inout [Event]) {
    state = next
    if isDone { events.append(.end) }
  }
}
