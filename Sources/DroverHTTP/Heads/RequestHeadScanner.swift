/// Reads the heads of requests from bytes that come in any pieces.
package struct RequestHeadScanner: Sendable {
  private var scanner = HeadScanner(mayBeginEmpty: true)

  package init() {}

  /// Whether part of a head was taken.
  package var hasBegun: Bool { scanner.hasBegun }

  /// Takes bytes of `input` from `position` on, and moves it behind them; returns the head once it is complete. After
  /// that, or after an error, the scanner is not used again.
  package mutating func scan(
    _ input: Span<UInt8>, at position: inout Int
  ) throws(HTTPSyntaxError) -> ReceivedRequestHead? {
    guard let fields = try scanner.scan(input, at: &position) else { return nil }
    return try ReceivedRequestHead(fields)
  }
}

/// The head of a request that a client sent, checked: its framing is unambiguous, and its target is a path.
package struct ReceivedRequestHead: Sendable {
  package let fields: HeadFields
  package let method: HTTPMethod
  /// Where the method as it was written stands.
  package let methodRange: Range<Int>
  /// Where path and query stand, percent-encoded; `*` for OPTIONS of the whole server.
  package let targetRange: Range<Int>
  /// Minor version of HTTP/1: 0 or 1.
  package let minorVersion: Int
  /// Never until the end of the connection.
  package let framing: BodyFraming
  package let options: ConnectionOptions
  /// Whether the client waits for `100 Continue` before it sends the body.
  package let expectsContinue: Bool

  package var target: String { fields.text(targetRange) }
  /// Whether another request may follow on the connection.
  package var keepsAlive: Bool { options.isReusable(minorVersion: minorVersion) }

  init(_ fields: HeadFields) throws(HTTPSyntaxError) {
    self.fields = fields
    let line = fields.bytes[fields.startLine]
    guard let first = line.firstIndex(of: HTTPByte.space),
      let last = line[(first + 1)...].firstIndex(of: HTTPByte.space)
    else { throw .requestLine }
    methodRange = line.startIndex..<first
    targetRange = (first + 1)..<last
    guard !methodRange.isEmpty, line[methodRange].allSatisfy(HTTPByte.isToken) else { throw .requestLine }
    method = HTTPMethod(line[methodRange])
    let version = line[(last + 1)...]
    guard version.count == 8, version.starts(with: "HTTP/".utf8), !version.contains(HTTPByte.space) else {
      throw .requestLine
    }
    guard version.starts(with: "HTTP/1.".utf8), let minor = version.last,
      minor == UInt8(ascii: "0") || minor == UInt8(ascii: "1")
    else { throw .version }
    minorVersion = Int(minor - UInt8(ascii: "0"))
    let target = line[targetRange]
    guard target.first == UInt8(ascii: "/") || method == .options && target.elementsEqual("*".utf8),
      target.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") })
    else { throw .requestLine }
    framing = try BodyFraming.ofRequest(fields, minorVersion: minorVersion)
    options = try ConnectionOptions(fields)
    expectsContinue = try Self.expectation(fields)
    try Self.checkHost(fields, minorVersion)
  }

  private static func expectation(_ fields: HeadFields) throws(HTTPSyntaxError) -> Bool {
    guard fields.count(of: .expect) > 0 else { return false }
    guard let value = fields.only(.expect), HTTPByte.equal(value, "100-continue") else { throw .expectation }
    return true
  }

  /// RFC 9112 section 3.2: one Host, which holds a host and perhaps a port; never a user, a path or a space.
  private static func checkHost(_ fields: HeadFields, _ minorVersion: Int) throws(HTTPSyntaxError) {
    switch fields.count(of: .host) {
    case 0: if minorVersion == 1 { throw .host }
    case 1:
      guard let host = fields.value(of: .host), host.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !isForeign($0) }) else {
        throw .host
      }
    default: throw .host
    }
  }

  private static func isForeign(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "/"), UInt8(ascii: "@"), UInt8(ascii: "?"), UInt8(ascii: "#"), UInt8(ascii: ","),
      UInt8(ascii: "\\"):
      true
    default: false
    }
  }
}
