import DroverCore
import DroverHTTP
import NIOCore

/// Why a reply is not passed on.
enum RelayError: Error {
  /// It is no HTTP/1.1, or another protocol.
  case malformed
  /// The upstream does not accept the key of this gateway: that is no business of the client's, whose own key was
  /// accepted, and the reply may quote the other.
  case unauthorized
}

/// Turns an upstream's reply into the client's: the head written anew, the body framed as the client can read it.
struct ReplyRelay {
  /// What is to be written, in order.
  enum Piece {
    case bytes([UInt8])
    case slice(ByteBuffer)
  }

  /// Whether the gateway says itself when the model goes: what its server says of that is then left out.
  var tellsOfDeprecation = false
  private var heads = ResponseHeadScanner()
  private var body: BodyScanner?
  private(set) var head: ReceivedResponseHead?
  private var isChunked = false
  private var isDelimited = true

  var isComplete: Bool { body?.isDone == true }

  /// Whether the upstream's connection may carry another exchange, given what follows the reply on it.
  func keeps(rest: Int) -> Bool { isComplete && rest == 0 && head?.keepsAlive == true }

  /// Takes what it can of `input`. `fields` adds to the head, and is told whether the client can tell where the body ends
  /// without the end of the connection.
  mutating func take(
    _ input: inout ByteBuffer, minorVersion: Int, fields: (inout HeadWriter, Bool) -> Void, write: (Piece) -> Void
  ) throws(RelayError) {
    while input.readableBytes > 0, !isComplete {
      var position = 0
      if body == nil {
        let found: ReceivedResponseHead?
        do throws(HTTPSyntaxError) {
          found = try heads.scan(input.readableBytesUInt8Span, at: &position)
        } catch {
          throw .malformed
        }
        input.moveReaderIndex(forwardBy: position)
        if let found, !found.isInterim {
          if found.status == 101 { throw .malformed }
          if found.status == 401 { throw .unauthorized }
          begin(found, minorVersion, fields, write)
        }
        continue
      }
      let piece: Range<Int>?
      do throws(HTTPSyntaxError) {
        piece = try body?.next(input.readableBytesUInt8Span, at: &position)
      } catch {
        throw .malformed
      }
      if let piece, let slice = input.getSlice(at: input.readerIndex + piece.lowerBound, length: piece.count) {
        if isChunked {
          write(.bytes(Array((String(piece.count, radix: 16) + "\r\n").utf8)))
          write(.slice(slice))
          write(.bytes(ReplyRelay.lineEnd))
        } else {
          write(.slice(slice))
        }
      }
      input.moveReaderIndex(forwardBy: position)
      endIfComplete(write)
    }
  }

  /// The upstream's connection ended: that ends a body without a length, and is an error anywhere else.
  mutating func close(write: (Piece) -> Void) throws(HTTPSyntaxError) {
    guard var body else { throw .truncated }
    try body.close()
    self.body = body
    endIfComplete(write)
  }

  private static let lineEnd = Array("\r\n".utf8)
  private static let lastChunk = Array("0\r\n\r\n".utf8)

  private mutating func begin(
    _ head: ReceivedResponseHead, _ minorVersion: Int, _ fields: (inout HeadWriter, Bool) -> Void,
    _ write: (Piece) -> Void
  ) {
    self.head = head
    body = BodyScanner(head.framing)
    var writer = HeadWriter(status: head.status)
    switch head.framing {
    case .none: if head.status != 204, head.status != 304 { writer.add("Content-Length", 0) }
    case .length(let length): writer.add("Content-Length", String(length))
    case .chunked, .untilClose:
      isChunked = minorVersion == 1
      isDelimited = isChunked
      if isChunked { writer.add("Transfer-Encoding", "chunked") }
    }
    writer.copy(head.fields, head.options) {
      $0.endsAtClient || tellsOfDeprecation && ($0 == .deprecation || $0 == .sunset)
    }
    fields(&writer, isDelimited)
    if let bytes = writer.finish() { write(.bytes(bytes)) }
    endIfComplete(write)
  }

  private mutating func endIfComplete(_ write: (Piece) -> Void) {
    if isChunked, isComplete { write(.bytes(ReplyRelay.lastChunk)) }
  }
}
