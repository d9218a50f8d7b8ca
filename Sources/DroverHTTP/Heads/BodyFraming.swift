/// Where a body ends, RFC 9112 section 6.3.
package enum BodyFraming: Hashable, Sendable {
  case none
  case length(UInt64)
  case chunked
  /// At the end of the connection.
  case untilClose
}

extension BodyFraming {
  /// What a request's fields say. A compressed body is refused with what could not be read.
  static func ofRequest(_ fields: HeadFields, minorVersion: Int) throws(HTTPSyntaxError) -> BodyFraming {
    let declared = try declared(fields, minorVersion)
    for entry in fields.entries where entry.known == .contentEncoding {
      guard HTTPByte.equal(fields.bytes[entry.value], "identity") else { throw .contentEncoding }
    }
    return declared ?? .none
  }

  /// What a response's fields say; `isBodiless` is true for the answer to HEAD.
  static func ofResponse(
    _ fields: HeadFields, minorVersion: Int, status: Int, isBodiless: Bool
  ) throws(HTTPSyntaxError) -> BodyFraming {
    let declared = try declared(fields, minorVersion)
    if isBodiless || status == 204 || status == 304 || status < 200 { return .none }
    return declared ?? .untilClose
  }

  /// Nil where there is neither a length nor a transfer coding.
  private static func declared(_ fields: HeadFields, _ minorVersion: Int) throws(HTTPSyntaxError) -> BodyFraming? {
    let lengths = fields.count(of: .contentLength)
    if fields.count(of: .transferEncoding) > 0 {
      guard lengths == 0 else { throw .contentLength }
      guard minorVersion == 1, let coding = fields.only(.transferEncoding), HTTPByte.equal(coding, "chunked") else {
        throw .transferEncoding
      }
      return .chunked
    }
    guard lengths > 0 else { return nil }
    guard let text = fields.only(.contentLength), !text.isEmpty, text.count <= 18, text.allSatisfy(HTTPByte.isDigit)
    else { throw .contentLength }
    var length: UInt64 = 0
    for digit in text { length = length * 10 + UInt64(digit - UInt8(ascii: "0")) }
    return .length(length)
  }
}
