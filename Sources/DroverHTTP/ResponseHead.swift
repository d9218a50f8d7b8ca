/// The status line and header of a response, and what they say about where its body ends.
package struct ResponseHead: Hashable, Sendable {
  /// Minor version of HTTP/1: 0 or 1.
  package var minorVersion: Int
  package var status: Int
  package var reason: String
  package var fields: [HTTPField]
  package var framing: BodyFraming

  package init(minorVersion: Int = 1, status: Int, reason: String, fields: [HTTPField], framing: BodyFraming) {
    self.minorVersion = minorVersion
    self.status = status
    self.reason = reason
    self.fields = fields
    self.framing = framing
  }
}

/// Where a body ends, RFC 9112 section 6.3.
package enum BodyFraming: Hashable, Sendable {
  case none
  case length(UInt64)
  case chunked
  /// At the end of the connection.
  case untilClose
}

extension ResponseHead {
  /// Reads a whole head: lines that end in CR LF, the empty last line included. The line ends were checked before.
  /// `isBodiless` is true for the answer to HEAD.
  init(_ head: ArraySlice<UInt8>, isBodiless: Bool) throws(HTTPSyntaxError) {
    var lines = head.split(separator: HTTPByte.lf).map { $0.dropLast() }
    while lines.last?.isEmpty == true { lines.removeLast() }
    guard let first = lines.first else { throw .statusLine }
    (minorVersion, status, reason) = try ResponseHead.statusLine(first)
    fields = []
    for line in lines.dropFirst() { fields.append(try ResponseHead.field(line)) }
    framing = try ResponseHead.framing(of: fields, status: status, isBodiless: isBodiless)
  }

  private static func statusLine(_ line: ArraySlice<UInt8>) throws(HTTPSyntaxError) -> (Int, Int, String) {
    let start = line.startIndex
    guard line.count >= 12, line.starts(with: "HTTP/1.".utf8), line[start + 8] == HTTPByte.space,
      line.count == 12 || line[start + 12] == HTTPByte.space
    else { throw .statusLine }
    let minor = line[start + 7]
    let digits = line[(start + 9)..<(start + 12)]
    guard minor == UInt8(ascii: "0") || minor == UInt8(ascii: "1"), digits.allSatisfy(HTTPByte.isDigit),
      let status = Int(String(decoding: digits, as: UTF8.self)), status >= 100
    else { throw .statusLine }
    return (Int(minor - UInt8(ascii: "0")), status, String(decoding: line.dropFirst(13), as: UTF8.self))
  }

  private static func field(_ line: ArraySlice<UInt8>) throws(HTTPSyntaxError) -> HTTPField {
    if line.first == HTTPByte.space || line.first == HTTPByte.tab { throw .foldedLine }
    guard let colon = line.firstIndex(of: HTTPByte.colon), colon > line.startIndex,
      line[..<colon].allSatisfy(HTTPByte.isToken)
    else { throw .headerName }
    return HTTPField(
      String(decoding: line[..<colon], as: UTF8.self),
      String(decoding: HTTPByte.trimmed(line[(colon + 1)...]), as: UTF8.self))
  }

  private static func framing(
    of fields: [HTTPField], status: Int, isBodiless: Bool
  ) throws(HTTPSyntaxError) -> BodyFraming {
    let codings = fields.values(named: "transfer-encoding")
    let lengths = fields.values(named: "content-length")
    if !codings.isEmpty {
      guard lengths.isEmpty else { throw .contentLength }
      guard codings.count == 1, codings[0].lowercased() == "chunked" else { throw .transferEncoding }
    }
    var length: UInt64?
    for text in lengths {
      guard !text.isEmpty, text.utf8.count <= 18, text.utf8.allSatisfy(HTTPByte.isDigit), let value = UInt64(text),
        length == nil || length == value
      else { throw .contentLength }
      length = value
    }
    if isBodiless || status == 204 || status == 304 || status < 200 { return .none }
    if !codings.isEmpty { return .chunked }
    return length.map { .length($0) } ?? .untilClose
  }
}
