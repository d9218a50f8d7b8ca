import DroverHTTP
import Testing

@Suite struct RequestHeadTests {
  @Test func `writes a request head`() {
    let head = RequestHead(method: "GET", target: "/a?b=c", fields: [HTTPField("Host", "droverd")])
    #expect(head.bytes == Array("GET /a?b=c HTTP/1.1\r\nHost: droverd\r\n\r\n".utf8))
  }

  @Test func `refuses parts that would end a line early`() {
    #expect(RequestHead(method: "G T", target: "/", fields: []).bytes == nil)
    #expect(RequestHead(method: "GET", target: "/a b", fields: []).bytes == nil)
    #expect(RequestHead(method: "GET", target: "/\r\nX: y", fields: []).bytes == nil)
    #expect(RequestHead(method: "GET", target: "/", fields: [HTTPField("A", "b\r\nC: d")]).bytes == nil)
    #expect(RequestHead(method: "GET", target: "/", fields: [HTTPField("A ", "b")]).bytes == nil)
  }

  @Test func `encodes every byte that is reserved`() {
    #expect(PercentEncoding.encode("a/b c:é~") == "a%2Fb%20c%3A%C3%A9~")
    #expect(PercentEncoding.decode("a%2Fb%20c:%c3%A9~") == "a/b c:é~")
    for half in ["%", "%4", "%zz", "%+1", "%FF"] { #expect(PercentEncoding.decode(half[...]) == nil) }
  }
}
