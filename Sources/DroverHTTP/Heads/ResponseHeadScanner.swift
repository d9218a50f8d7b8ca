/// Reads the heads of responses from bytes that come in any pieces.
package struct ResponseHeadScanner: Sendable {
  private var scanner = HeadScanner()
  private let isBodiless: Bool

  /// `isBodiless` is true for the answer to HEAD.
  package init(isBodiless: Bool = false) { self.isBodiless = isBodiless }

  /// Whether part of a head was taken.
  package var hasBegun: Bool { scanner.hasBegun }

  /// Takes bytes of `input` from `position` on, and moves it behind them; returns the head once it is complete. After
  /// that the scanner reads the next head.
  package mutating func scan(
    _ input: Span<UInt8>, at position: inout Int
  ) throws(HTTPSyntaxError) -> ReceivedResponseHead? {
    guard let fields = try scanner.scan(input, at: &position) else { return nil }
    return try ReceivedResponseHead(fields, isBodiless: isBodiless)
  }
}

/// The head of a response that an upstream sent, checked.
package struct ReceivedResponseHead: Sendable {
  package let fields: HeadFields
  /// Minor version of HTTP/1: 0 or 1.
  package let minorVersion: Int
  /// From 100 to 999.
  package let status: Int
  package let reasonRange: Range<Int>
  package let framing: BodyFraming
  package let options: ConnectionOptions

  /// Whether a final response is still to come. 101 is final: the connection speaks another protocol from there on.
  package var isInterim: Bool { status < 200 && status != 101 }
  /// Whether another request may be sent on the connection once the body is read.
  package var keepsAlive: Bool {
    framing != .untilClose && status != 101 && options.isReusable(minorVersion: minorVersion)
  }

  init(_ fields: HeadFields, isBodiless: Bool) throws(HTTPSyntaxError) {
    self.fields = fields
    let line = fields.bytes[fields.startLine]
    let start = line.startIndex
    guard line.count >= 12, line.starts(with: "HTTP/1.".utf8), line[start + 8] == HTTPByte.space,
      line.count == 12 || line[start + 12] == HTTPByte.space
    else { throw .statusLine }
    let minor = line[start + 7]
    let digits = line[(start + 9)..<(start + 12)]
    guard minor == UInt8(ascii: "0") || minor == UInt8(ascii: "1"), digits.allSatisfy(HTTPByte.isDigit) else {
      throw .statusLine
    }
    status = digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    guard status >= 100 else { throw .statusLine }
    minorVersion = Int(minor - UInt8(ascii: "0"))
    reasonRange = min(start + 13, line.endIndex)..<line.endIndex
    framing = try BodyFraming.ofResponse(fields, minorVersion: minorVersion, status: status, isBodiless: isBodiless)
    options = try ConnectionOptions(fields)
  }
}
