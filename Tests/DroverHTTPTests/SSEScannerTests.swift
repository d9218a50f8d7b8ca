import DroverHTTP
import Testing

private func events(_ pieces: [[UInt8]], limit: Int = 1 << 20) -> [SSEEvent] {
  var scanner = SSEScanner(limit: limit)
  var events: [SSEEvent] = []
  for piece in pieces {
    var position = 0
    while let event = scanner.scan(piece.span, at: &position) { events.append(event) }
  }
  return events
}

private func events(_ text: String) -> [SSEEvent] { events([Array(text.utf8)]) }

private func data(_ text: String) -> [String] { events(text).map { String(decoding: $0.data, as: UTF8.self) } }

private let samples = [
  "data: {\"a\":1}\n\ndata: [DONE]\n\n",
  "\u{FEFF}event: message_start\r\ndata: {}\r\n\r\n: ping\r\n\r\nevent: message_stop\r\ndata: x\r\n\r\n",
  "data: a\rdata: b\r\rdata:c\r\n\rid: 7\nretry: 10\ndata\n\n",
  "data: 1\n\r\ndata: 2\r\n\ndata: unfinished\n",
]

@Suite struct SSEScannerTests {
  @Test(arguments: samples) func `every cut gives the same events`(sample: String) {
    let bytes = Array(sample.utf8)
    let whole = events([bytes])
    #expect(!whole.isEmpty)
    for cut in 0...bytes.count {
      #expect(events([Array(bytes[..<cut]), Array(bytes[cut...])]) == whole, "cut at \(cut)")
    }
    #expect(events(bytes.map { [$0] }) == whole, "byte by byte")
  }

  @Test func `ends lines at LF, CR LF and CR`() {
    #expect(data(samples[0]) == ["{\"a\":1}", "[DONE]"])
    #expect(data(samples[1]) == ["{}", "x"])
    #expect(data(samples[2]) == ["a\nb", "c", ""])
    #expect(data(samples[3]) == ["1", "2"])
    #expect(events(samples[1]).map { String(decoding: $0.name, as: UTF8.self) } == ["message_start", "message_stop"])
  }

  @Test func `takes one space off a value and no more`() {
    #expect(data("data:  a \n\ndata:b\n\ndata:\n\n") == [" a ", "b", ""])
  }

  @Test func `passes over comments, events without data, and what no empty line ends`() {
    #expect(data(":\n\n: OPENROUTER PROCESSING\n\nevent: ping\n\ndata: a\n\ndata: b") == ["a"])
    var scanner = SSEScanner()
    var position = 0
    #expect(scanner.scan(Array("data: a".utf8).span, at: &position) == nil)
    #expect(scanner.isInsideEvent)
  }

  @Test func `tells where in the stream an event ends`() {
    #expect(events("data: a\n\ndata: b\n\n").map(\.end) == [9, 18])
    #expect(events("data: a\r\n\r\ndata: b\r\n\r\n").map(\.end) == [10, 21])
  }

  @Test func `keeps no more of an event than its limit`() {
    let huge = Array(("data: " + String(repeating: "x", count: 500) + "\n\ndata: y\n\n").utf8)
    let read = events([huge], limit: 100)
    #expect(read.map(\.isCut) == [true, false])
    #expect(read[0].data.count == 94)
    #expect(read[1].data == Array("y".utf8))
  }

  @Test func `a name holds for its own event alone`() {
    #expect(events("event: a\ndata: 1\n\ndata: 2\n\n").map(\.name) == [Array("a".utf8), []])
  }
}
