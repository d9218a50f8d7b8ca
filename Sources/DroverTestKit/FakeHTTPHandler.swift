import DroverCore
import NIOCore
import NIOHTTP1

/// One connection to a fake server.
final class FakeHTTPHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private let state: FakeHTTPServer.State
  private var head: HTTPRequestHead?
  private var body: [UInt8] = []

  init(_ state: FakeHTTPServer.State) { self.state = state }

  func channelActive(context: ChannelHandlerContext) {
    if !state.opened(context.channel) { context.close(promise: nil) }
  }

  func channelInactive(context: ChannelHandlerContext) { state.closed(context.channel) }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      self.head = head
      body = []
    case .body(let buffer): body += buffer.readableBytesView
    case .end:
      guard let head else { return }
      give(state.handler(FakeHTTPServer.Request(head, body)), context)
    }
  }

  private func give(_ answer: FakeHTTPServer.Answer, _ context: ChannelHandlerContext) {
    switch answer {
    case .hang: break
    case .close: context.close(promise: nil)
    case .late(let delay, let answer):
      let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
      context.eventLoop.scheduleTask(in: .milliseconds(delay.wholeMilliseconds)) {
        let (handler, context) = bound.value
        handler.give(answer, context)
      }
    case .held(let gate, let answer):
      let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
      context.eventLoop.makeFutureWithTask { for await _ in gate {} }.whenSuccess {
        let (handler, context) = bound.value
        handler.give(answer, context)
      }
    case .reply(let status, let type, let headers, let body):
      var fields = HTTPHeaders(headers.map { ($0.key, $0.value) })
      fields.add(name: "Content-Type", value: type)
      fields.add(name: "Content-Length", value: String(body.count))
      write(.head(HTTPResponseHead(version: .http1_1, status: .init(statusCode: status), headers: fields)), context)
      write(.body(.byteBuffer(context.channel.allocator.buffer(bytes: body))), context)
      write(.end(nil), context)
    case .events(let events): stream(events, context)
    }
  }

  /// Each element is written as it comes; the connection is closed when there are no more.
  private func stream(_ events: AsyncStream<String>, _ context: ChannelHandlerContext) {
    let fields: HTTPHeaders = ["Content-Type": "text/event-stream", "Transfer-Encoding": "chunked"]
    write(.head(HTTPResponseHead(version: .http1_1, status: .ok, headers: fields)), context)
    let channel = context.channel
    channel.eventLoop.makeFutureWithTask {
      for await event in events {
        let buffer = channel.allocator.buffer(string: event)
        try await channel.writeAndFlush(HTTPServerResponsePart.body(.byteBuffer(buffer)))
      }
      try await channel.close()
    }.whenFailure { _ in channel.close(promise: nil) }
  }

  private func write(_ part: HTTPServerResponsePart, _ context: ChannelHandlerContext) {
    guard context.channel.isActive else { return }
    context.writeAndFlush(wrapOutboundOut(part), promise: nil)
  }
}

extension FakeHTTPServer.Request {
  init(_ head: HTTPRequestHead, _ body: [UInt8]) {
    method = head.method.rawValue
    path = String(head.uri.prefix { $0 != "?" })
    headers = Dictionary(head.headers.map { ($0.name.lowercased(), $0.value) }, uniquingKeysWith: { first, _ in first })
    self.body = body
    var query: [String: String] = [:]
    for pair in head.uri.dropFirst(path.count + 1).split(separator: "&") {
      let parts = pair.split(separator: "=", maxSplits: 1)
      query[String(parts[0])] = parts.count > 1 ? Self.decoded(parts[1]) : ""
    }
    self.query = query
  }

  private static func decoded(_ text: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), rest.count >= 2,
        let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
      {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
