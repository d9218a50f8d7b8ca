import DroverHTTP
import NIOCore
import NIOPosix
import Testing

/// A client's connection, byte by byte.
final class Caller: Sendable {
  struct Reply {
    var head: ResponseHead
    var body: String
    /// Whether it came to its end.
    var isWhole: Bool

    var status: Int { head.status }
    func field(_ name: String) -> String? { head.fields.values(named: name).first }
  }

  private let channel: any Channel
  private let incoming: NIOAsyncChannel<ByteBuffer, ByteBuffer>

  init(port: Int) async throws {
    incoming = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .connect(host: "127.0.0.1", port: port) { channel in
        channel.eventLoop.makeCompletedFuture { try NIOAsyncChannel(wrappingChannelSynchronously: channel) }
      }
    channel = incoming.channel
  }

  /// The reply to one request on a connection of its own.
  static func ask(_ port: Int, _ request: String) async throws -> Reply {
    try #require(try await Caller(port: port).exchange([request]).first)
  }

  /// Sends the pieces one after the other, and reads `count` replies, or until the connection ends.
  func exchange(_ pieces: [String], replies count: Int = 1) async throws -> [Reply] {
    try await incoming.executeThenClose { inbound, outbound in
      for piece in pieces { try await outbound.write(ByteBuffer(string: piece)) }
      var reader = ReplyReader()
      for try await bytes in inbound {
        try reader.take(Array(bytes.readableBytesView))
        if reader.replies.count >= count { break }
      }
      return reader.finish()
    }
  }

  /// Sends one request after the other: `next` says each, from how many replies are there, and ends with nil.
  func converse(_ next: @Sendable (Int) -> String?) async throws -> [Reply] {
    try await incoming.executeThenClose { inbound, outbound in
      var reader = ReplyReader()
      var pieces = inbound.makeAsyncIterator()
      while let request = next(reader.replies.count) {
        try await outbound.write(ByteBuffer(string: request))
        let before = reader.replies.count
        while reader.replies.count == before {
          guard let bytes = try await pieces.next() else { return reader.finish() }
          try reader.take(Array(bytes.readableBytesView))
        }
      }
      return reader.finish()
    }
  }

  /// Sends a request, and leaves once `enough` of the reply is there.
  func abandon(_ request: String, once enough: @Sendable (String) async -> Bool) async throws {
    try await incoming.executeThenClose { inbound, outbound in
      try await outbound.write(ByteBuffer(string: request))
      var text = ""
      if await enough(text) { return }
      for try await bytes in inbound {
        text += String(buffer: bytes)
        if await enough(text) { return }
      }
    }
  }
}

/// Reads replies one behind the other.
private struct ReplyReader {
  var replies: [Caller.Reply] = []
  private var heads = ResponseHeadScanner()
  private var body: BodyScanner?
  private var present: Caller.Reply?
  private var bytes: [UInt8] = []

  mutating func take(_ input: [UInt8]) throws {
    var position = 0
    while position < input.count {
      if body == nil {
        guard let head = try heads.scan(input.span, at: &position) else { return }
        if head.isInterim { continue }
        present = Caller.Reply(
          head: ResponseHead(
            status: head.status, reason: "", fields: head.fields.list, framing: head.framing), body: "", isWhole: false)
        body = BodyScanner(head.framing)
      } else if let piece = try body?.next(input.span, at: &position) {
        bytes += input[piece]
      }
      if body?.isDone == true { end(isWhole: true) }
    }
  }

  /// The connection has ended, or is left.
  mutating func finish() -> [Caller.Reply] {
    if var scanner = body { end(isWhole: (try? scanner.close()) != nil) }
    return replies
  }

  private mutating func end(isWhole: Bool) {
    guard var reply = present else { return }
    reply.body = String(decoding: bytes, as: UTF8.self)
    reply.isWhole = isWhole
    replies.append(reply)
    (present, body, bytes, heads) = (nil, nil, [], ResponseHeadScanner())
  }
}

/// A request as a client writes it.
func post(_ path: String, _ body: String, _ fields: String = "") -> String {
  "POST \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n\(fields)"
    + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
}

func get(_ path: String, _ fields: String = "") -> String { "GET \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\n\(fields)\r\n" }

/// Looks again until `condition` holds.
func until(_ condition: () -> Bool) async throws {
  let start = ContinuousClock.now
  while !condition() {
    try #require(ContinuousClock.now - start < .seconds(600), "not in time")
    try await Task.sleep(for: .milliseconds(2))
  }
}
