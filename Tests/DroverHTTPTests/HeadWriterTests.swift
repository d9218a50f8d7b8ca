import DroverHTTP
import Testing

private func head(_ text: String) throws -> ReceivedRequestHead {
  var scanner = RequestHeadScanner()
  var position = 0
  return try #require(try scanner.scan(Array(text.utf8).span, at: &position))
}

@Suite struct HeadWriterTests {
  @Test func `writes a request and a status line`() {
    var request = HeadWriter(method: "POST".utf8, target: "/v1/messages?beta=true".utf8)
    request.add("Host", "api.anthropic.com")
    request.add("Content-Length", 12)
    request.add(name: "X-A", "b")
    #expect(
      request.finish()
        == Array(
          "POST /v1/messages?beta=true HTTP/1.1\r\nHost: api.anthropic.com\r\nContent-Length: 12\r\nX-A: b\r\n\r\n".utf8
        ))
    #expect(HeadWriter(status: 429).finish() == Array("HTTP/1.1 429 Too Many Requests\r\n\r\n".utf8))
  }

  @Test func `a part that would end a line early spoils the head`() {
    #expect(HeadWriter(method: "GE T".utf8, target: "/".utf8).finish() == nil)
    #expect(HeadWriter(method: "".utf8, target: "/".utf8).finish() == nil)
    #expect(HeadWriter(method: "GET".utf8, target: "/ HTTP/1.1\r\nX: y".utf8).finish() == nil)
    #expect(HeadWriter(method: "GET".utf8, target: "".utf8).finish() == nil)
    #expect(HeadWriter(method: "GET".utf8, target: "a".utf8).finish() == nil)
    var value = HeadWriter(status: 200)
    value.add("A", "b\r\nC: d")
    #expect(value.finish() == nil)
    var name = HeadWriter(status: 200)
    name.add(name: "A:", "b")
    #expect(name.finish() == nil)
    #expect(HeadWriter(status: 20).finish() == nil)
  }

  @Test func `what was for this server or this connection does not go on`() throws {
    let head = try head(
      """
      POST / HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer sk-client\r\nX-API-Key: k\r\nCookie: a=b\r\n\
      Connection: keep-alive, X-Secret\r\nx-secret: s\r\nTE: trailers\r\nUpgrade: h2c\r\nKeep-Alive: timeout=5\r\n\
      Proxy-Authorization: p\r\nOpenAI-Organization: o\r\nAccept-Encoding: gzip\r\nContent-Length: 2\r\nX-Drover-Key: k\r\n\
      Anthropic-Version: 2023-06-01\r\nAnthropic-Beta: b\r\nContent-Type: application/json\r\n\r\n
      """)
    var writer = HeadWriter(method: "POST".utf8, target: "/".utf8)
    writer.copy(head.fields, head.options) { $0.endsAtProxy }
    let text = String(decoding: try #require(writer.finish()), as: UTF8.self)
    #expect(
      text == "POST / HTTP/1.1\r\nAnthropic-Version: 2023-06-01\r\nAnthropic-Beta: b\r\n"
        + "Content-Type: application/json\r\n\r\n")
  }

  @Test func `what speaks for the provider's host does not reach the client`() throws {
    let answer = Array(
      """
      HTTP/1.1 200 OK\r\nServer: x\r\nDate: d\r\nSet-Cookie: a=b\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\
      Alt-Svc: h3\r\nStrict-Transport-Security: max-age=1\r\nX-Drover-Cost: 0\r\nX-Request-ID: r\r\nRetry-After: 1\r\n\r\n
      """.utf8)
    var scanner = ResponseHeadScanner()
    var position = 0
    let head = try #require(try scanner.scan(answer.span, at: &position))
    var writer = HeadWriter(status: head.status)
    writer.copy(head.fields, head.options) { $0.endsAtClient }
    let text = String(decoding: try #require(writer.finish()), as: UTF8.self)
    #expect(text == "HTTP/1.1 200 OK\r\nDate: d\r\nX-Request-ID: r\r\nRetry-After: 1\r\n\r\n")
    #expect(!head.keepsAlive)
  }
}
