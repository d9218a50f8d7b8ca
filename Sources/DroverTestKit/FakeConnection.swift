import DroverCore
import NIOCore
import NIOHTTP1
import Synchronization

/// One connection to a fake provider. Requests are answered in order, on the connection's event loop.
final class FakeConnection: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private struct Answer {
    var status = 200
    var headers: [(String, String)] = []
    var body: [UInt8]
  }

  private enum Action {
    case answer(Answer, after: Duration?)
    case close
    case hang
  }

  private let state: FakeProvider.SharedState
  private var head: HTTPRequestHead?
  private var isOpen = false

  init(_ state: FakeProvider.SharedState) { self.state = state }

  func channelActive(context: ChannelHandlerContext) {
    let channel = context.channel
    let isStopped = state.mutex.withLock { state in
      state.connections[ObjectIdentifier(channel)] = channel
      return state.isStopped
    }
    if isStopped { context.close(promise: nil) }
  }

  func channelInactive(context: ChannelHandlerContext) {
    let channel = context.channel
    finish()
    state.mutex.withLock { _ = $0.connections.removeValue(forKey: ObjectIdentifier(channel)) }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head): self.head = head
    case .body: break
    case .end:
      guard let head else { return }
      act(on: head, context)
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

  private func act(on head: HTTPRequestHead, _ context: ChannelHandlerContext) {
    isOpen = true
    switch action(for: head) {
    case .hang: break
    case .close: context.close(promise: nil)
    case .answer(let answer, after: nil): send(answer, context)
    case .answer(let answer, after: .some(let delay)):
      let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
      context.eventLoop.scheduleTask(in: .milliseconds(delay.wholeMilliseconds)) {
        let (connection, context) = bound.value
        connection.send(answer, context)
      }
    }
  }

  private func action(for head: HTTPRequestHead) -> Action {
    let path = String(head.uri.prefix { $0 != "?" })
    let isListing = path == "/v1/models"
    return state.mutex.withLock { state in
      if isListing { state.traffic.listings += 1 } else { state.traffic.inferences += 1 }
      state.traffic.open += 1
      state.traffic.mostOpen = max(state.traffic.mostOpen, state.traffic.open)
      let script = state.script
      let fault = script.fault ?? (isListing ? nil : script.inferenceFault)
      let proper = Self.answer(head, path, listing: state.listing, token: script.token)
      switch fault {
      case nil: return .answer(proper, after: nil)
      case .slow(let delay): return .answer(proper, after: delay)
      case .hang: return .hang
      case .reset: return .close
      case .garbage: return .answer(Answer(body: FakeReply.garbage), after: nil)
      case .redirect(let target):
        return .answer(Answer(status: 307, headers: [("Location", target)], body: []), after: nil)
      case .status(let status, let retryAfter):
        let headers = retryAfter.map { [("Retry-After", $0)] } ?? []
        return .answer(
          Answer(status: status, headers: headers, body: FakeReply.error(status, "scripted failure")), after: nil)
      }
    }
  }

  private static func answer(_ head: HTTPRequestHead, _ path: String, listing: [UInt8], token: String?) -> Answer {
    if let token, head.headers.first(name: "authorization") != "Bearer " + token {
      return Answer(status: 401, body: FakeReply.error(401, "Incorrect API key provided"))
    }
    switch (head.method, path) {
    case (.GET, "/v1/models"): return Answer(body: listing)
    case (.POST, "/v1/chat/completions"): return Answer(body: FakeReply.chat)
    case (.POST, "/v1/completions"): return Answer(body: FakeReply.completion)
    case (.POST, "/v1/embeddings"): return Answer(body: FakeReply.embedding)
    default: return Answer(status: 404, body: FakeReply.error(404, "no such path"))
    }
  }

  private func send(_ answer: Answer, _ context: ChannelHandlerContext) {
    finish()
    guard context.channel.isActive else { return }
    var headers = HTTPHeaders(answer.headers)
    headers.add(name: "Content-Type", value: "application/json")
    headers.add(name: "Content-Length", value: String(answer.body.count))
    let head = HTTPResponseHead(
      version: .http1_1, status: HTTPResponseStatus(statusCode: answer.status), headers: headers)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    context.write(
      wrapOutboundOut(.body(.byteBuffer(context.channel.allocator.buffer(bytes: answer.body)))), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
  }

  private func finish() {
    guard isOpen else { return }
    isOpen = false
    state.mutex.withLock { $0.traffic.open -= 1 }
  }
}
