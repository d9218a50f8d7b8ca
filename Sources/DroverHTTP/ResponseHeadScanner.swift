/// Finds the end of a response's head in bytes that come in any pieces, and refuses what no head may hold at the byte
/// where it stands.
package struct ResponseHeadScanner: Sendable {
  private var buffer: [UInt8] = []
  /// The byte before was a CR.
  private var isAfterReturn = false
  /// Nothing stands on the present line yet.
  private var isLineEmpty = true
  private let isBodiless: Bool

  /// `isBodiless` is true for the answer to HEAD.
  package init(isBodiless: Bool = false) { self.isBodiless = isBodiless }

  /// Whether part of a head was taken.
  package var hasBegun: Bool { !buffer.isEmpty }

  /// Takes bytes from the front of `bytes` up to the end of the head; returns the head once it is complete.
  package mutating func scan(_ bytes: inout ArraySlice<UInt8>) throws(HTTPSyntaxError) -> ResponseHead? {
    while let byte = bytes.popFirst() {
      buffer.append(byte)
      guard buffer.count <= HTTPLimits.headBytes else { throw .headTooLarge }
      if isAfterReturn {
        guard byte == HTTPByte.lf else { throw .bareLineEnd }
        isAfterReturn = false
        if isLineEmpty { return try finish() }
        isLineEmpty = true
      } else if byte == HTTPByte.cr {
        isAfterReturn = true
      } else if byte == HTTPByte.lf {
        throw .bareLineEnd
      } else if byte < 0x20 && byte != HTTPByte.tab || byte == 0x7F {
        throw .controlCharacter
      } else {
        isLineEmpty = false
      }
    }
    return nil
  }

  private mutating func finish() throws(HTTPSyntaxError) -> ResponseHead {
    let head = buffer
    self = ResponseHeadScanner(isBodiless: isBodiless)
    return try ResponseHead(head[...], isBodiless: isBodiless)
  }
}
