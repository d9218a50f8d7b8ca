import DroverHTTP
import Testing

/// What a response comes to, however its bytes are cut.
private enum Outcome: Equatable {
  case complete(ResponseHead, [UInt8])
  case incomplete(ResponseHead?, [UInt8])
  case refused(HTTPSyntaxError)
}

private func scan(_ pieces: [[UInt8]], closes: Bool = true, isBodiless: Bool = false) -> Outcome {
  var scanner = ResponseScanner(isBodiless: isBodiless)
  var (head, body, ended): (ResponseHead?, [UInt8], Bool) = (nil, [], false)
  do throws(HTTPSyntaxError) {
    var events: [ResponseScanner.Event] = []
    for piece in pieces { events += try scanner.feed(piece) }
    if closes { events += try scanner.finish() }
    for event in events {
      switch event {
      case .head(let value): head = value
      case .body(let bytes): body += bytes
      case .end: ended = true
      }
    }
  } catch {
    return .refused(error)
  }
  guard ended, let head else { return .incomplete(head, body) }
  return .complete(head, body)
}

private func scan(_ text: String, closes: Bool = true) -> Outcome { scan([Array(text.utf8)], closes: closes) }

private let samples = [
  "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n3;a=b\r\n yo\r\n0\r\nX: y\r\n\r\n",
  "HTTP/1.0 200\r\nx: 1\r\n\r\nuntil the end",
  "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
  "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n",
  "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel",
  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhelloX",
  "HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n",
  "HTTP/1.1 200 OK\r\nA : b\r\n\r\n",
]

@Suite struct ResponseScannerTests {
  @Test(arguments: samples) func `every cut gives the same events`(sample: String) {
    let bytes = Array(sample.utf8)
    let whole = scan([bytes])
    for cut in 0...bytes.count {
      #expect(scan([Array(bytes[..<cut]), Array(bytes[cut...])]) == whole, "cut at \(cut)")
    }
    #expect(scan(bytes.map { [$0] }) == whole, "byte by byte")
  }

  @Test func `reads a body by its length and leaves what follows`() throws {
    guard case .complete(let head, let body) = scan(samples[0] + "HTTP/1.1 500") else {
      Issue.record("not complete")
      return
    }
    #expect(head.status == 200)
    #expect(head.reason == "OK")
    #expect(head.fields.values(named: "CONTENT-LENGTH") == ["5"])
    #expect(body == Array("hello".utf8))
  }

  @Test func `joins chunks and drops extensions and trailers`() {
    guard case .complete(let head, let body) = scan(samples[1], closes: false) else {
      Issue.record("not complete")
      return
    }
    #expect(head.framing == .chunked)
    #expect(body == Array("hello yo".utf8))
  }

  @Test func `reads to the end of the connection without a length`() {
    guard case .complete(let head, let body) = scan(samples[2]) else {
      Issue.record("not complete")
      return
    }
    #expect(head.minorVersion == 0)
    #expect(body == Array("until the end".utf8))
    #expect(scan(samples[2], closes: false) == .incomplete(head, body))
  }

  @Test func `expects no body after HEAD, 204 and 304`() {
    let answer = Array("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n".utf8)
    guard case .complete(_, let body) = scan([answer], closes: false, isBodiless: true) else {
      Issue.record("not complete")
      return
    }
    #expect(body.isEmpty)
    guard case .complete = scan("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", closes: false) else {
      Issue.record("304 waits for a body")
      return
    }
  }

  @Test(arguments: [
    ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", HTTPSyntaxError.contentLength),
    ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", .contentLength),
    ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n", .contentLength),
    ("HTTP/1.1 200 OK\r\nContent-Length: 1, 2\r\n\r\n", .contentLength),
    ("HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\n", .contentLength),
    ("HTTP/1.1 200 OK\r\nContent-Length: \r\n\r\n", .contentLength),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", .transferEncoding),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", .transferEncoding),
    ("HTTP/1.1 200 OK\nA: b\n\n", .bareLineEnd),
    ("HTTP/1.1 200 OK\rA: b\r\n\r\n", .bareLineEnd),
    ("HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n", .foldedLine),
    ("HTTP/1.1 200 OK\r\nA : b\r\n\r\n", .headerName),
    ("HTTP/1.1 200 OK\r\n: b\r\n\r\n", .headerName),
    ("HTTP/1.1 200 OK\r\nno colon\r\n\r\n", .headerName),
    ("HTTP/1.1 200 OK\r\nA: \u{0}\r\n\r\n", .controlCharacter),
    ("HTTP/2 200\r\n\r\n", .statusLine),
    ("HTTP/1.1 20 OK\r\n\r\n", .statusLine),
    ("HTTP/1.1 2000\r\n\r\n", .statusLine),
    ("\r\n\r\n", .statusLine),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nG\r\n", .chunk),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n", .chunk),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1000000000000000\r\n", .chunk),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\naX", .chunk),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\na\r\n", .bareLineEnd),
    ("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", .transferEncoding),
    ("HTTP/1.1 200 OK\r\nConnection: a b\r\n\r\n", .connection),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;\u{0}\r\n", .controlCharacter),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1 ;a\r\n", .chunk),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nno colon\r\n\r\n", .headerName),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n a: b\r\n\r\n", .headerName),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\na: b\n", .bareLineEnd),
    ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel", .truncated),
    ("HTTP/1.1 200", .truncated),
  ])
  func `refuses what is ambiguous`(text: String, error: HTTPSyntaxError) {
    #expect(scan(text) == .refused(error))
  }

  @Test func `takes no larger head and no longer chunk line than its bounds`() {
    let filler = String(repeating: "a", count: HTTPLimits.headBytes)
    #expect(scan("HTTP/1.1 200 OK\r\nA: \(filler)\r\n\r\n") == .refused(.headTooLarge))
    let fields = String(repeating: "a: b\r\n", count: HTTPLimits.fields)
    guard case .complete = scan("HTTP/1.1 204 No\r\n\(fields)\r\n") else {
      Issue.record("refused")
      return
    }
    #expect(scan("HTTP/1.1 204 No\r\na: b\r\n\(fields)\r\n") == .refused(.tooManyFields))
    let line = "5;" + String(repeating: "x", count: HTTPLimits.chunkLineBytes)
    #expect(scan("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\(line)") == .refused(.chunkLineTooLong))
    let wasteful = "1;" + String(repeating: "x", count: 4000) + "\r\na\r\n"
    let body = String(repeating: wasteful, count: 5)
    #expect(scan("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\(body)") == .refused(.chunkLineTooLong))
  }
}
