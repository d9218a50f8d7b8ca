/// One event of a stream of server-sent events.
package struct SSEEvent: Hashable, Sendable {
  /// The value of its last `event` field; empty where it had none.
  package var name: [UInt8]
  /// The values of its `data` fields, joined by LF.
  package var data: [UInt8]
  /// Where the event ends: bytes of the stream up to its empty line, which is counted up to its first byte of line end.
  package var end: UInt64
  /// Whether the event was larger than may be kept, so that `data` is cut short.
  package var isCut: Bool
}

/// Takes a stream of server-sent events apart, from bytes that come in any pieces (the event stream format of the HTML
/// standard, section 9.2.6): lines end in LF, CR LF or CR, a byte order mark may come first, comments are passed over,
/// an event that its empty line does not end is none.
package struct SSEScanner: Sendable {
  private var line: [UInt8] = []
  private var name: [UInt8] = []
  private var data: [UInt8] = []
  private var hasData = false
  private var isCut = false
  private var isAfterReturn = false
  private var isFirstLine = true
  private var offset: UInt64 = 0
  private let limit: Int

  /// `limit`: bytes of one event that are kept.
  package init(limit: Int = 32 << 20) { self.limit = limit }

  /// Whether the stream stands inside an event: what was read of it is lost when the stream ends here.
  package var isInsideEvent: Bool { hasData || !name.isEmpty || !line.isEmpty }

  /// The next event that ends in `input` from `position` on, which moves behind what was read. Nil: no further event
  /// ends in it.
  package mutating func scan(_ input: Span<UInt8>, at position: inout Int) -> SSEEvent? {
    while position < input.count {
      if isAfterReturn {
        isAfterReturn = false
        if input[position] == HTTPByte.lf {
          position += 1
          offset += 1
          continue
        }
      }
      let end = ByteSearch.lineEnd(input, from: position)
      append(input, position..<end)
      offset += UInt64(end - position)
      position = end
      guard position < input.count else { return nil }
      isAfterReturn = input[position] == HTTPByte.cr
      position += 1
      offset += 1
      if let event = endLine() { return event }
    }
    return nil
  }

  private mutating func append(_ input: Span<UInt8>, _ range: Range<Int>) {
    let room = limit - line.count - data.count
    if range.count > room { isCut = true }
    guard room > 0, !range.isEmpty else { return }
    input.withUnsafeBufferPointer { line.append(contentsOf: $0[range.prefix(room)]) }
  }

  private mutating func endLine() -> SSEEvent? {
    defer { line.removeAll(keepingCapacity: true) }
    if isFirstLine {
      isFirstLine = false
      if line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
    }
    guard !line.isEmpty else { return endEvent() }
    let colon = line.firstIndex(of: HTTPByte.colon) ?? line.endIndex
    let field = line[..<colon]
    guard !field.isEmpty else { return nil }
    var value = line[min(colon + 1, line.endIndex)...]
    if value.first == HTTPByte.space { value = value.dropFirst() }
    if field.elementsEqual("data".utf8) {
      if hasData { data.append(HTTPByte.lf) }
      hasData = true
      data.append(contentsOf: value)
    } else if field.elementsEqual("event".utf8) {
      name = Array(value)
    }
    return nil
  }

  private mutating func endEvent() -> SSEEvent? {
    defer {
      (name, data, hasData, isCut) = ([], [], false, false)
    }
    guard hasData else { return nil }
    return SSEEvent(name: name, data: data, end: offset, isCut: isCut)
  }
}
