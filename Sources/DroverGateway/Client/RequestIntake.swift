import DroverCore
import DroverHTTP
import NIOCore

/// Reads one request from the bytes of a connection: its head, then its body, which is kept whole and scanned for policy
/// fields as it comes.
struct RequestIntake {
  private var heads = RequestHeadScanner()
  private var scanner = BodyScanner(.none)
  private var objects = ObjectScanner(names: PolicyField.names)
  /// Why the body is no request; known before all of it is there, and told once it is.
  private var problem: JSONScanError?
  private(set) var head: ReceivedRequestHead?
  private(set) var body = ByteBuffer()

  var isComplete: Bool { head != nil && scanner.isDone }

  /// Nil: more bytes are needed.
  mutating func readHead(_ input: inout ByteBuffer) throws(HTTPSyntaxError) -> ReceivedRequestHead? {
    var position = 0
    let found = try heads.scan(input.readableBytesUInt8Span, at: &position)
    input.moveReaderIndex(forwardBy: position)
    if let found {
      head = found
      scanner = BodyScanner(found.framing)
    }
    return found
  }

  /// Takes what there is of the body; returns how many bytes of it were new. Takes no more than `room` of them: throws
  /// ``BodyTooLarge``.
  mutating func readBody(_ input: inout ByteBuffer, limit: Int) throws(IntakeError) -> Int {
    let before = body.readableBytes
    while input.readableBytes > 0, !scanner.isDone {
      var position = 0
      let piece: Range<Int>?
      do throws(HTTPSyntaxError) {
        piece = try scanner.next(input.readableBytesUInt8Span, at: &position)
      } catch {
        throw .syntax(error)
      }
      if let piece {
        guard body.readableBytes + piece.count <= limit else { throw .tooLarge }
        scan(input.readableBytesUInt8Span.extracting(piece))
        append(input, piece)
      }
      input.moveReaderIndex(forwardBy: position)
    }
    return body.readableBytes - before
  }

  /// What the body asks for.
  func fields() throws(JSONScanError) -> PolicyFields {
    if let problem { throw problem }
    return try PolicyFields(objects.finish(), body: body.readableBytesUInt8Span)
  }

  private mutating func scan(_ piece: Span<UInt8>) {
    guard problem == nil else { return }
    do throws(JSONScanError) { try objects.scan(piece) } catch { problem = error }
  }

  /// The first piece is not copied: most bodies come in one.
  private mutating func append(_ input: ByteBuffer, _ piece: Range<Int>) {
    guard var slice = input.getSlice(at: input.readerIndex + piece.lowerBound, length: piece.count) else { return }
    if body.readableBytes == 0 { body = slice } else { body.writeBuffer(&slice) }
  }
}

/// Why a body is not read to its end.
enum IntakeError: Error {
  case syntax(HTTPSyntaxError)
  case tooLarge
}
