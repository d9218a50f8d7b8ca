import DroverHTTP
import Testing

@Suite struct PresentedKeyTests {
  private func presented(_ lines: String...) throws -> PresentedKey {
    var scanner = RequestHeadScanner()
    var position = 0
    let bytes = Array(("GET / HTTP/1.1\r\nHost: a\r\n" + lines.map { $0 + "\r\n" }.joined() + "\r\n").utf8)
    return try #require(try scanner.scan(bytes.span, at: &position)).fields.presentedKey
  }

  private func key(_ text: String) -> PresentedKey { .key(Array(text.utf8)[...]) }

  @Test func `a key stands in either field, and the scheme in any case`() throws {
    #expect(try presented() == .none)
    #expect(try presented("Authorization: Bearer abc") == key("abc"))
    #expect(try presented("AUTHORIZATION:   bEARER   abc  ") == key("abc"))
    #expect(try presented("X-API-Key: abc") == key("abc"))
    #expect(try presented("x-api-key: abc", "authorization: Bearer abc") == key("abc"))
    #expect(try presented("Api-Key: abc", "Proxy-Authorization: Bearer abc", "Cookie: key=abc") == .none)
  }

  @Test func `keys that disagree, and a field that comes twice, are no key`() throws {
    #expect(try presented("x-api-key: a", "authorization: Bearer b") == .malformed(.disagreeing))
    #expect(try presented("authorization: Bearer b", "x-api-key: ") == .malformed(.disagreeing))
    #expect(
      try presented("authorization: Bearer a", "authorization: Bearer a") == .malformed(.repeated(.authorization)))
    #expect(try presented("x-api-key: a", "X-Api-Key: a") == .malformed(.repeated(.xAPIKey)))
    #expect(
      try presented("x-api-key: a", "authorization: Bearer a", "authorization: Basic b")
        == .malformed(.repeated(.authorization)))
  }

  @Test func `other schemes are refused even beside a key`() throws {
    #expect(try presented("authorization: Basic YTpi") == .malformed(.notBearer))
    #expect(try presented("authorization: Basic YTpi", "x-api-key: a") == .malformed(.notBearer))
    #expect(try presented("authorization: abc") == .malformed(.notBearer))
    #expect(try presented("authorization:") == .malformed(.notBearer))
    #expect(try presented("authorization: Bearerabc") == .malformed(.notBearer))
    #expect(try presented("authorization: Bearer\tabc") == .malformed(.notBearer))
  }

  @Test func `an empty, long or odd key is refused`() throws {
    #expect(try presented("authorization: Bearer") == .malformed(.empty))
    #expect(try presented("x-api-key:   ") == .malformed(.empty))
    let longest = String(repeating: "k", count: PresentedKey.longest)
    #expect(try presented("x-api-key: \(longest)") == key(longest))
    #expect(try presented("x-api-key: \(longest)k") == .malformed(.tooLong))
    for odd in ["a b", "a\tb", "schlüssel", "a\u{80}", "Bearer a"] {
      #expect(try presented("x-api-key: \(odd)") == .malformed(.characters), "\(odd)")
    }
    #expect(try presented("authorization: Bearer a, Bearer b") == .malformed(.characters))
    #expect(try presented("authorization: Bearer a Bearer b") == .malformed(.characters))
  }
}
