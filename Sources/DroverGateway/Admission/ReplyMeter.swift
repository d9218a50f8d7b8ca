import DroverHTTP
import DroverWire
import NIOCore

/// Reads what a reply used while its body passes, and takes out of a stream what only the meter asked for.
struct ReplyMeter {
  private enum Mode {
    case unread
    case body(ByteBuffer)
    case stream(SSEScanner)
  }

  private var meter: UsageMeter
  private var mode = Mode.unread
  /// Whether the client is not to see the event that holds usage alone.
  var hidesUsage = false
  /// Bytes of a stream that were not passed on, and how many were or were taken out.
  private var pending = ByteBuffer()
  private var passed: UInt64 = 0
  /// Whether the last event of a whole answer has come.
  private(set) var isTerminal = false
  private(set) var hasContent = false
  private(set) var status: Int?
  private var isUnreadable = false

  /// Larger bodies are passed on all the same, and not read.
  private static let bodyLimit = 64 << 20

  init(_ shape: ReplyShape, promptBytes: Int) { meter = UsageMeter(shape, promptBytes: Int64(promptBytes)) }

  mutating func begin(_ head: ReceivedResponseHead) {
    status = head.status
    guard (200..<300).contains(head.status) else { return }
    let fields = head.fields.list
    let coding = fields.values(named: "content-encoding").last?.lowercased() ?? "identity"
    guard coding == "identity" || coding.isEmpty else {
      isUnreadable = true
      return
    }
    let type = fields.values(named: "content-type").first?.lowercased() ?? ""
    if type.hasPrefix("text/event-stream") {
      mode = .stream(SSEScanner())
      if case .length = head.framing { hidesUsage = false }
    } else {
      mode = .body(ByteBuffer())
      hidesUsage = false
    }
  }

  /// The reply was refused before its head was passed on.
  mutating func begin(status: Int) { self.status = status }

  /// Takes a piece of the body, and leaves in it what is to be passed on.
  mutating func take(_ piece: inout ByteBuffer) {
    switch mode {
    case .unread: break
    case .body(var body):
      mode = .unread
      guard body.readableBytes + piece.readableBytes <= Self.bodyLimit else {
        isUnreadable = true
        return
      }
      var copy = piece
      body.writeBuffer(&copy)
      mode = .body(body)
    case .stream(var scanner):
      mode = .unread
      read(&scanner, &piece)
      mode = .stream(scanner)
    }
  }

  /// The body has ended: what of it is still to be passed on.
  mutating func end() -> ByteBuffer? {
    if case .body(let body) = mode { meter.body(body.readableBytesUInt8Span) }
    mode = .unread
    defer { pending = ByteBuffer() }
    return pending.readableBytes > 0 ? pending : nil
  }

  /// Nil where nothing of the reply could be read.
  var usage: MeteredUsage? { isUnreadable || status == nil ? nil : meter.usage }

  private mutating func read(_ scanner: inout SSEScanner, _ piece: inout ByteBuffer) {
    guard hidesUsage else {
      var position = 0
      let bytes = piece
      while let event = scanner.scan(bytes.readableBytesUInt8Span, at: &position) { _ = note(event) }
      return
    }
    let start = pending.readableBytes
    pending.writeImmutableBuffer(piece)
    let bytes = pending
    var position = start
    var kept = ByteBuffer()
    while let event = scanner.scan(bytes.readableBytesUInt8Span, at: &position) {
      let isHidden = note(event).contains(.usageOnly)
      guard var slice = pending.readSlice(length: Int(event.end - passed)) else { break }
      passed = event.end
      if !isHidden { kept.writeBuffer(&slice) }
    }
    // Comments that keep a connection alive belong to no event.
    if !scanner.isInsideEvent, pending.readableBytes > 0 {
      passed += UInt64(pending.readableBytes)
      kept.writeBuffer(&pending)
    }
    pending.discardReadBytes()
    piece = kept
  }

  private mutating func note(_ event: SSEEvent) -> StreamNote {
    let note = meter.event(event.data.span)
    if note.contains(.terminal) { isTerminal = true }
    if note.contains(.content) { hasContent = true }
    return note
  }
}
