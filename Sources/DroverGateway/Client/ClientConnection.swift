import DroverCore
import DroverHTTP
import NIOCore

/// A connection of a client: reads its requests one after the other, and does what the ``ExchangeMachine`` says.
final class ClientConnection: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  let loop: GatewayLoop
  var machine: ExchangeMachine
  private(set) var context: ChannelHandlerContext?
  /// What came and was not read yet: of the present request, or of those behind it.
  private var input = ByteBuffer()
  var intake = RequestIntake()
  private var reserved = 0
  var exchange: Exchange?
  var requestID = ""
  /// Of the present request.
  private(set) var credential = Credential.none
  /// In which refusals are written.
  var dialect = Dialect.openAI
  /// Whether the client says that it speaks Anthropic's dialect, wherever it asks.
  var isAnthropic = false
  /// What is written where the machine refuses because it was told to.
  var ownReply: OwnReply?
  private var isAdvancing = false
  private var isReadHeld = false
  /// Since when nothing was asked; and until when bytes of a refused request are thrown away.
  private(set) var idleSince: NIODeadline
  private var lingersUntil: NIODeadline?
  private(set) var isGone = false

  /// Requests that come while one is served are read ahead up to here.
  private static let readAhead = 64 << 10
  private static let idleLimit = TimeAmount.minutes(10)
  private static let lingering = TimeAmount.seconds(2)

  init(loop: GatewayLoop) {
    self.loop = loop
    machine = ExchangeMachine(limits: ExchangeLimits(head: loop.shared.routing.routing.table.gateway.headerTimeout))
    idleSince = loop.eventLoop.now
  }

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }
  func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

  func channelActive(context: ChannelHandlerContext) {
    loop.opened(self)
    context.fireChannelActive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard lingersUntil == nil else { return }
    var bytes = unwrapInboundIn(data)
    if input.readableBytes == 0 { input = bytes } else { input.writeBuffer(&bytes) }
    advance([])
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    if context.channel.isWritable { exchange?.connection?.resume() } else { exchange?.connection?.pause() }
    advance([])
    context.fireChannelWritabilityChanged()
  }

  func channelInactive(context: ChannelHandlerContext) {
    isGone = true
    input.clear()
    exchange?.charge?.clientGone()
    advance(machine.clientGone(now: loop.now))
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

  func tick() {
    if let lingersUntil, lingersUntil <= loop.eventLoop.now { context?.close(promise: nil) }
    if machine.phase == .idle, idleSince + Self.idleLimit <= loop.eventLoop.now { context?.close(promise: nil) }
    advance(machine.tick(now: loop.now))
  }

  func quiesce() { advance(machine.quiesce()) }

  /// Carries actions out, and goes on with what was read ahead.
  func advance(_ actions: [ExchangeMachine.Action]) {
    for action in actions { perform(action) }
    // Reading may end an exchange, which leads back here.
    guard !isAdvancing else { return }
    isAdvancing = true
    while input.readableBytes > 0, readSome() {}
    isAdvancing = false
    holdReads()
    if isGone, machine.phase == .closed { end() }
  }

  /// Reads on; false where nothing more can be read for now.
  private func readSome() -> Bool {
    switch machine.phase {
    case .idle:
      // Whoever does not take its replies is given no more of them.
      guard context?.channel.isWritable == true else { return false }
      machine.began(now: loop.now)
      return true
    case .readingHead: return readHead()
    case .readingBody: return readBody()
    default: return false
    }
  }

  private func readHead() -> Bool {
    do throws(HTTPSyntaxError) {
      guard let head = try intake.readHead(&input) else { return false }
      begin(head)
    } catch {
      deny(Refusal(error))
    }
    return true
  }

  private func begin(_ head: ReceivedRequestHead) {
    requestID = loop.nextRequestID()
    isAnthropic = !head.fields.list.values(named: "anthropic-version").isEmpty
    dialect = GatewayTarget(head.target)?.dialect ?? (isAnthropic ? .anthropic : .openAI)
    credential = Credential(head.fields)
    let table = loop.shared.routing.routing.table
    if !intake.isComplete {
      do throws(Refusal) { _ = try authenticate(by: table) } catch { return deny(error) }
    }
    let limit = table.gateway.maxRequestBytes
    if case .length(let length) = head.framing, length > UInt64(limit) {
      deny(tooLarge(limit))
      return
    }
    let hasBody = !intake.isComplete
    if hasBody, head.expectsContinue { write(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8), flush: true) }
    let actions = machine.readHead(hasBody: hasBody, keepsAlive: head.keepsAlive, now: loop.now)
    for action in actions { perform(action) }
  }

  private func readBody() -> Bool {
    let settings = loop.shared.routing.routing.table.gateway
    do throws(IntakeError) {
      let count = try intake.readBody(&input, limit: settings.maxRequestBytes)
      guard loop.shared.buffered.reserve(count, limit: settings.maxBufferedBytes) else {
        deny(
          Refusal(
            503, "overloaded", "the bodies of all requests together are larger than gateway.maxBufferedBytes",
            retryAfter: .seconds(1)))
        return true
      }
      reserved += count
      machine.readBodyBytes(count)
      guard intake.isComplete else { return count > 0 }
      for action in machine.readBody() { perform(action) }
    } catch {
      switch error {
      case .syntax(let error): deny(Refusal(error))
      case .tooLarge: deny(tooLarge(settings.maxRequestBytes))
      }
    }
    return true
  }

  private func tooLarge(_ limit: Int) -> Refusal {
    Refusal(413, "request_too_large", "the body has more than \(limit) bytes (gateway.maxRequestBytes)")
  }

  /// Refuses the request in the dialect of its client.
  func deny(_ refusal: Refusal) {
    ownReply = OwnReply(refusal, dialect: dialect, requestID: requestID)
    for action in machine.refuse(.denied) { perform(action) }
  }

  /// Nobody reads further ahead than a little.
  private func holdReads() {
    let holds = input.readableBytes > Self.readAhead && machine.phase != .readingBody && machine.phase != .readingHead
    guard holds != isReadHeld else { return }
    isReadHeld = holds
    _ = context?.channel.setOption(.autoRead, value: !holds)
  }

  // MARK: Ends

  /// The connection is gone, and so is all that it had begun.
  private func end() {
    release()
    loop.closed(self)
  }

  /// The exchange is over, and nothing of it is kept.
  func release() {
    loop.shared.buffered.release(reserved)
    reserved = 0
    intake = RequestIntake()
    credential = .none
    exchange = nil
    ownReply = nil
    idleSince = loop.eventLoop.now
    if input.readableBytes == 0 { input.clear() } else { input.discardReadBytes() }
  }

  func close(isAbrupt: Bool) {
    guard let context else { return }
    let isUnread = intake.head != nil && !intake.isComplete || intake.head == nil && machine.phase == .closed
    guard !isAbrupt else {
      context.close(promise: nil)
      return
    }
    let flushed = context.eventLoop.makePromise(of: Void.self)
    context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: flushed)
    guard isUnread, exchange == nil, ownReply != nil else {
      flushed.futureResult.assumeIsolated().whenComplete { _ in context.close(promise: nil) }
      return
    }
    // Closing while bytes of the request come would take the refusal away from the client that still sends them.
    lingersUntil = context.eventLoop.now + Self.lingering
    input.clear()
    flushed.futureResult.assumeIsolated().whenComplete { _ in context.close(mode: .output, promise: nil) }
  }

  func write(_ bytes: [UInt8], flush: Bool = false) {
    guard let context else { return }
    var buffer = context.channel.allocator.buffer(capacity: bytes.count)
    buffer.writeBytes(bytes)
    write(buffer)
    if flush { context.flush() }
  }

  func write(_ buffer: ByteBuffer) { context?.write(wrapOutboundOut(buffer), promise: nil) }
}
