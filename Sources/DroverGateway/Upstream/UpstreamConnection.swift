import NIOCore

/// A connection to a server, on the loop of the client that it serves at a time.
final class UpstreamConnection: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  /// Whom the bytes are for; nil: the connection is idle in its pool.
  var client: ClientConnection?
  /// Until when it may be used again; set as it goes idle.
  var idleUntil = NIODeadline.distantPast
  var isReused = false
  private(set) var context: ChannelHandlerContext?
  private(set) var isClosed = false
  private var isPaused = false
  private var isReadHeld = false
  private unowned let pool: UpstreamPool

  init(pool: UpstreamPool) { self.pool = pool }

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }

  func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let bytes = unwrapInboundIn(data)
    guard let client else {
      // Nobody asked for anything.
      close()
      return
    }
    client.upstreamRead(bytes, from: self)
  }

  func channelReadComplete(context: ChannelHandlerContext) { client?.upstreamReadComplete() }

  func channelInactive(context: ChannelHandlerContext) {
    isClosed = true
    pool.remove(self)
    client?.upstreamClosed(self)
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

  /// While the client takes nothing, nothing is read.
  func read(context: ChannelHandlerContext) {
    if isPaused { isReadHeld = true } else { context.read() }
  }

  func pause() { isPaused = true }

  func resume() {
    isPaused = false
    guard isReadHeld else { return }
    isReadHeld = false
    context?.read()
  }

  /// `done` is told whether all of the bytes were handed to the system.
  func send(_ bytes: ByteBuffer, done: @escaping (Bool) -> Void) {
    guard let context else {
      done(false)
      return
    }
    let promise = context.eventLoop.makePromise(of: Void.self)
    promise.futureResult.assumeIsolated().whenComplete { result in
      if case .success = result { done(true) } else { done(false) }
    }
    context.writeAndFlush(wrapOutboundOut(bytes), promise: promise)
  }

  func close() {
    client = nil
    context?.close(promise: nil)
  }
}
