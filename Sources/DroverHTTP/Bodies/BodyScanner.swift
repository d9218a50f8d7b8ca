/// Finds the data of one body in bytes that come in any pieces, and its end.
package struct BodyScanner: Sendable {
  private enum State: Sendable {
    case length(UInt64)
    case chunked(ChunkScanner)
    case untilClose
    case done
  }

  private var state: State

  package init(_ framing: BodyFraming) {
    state =
      switch framing {
      case .none, .length(0): .done
      case .length(let count): .length(count)
      case .chunked: .chunked(ChunkScanner())
      case .untilClose: .untilClose
      }
  }

  package var isDone: Bool { if case .done = state { true } else { false } }

  /// The range in `input` of the next piece of data from `position` on, which moves behind what was taken. Nil: more
  /// bytes are needed, or the body is done; what follows it is not taken.
  package mutating func next(_ input: Span<UInt8>, at position: inout Int) throws(HTTPSyntaxError) -> Range<Int>? {
    guard position < input.count else { return nil }
    let start = position
    switch state {
    case .length(let left):
      let count = Int(min(left, UInt64(input.count - position)))
      position += count
      state = left == UInt64(count) ? .done : .length(left - UInt64(count))
      return start..<position
    case .chunked(var scanner):
      let piece = try scanner.scan(input, at: &position)
      state = scanner.isDone ? .done : .chunked(scanner)
      return piece
    case .untilClose:
      position = input.count
      return start..<position
    case .done: return nil
    }
  }

  /// The connection has ended.
  package mutating func close() throws(HTTPSyntaxError) {
    switch state {
    case .done: break
    case .untilClose: state = .done
    case .length, .chunked: throw .truncated
    }
  }
}
