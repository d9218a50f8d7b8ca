import DroverHTTP
import DroverTestKit
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

/// What NIO's reader makes of the same bytes; nil where it refuses them or waits for more.
private struct NIOReading {
  var line = ""
  var fields: [HTTPField] = []
  var body: [UInt8] = []
  var isComplete = false

  /// NIO leaves the spaces behind a value, which are no part of it (RFC 9112 section 5.1).
  private static func field(_ name: String, _ value: String) -> HTTPField {
    HTTPField(name, String(value.reversed().drop { $0 == " " || $0 == "\t" }.reversed()))
  }

  static func request(_ bytes: [UInt8]) -> NIOReading? {
    let channel = EmbeddedChannel()
    defer { _ = try? channel.finish(acceptAlreadyClosed: true) }
    var reading = NIOReading()
    do {
      try channel.pipeline.syncOperations.addHandler(
        ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes)))
      try channel.writeInbound(ByteBuffer(bytes: bytes))
      while !reading.isComplete, let part = try channel.readInbound(as: HTTPServerRequestPart.self) {
        switch part {
        case .head(let head):
          reading.line = "\(head.method.rawValue) \(head.uri) \(head.version.major).\(head.version.minor)"
          reading.fields = head.headers.map(field)
        case .body(let buffer): reading.body += buffer.readableBytesView
        case .end: reading.isComplete = true
        }
      }
    } catch {
      return nil
    }
    return reading
  }

  static func response(_ bytes: [UInt8]) -> NIOReading? {
    let channel = EmbeddedChannel()
    defer { _ = try? channel.finish(acceptAlreadyClosed: true) }
    var reading = NIOReading()
    do {
      try channel.pipeline.syncOperations.addHandlers([
        HTTPRequestEncoder(), ByteToMessageHandler(HTTPResponseDecoder(leftOverBytesStrategy: .dropBytes)),
      ])
      try channel.writeOutbound(
        HTTPClientRequestPart.head(HTTPRequestHead(version: .http1_1, method: .GET, uri: "/", headers: ["Host": "a"])))
      try channel.writeOutbound(HTTPClientRequestPart.end(nil))
      try channel.writeInbound(ByteBuffer(bytes: bytes))
      channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
      while !reading.isComplete, let part = try channel.readInbound(as: HTTPClientResponsePart.self) {
        switch part {
        case .head(let head) where head.status.code < 200: continue
        case .head(let head):
          reading.line = "\(head.version.major).\(head.version.minor) \(head.status.code)"
          reading.fields = head.headers.map(field)
        case .body(let buffer): reading.body += buffer.readableBytesView
        case .end: reading.isComplete = true
        }
      }
    } catch {
      return nil
    }
    return reading
  }
}

private let requests = [
  "POST /v1/chat HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nX: a  b \r\n\r\n{} \n",
  "POST / HTTP/1.1\r\nhost:a\r\nTransfer-Encoding: chunked\r\n\r\nA;b=c\r\n0123456789\r\n1\r\nx\r\n0\r\nT: u\r\n\r\n",
  "GET /a?b=%20 HTTP/1.0\r\nX:\r\n\r\n",
]
private let responses = [
  "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nX:  y\t\r\n\r\nabc",
  "HTTP/1.1 100 Go\r\n\r\nHTTP/1.1 404 Not\r\nContent-Length: 1\r\n\r\nx",
  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", "HTTP/1.1 200\r\n\r\nuntil the end",
]
private let alphabet = Array("\r\n :;,0aA\tchunkedContent-Length".utf8)

/// A reader that is widely used is asked for a second opinion: where both accept a message, they must read the same.
/// What this one refuses and the other takes is the strictness that is wanted.
@Suite struct DifferentialTests {
  @Test func `requests read as NIO reads them`() {
    var random = SplitMix64(seed: 6)
    var agreed = 0
    for number in 0..<FuzzRun.cases(share: 1) {
      var bytes = Array(requests[number % requests.count].utf8)
      FuzzRun.mutate(&bytes, alphabet: alphabet, using: &random)
      guard let ours = (try? readRequest([bytes])) ?? nil, ours.isComplete, let theirs = NIOReading.request(bytes)
      else { continue }
      guard theirs.isComplete, ours.line == theirs.line, ours.fields == theirs.fields,
        ours.body == theirs.body
      else {
        Issue.record("\(String(decoding: bytes, as: UTF8.self).debugDescription): \(ours) and \(theirs)")
        return
      }
      agreed += 1
    }
    #expect(agreed > 200)
  }

  @Test func `responses read as NIO reads them`() {
    var random = SplitMix64(seed: 7)
    var agreed = 0
    for number in 0..<FuzzRun.cases(share: 1) {
      var bytes = Array(responses[number % responses.count].utf8)
      FuzzRun.mutate(&bytes, alphabet: alphabet, using: &random)
      guard let ours = read(bytes), let theirs = NIOReading.response(bytes) else { continue }
      guard theirs.isComplete, ours.line == theirs.line, ours.fields == theirs.fields, ours.body == theirs.body else {
        Issue.record("\(String(decoding: bytes, as: UTF8.self).debugDescription): \(ours) and \(theirs)")
        return
      }
      agreed += 1
    }
    #expect(agreed > 200)
  }

  /// A complete response; nil where it is refused or cut.
  private func read(_ bytes: [UInt8]) -> NIOReading? {
    var scanner = ResponseScanner()
    guard let events = try? scanner.feed(bytes) + scanner.finish() else { return nil }
    var reading = NIOReading()
    for event in events {
      switch event {
      case .head(let head):
        if head.status == 101 { return nil }
        reading.line = "1.\(head.minorVersion) \(head.status)"
        reading.fields = head.fields
      case .body(let piece): reading.body += piece
      case .end: reading.isComplete = true
      }
    }
    return reading.isComplete ? reading : nil
  }
}
