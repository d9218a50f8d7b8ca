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

  /// What passes by while a reply is taken.
  struct Course {
    /// Adds to the head, and is told whether the client can tell where the body ends without the end of the connection.
    var fields: (inout HeadWriter, ReceivedResponseHead, Bool) -> Void
    /// Sees each piece of the body, and leaves in it what is to be written.
    var body: (inout ByteBuffer) -> Void
    /// The body has ended: what was kept back of it.
    var end: () -> ByteBuffer?
    var write: (Piece) -> Void
    /// Whether the limits that the client is told of are ours.
    var ownsRates: Bool
  }

  /// Takes what it can of `input`.
  mutating func take(_ input: inout ByteBuffer, minorVersion: Int, _ course: Course) throws(RelayError) {
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
          begin(found, minorVersion, course)
        }
        continue
      }
      let piece: Range<Int>?
      do throws(HTTPSyntaxError) {
        piece = try body?.next(input.readableBytesUInt8Span, at: &position)
      } catch {
        throw .malformed
      }
      if let piece, var slice = input.getSlice(at: input.readerIndex + piece.lowerBound, length: piece.count) {
        course.body(&slice)
        write(slice, course)
      }
      input.moveReaderIndex(forwardBy: position)
      endIfComplete(course)
    }
  }

  private func write(_ slice: ByteBuffer, _ course: Course) {
    // An empty chunk would end the body.
    guard slice.readableBytes > 0 else { return }
    guard isChunked else { return course.write(.slice(slice)) }
    course.write(.bytes(Array((String(slice.readableBytes, radix: 16) + "\r\n").utf8)))
    course.write(.slice(slice))
    course.write(.bytes(ReplyRelay.lineEnd))
  }

  /// The upstream's connection ended: that ends a body without a length, and is an error anywhere else.
  mutating func close(_ course: Course) throws(HTTPSyntaxError) {
    guard var body else { throw .truncated }
    guard !body.isDone else { return }
    try body.close()
    self.body = body
    endIfComplete(course)
  }

  private static let lineEnd = Array("\r\n".utf8)
  private static let lastChunk = Array("0\r\n\r\n".utf8)

  private mutating func begin(
    _ head: ReceivedResponseHead, _ minorVersion: Int, _ course: Course
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
        || course.ownsRates && $0 == .rateLimit
    }
    course.fields(&writer, head, isDelimited)
    if let bytes = writer.finish() { course.write(.bytes(bytes)) }
    endIfComplete(course)
  }

  private func endIfComplete(_ course: Course) {
    guard isComplete else { return }
    if let rest = course.end() { write(rest, course) }
    if isChunked { course.write(.bytes(ReplyRelay.lastChunk)) }
  }
}
