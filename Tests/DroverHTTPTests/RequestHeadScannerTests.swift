import DroverHTTP
import Testing

/// What one request comes to, however its bytes are cut.
struct ReadRequest: Equatable {
  var line: String
  var fields: [HTTPField]
  var framing: BodyFraming
  var body: [UInt8]
  var isComplete: Bool
  /// What follows the request.
  var rest: [UInt8]
}

/// Reads one request from pieces, as a connection would.
func readRequest(_ pieces: [[UInt8]]) throws(HTTPSyntaxError) -> ReadRequest? {
  var scanner = RequestHeadScanner()
  var (head, body): (ReceivedRequestHead?, BodyScanner?) = (nil, nil)
  var read = ReadRequest(line: "", fields: [], framing: .none, body: [], isComplete: false, rest: [])
  for piece in pieces {
    let input = piece.span
    var position = 0
    if head == nil {
      guard let found = try scanner.scan(input, at: &position) else { continue }
      head = found
      body = BodyScanner(found.framing)
      read.line = "\(found.fields.text(found.methodRange)) \(found.target) 1.\(found.minorVersion)"
      (read.fields, read.framing) = (found.fields.list, found.framing)
    }
    while position < input.count, body?.isDone == false {
      if let data = try body?.next(input, at: &position) { read.body += piece[data] }
    }
    read.rest += piece[position...]
  }
  guard head != nil else { return nil }
  read.isComplete = body?.isDone == true
  return read
}

func readRequest(_ text: String) throws(HTTPSyntaxError) -> ReadRequest? { try readRequest([Array(text.utf8)]) }

private let samples = [
  "POST /v1/chat/completions HTTP/1.1\r\nHost: a:1\r\nContent-Length: 2\r\n\r\n{}GET / HTTP/1.1\r\n",
  "POST / HTTP/1.1\r\nhost:a\r\ntransfer-encoding:\tChunked \r\n\r\n2;x=\"y\"\r\n{}\r\n0\r\nA: b\r\n\r\nrest",
  "\r\nGET /a?b=%20c HTTP/1.0\r\nX:\r\nY: a  b \r\n\r\n",
  "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
  "GET / HTTP/1.1\r\nHost: a\r\nA : b\r\n\r\n",
  "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
]

@Suite struct RequestHeadScannerTests {
  @Test(arguments: samples) func `every cut of a request reads the same`(sample: String) {
    let bytes = Array(sample.utf8)
    func outcome(_ pieces: [[UInt8]]) -> Result<ReadRequest?, HTTPSyntaxError> {
      do throws(HTTPSyntaxError) { return .success(try readRequest(pieces)) } catch { return .failure(error) }
    }
    let whole = outcome([bytes])
    for cut in 0...bytes.count {
      #expect(outcome([Array(bytes[..<cut]), Array(bytes[cut...])]) == whole, "cut at \(cut)")
    }
    #expect(outcome(bytes.map { [$0] }) == whole, "byte by byte")
  }

  @Test func `reads a request and leaves the next one`() throws {
    let read = try #require(try readRequest(samples[0]))
    #expect(read.line == "POST /v1/chat/completions 1.1")
    #expect(read.fields == [HTTPField("Host", "a:1"), HTTPField("Content-Length", "2")])
    #expect(read.body == Array("{}".utf8))
    #expect(read.rest == Array("GET / HTTP/1.1\r\n".utf8))
  }

  @Test func `reads a chunked body and trims values`() throws {
    let chunked = try #require(try readRequest(samples[1]))
    #expect(chunked.framing == .chunked)
    #expect(chunked.body == Array("{}".utf8))
    #expect(chunked.rest == Array("rest".utf8))
    let trimmed = try #require(try readRequest(samples[2]))
    #expect(trimmed.fields == [HTTPField("X", ""), HTTPField("Y", "a  b")])
    #expect(trimmed.line == "GET /a?b=%20c 1.0")
  }

  @Test(arguments: [
    (
      "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
      HTTPSyntaxError.contentLength
    ),
    ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n", .contentLength),
    ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1,1\r\n\r\n", .contentLength),
    ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", .contentLength),
    ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x1\r\n\r\n", .contentLength),
    ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000000000000\r\n\r\n", .contentLength),
    ("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", .transferEncoding),
    ("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, chunked\r\n\r\n", .transferEncoding),
    ("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n", .transferEncoding),
    ("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \u{B}chunked\r\n\r\n", .controlCharacter),
    ("GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", .transferEncoding),
    ("GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n", .foldedLine),
    ("GET / HTTP/1.1\r\nHost: a\r\n\tX: b\r\n\r\n", .foldedLine),
    ("GET / HTTP/1.1\r\nHost : a\r\n\r\n", .headerName),
    ("GET / HTTP/1.1\r\nHost: a\r\nX\u{0}: b\r\n\r\n", .controlCharacter),
    ("GET / HTTP/1.1\r\nHost: a\r\nX: b\u{0}\r\n\r\n", .controlCharacter),
    ("GET / HTTP/1.1\r\nHost: a\r\nX: b\rY: c\r\n\r\n", .bareLineEnd),
    ("GET / HTTP/1.1\nHost: a\n\n", .bareLineEnd),
    ("GET / HTTP/1.1\r\nHost: a\r\n\n", .bareLineEnd),
    ("GET / HTTP/1.1\r\nHost: a\r\nX: b\n\r\n", .bareLineEnd),
    ("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", .requestLine),
    ("GET / HTTP/1.1\r\n\r\n", .host),
    ("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", .host),
    ("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", .host),
    ("GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", .host),
    ("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", .host),
    ("GET  / HTTP/1.1\r\nHost: a\r\n\r\n", .requestLine),
    ("GET / x HTTP/1.1\r\nHost: a\r\n\r\n", .requestLine),
    ("GET / HTTP/1.1 \r\nHost: a\r\n\r\n", .requestLine),
    ("GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", .requestLine),
    (" GET / HTTP/1.1\r\nHost: a\r\n\r\n", .requestLine),
    ("G(T / HTTP/1.1\r\nHost: a\r\n\r\n", .requestLine),
    ("GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", .requestLine),
    ("CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", .requestLine),
    ("GET * HTTP/1.1\r\nHost: a\r\n\r\n", .requestLine),
    ("GET /#a HTTP/1.1\r\nHost: a\r\n\r\n", .requestLine),
    ("GET /\u{E9} HTTP/1.1\r\nHost: a\r\n\r\n", .requestLine),
    ("GET / HTTP/2.0\r\nHost: a\r\n\r\n", .version),
    ("GET / HTTP/1.2\r\nHost: a\r\n\r\n", .version),
    ("GET / http/1.1\r\nHost: a\r\n\r\n", .requestLine),
    ("GET /\r\n\r\n", .requestLine),
    ("GET / HTTP/1.1\r\nHost: a\r\nContent-Encoding: gzip\r\n\r\n", .contentEncoding),
    ("GET / HTTP/1.1\r\nHost: a\r\nExpect: 200-ok\r\n\r\n", .expectation),
    ("GET / HTTP/1.1\r\nHost: a\r\nConnection: close;x\r\n\r\n", .connection),
  ])
  func `refuses a request that two readers could read in two ways`(text: String, error: HTTPSyntaxError) {
    #expect(throws: error) { try readRequest(text) }
  }

  @Test func `refuses a head of too many bytes or fields with 431`() {
    let long = "GET / HTTP/1.1\r\nHost: a\r\nX: " + String(repeating: "a", count: HTTPLimits.headBytes)
    #expect(throws: HTTPSyntaxError.headTooLarge) { try readRequest(long) }
    let many = "GET / HTTP/1.1\r\nHost: a\r\n" + String(repeating: "a: b\r\n", count: 100) + "\r\n"
    #expect(throws: HTTPSyntaxError.tooManyFields) { try readRequest(many) }
    #expect(HTTPSyntaxError.headTooLarge.status == 431 && HTTPSyntaxError.tooManyFields.status == 431)
    #expect(HTTPSyntaxError.contentEncoding.status == 415 && HTTPSyntaxError.expectation.status == 417)
    #expect(HTTPSyntaxError.version.status == 505 && HTTPSyntaxError.contentLength.status == 400)
  }

  @Test(arguments: [
    ("1.1", "", true), ("1.1", "Connection: close\r\n", false), ("1.1", "Connection: x, CLOSE\r\n", false),
    ("1.0", "", false), ("1.0", "Connection: keep-alive\r\n", true),
    ("1.1", "Connection: keep-alive\r\nConnection: close\r\n", false),
  ])
  func `tells whether another request may follow`(version: String, field: String, keepsAlive: Bool) throws {
    let bytes = Array("GET / HTTP/\(version)\r\nHost: a\r\n\(field)\r\n".utf8)
    var scanner = RequestHeadScanner()
    var position = 0
    let head = try #require(try scanner.scan(bytes.span, at: &position))
    #expect(head.keepsAlive == keepsAlive)
  }

  @Test func `answers an expectation`() throws {
    let bytes = Array("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n\r\n".utf8)
    var scanner = RequestHeadScanner()
    var position = 0
    #expect(try scanner.scan(bytes.span, at: &position)?.expectsContinue == true)
  }
}
