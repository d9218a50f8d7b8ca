import DroverCore
import NIOCore
import NIOHTTP1
import Synchronization

/// One connection to a fake provider. Requests are answered in order, on the connection's event loop.
final class FakeConnection: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private enum Action {
    case answer(FakeAnswer)
    case close
    case hang
  }

  private let state: FakeProvider.SharedState
  private var head: HTTPRequestHead?
  private var body: [UInt8] = []
  private var isOpen = false
  /// An answer that takes its time.
  private var pending: FakeAnswer?

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
    state.mutex.withLock { state in
      pending?.onAbandoned?(&state.memory)
      state.connections[ObjectIdentifier(channel)] = nil
    }
    pending = nil
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      self.head = head
      body = []
    case .body(let part): body += part.readableBytesView
    case .end:
      guard let head else { return }
      act(on: FakeRequest(head, body: body), context)
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

  private func act(on request: FakeRequest, _ context: ChannelHandlerContext) {
    isOpen = true
    switch action(for: request) {
    case .hang: break
    case .close: context.close(promise: nil)
    case .answer(let answer):
      guard let delay = answer.delay else { return send(answer, context) }
      pending = answer
      let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
      context.eventLoop.scheduleTask(in: .milliseconds(delay.wholeMilliseconds)) {
        let (connection, context) = bound.value
        connection.send(answer, context)
      }
    }
  }

  private func action(for request: FakeRequest) -> Action {
    state.mutex.withLock { state in
      let script = state.script
      let purpose = script.dialect.purpose(of: request)
      switch purpose {
      case .listing: state.traffic.listings += 1
      case .inference: state.traffic.inferences += 1
      case .load, .other: break
      }
      state.traffic.open += 1
      state.traffic.mostOpen = max(state.traffic.mostOpen, state.traffic.open)
      switch script.fault ?? script.fault(for: purpose) {
      case nil: return .answer(script.dialect.answer(request, script, &state.memory))
      case .slow(let delay):
        var answer = script.dialect.answer(request, script, &state.memory)
        answer.delay = delay
        return .answer(answer)
      case .hang: return .hang
      case .reset: return .close
      case .garbage: return .answer(FakeAnswer(body: FakeReply.garbage))
      case .page: return .answer(FakeAnswer(contentType: "text/html; charset=utf-8", body: FakeReply.garbage))
      case .redirect(let target): return .answer(FakeAnswer(status: 307, headers: [("Location", target)]))
      case .status(let status, let retryAfter):
        var answer = FakeAnswer.error(status, "scripted failure")
        answer.headers = retryAfter.map { [("Retry-After", $0)] } ?? []
        return .answer(answer)
      case .refusal(let status, let headers, let body):
        return .answer(
          FakeAnswer(status: status, headers: headers.map { ($0.key, $0.value) }, body: Array(body.utf8)))
      }
    }
  }

  private func send(_ answer: FakeAnswer, _ context: ChannelHandlerContext) {
    finish()
    guard context.channel.isActive else { return }
    pending = nil
    if let effect = answer.effect { state.mutex.withLock { effect(&$0.memory) } }
    var headers = HTTPHeaders(answer.headers)
    headers.add(name: "Content-Type", value: answer.contentType)
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

extension FakeProvider.Script {
  fileprivate func fault(for purpose: FakePurpose) -> FakeProvider.Fault? {
    switch purpose {
    case .inference: inferenceFault
    case .load: loadFault
    case .listing, .other: nil
    }
  }
}
