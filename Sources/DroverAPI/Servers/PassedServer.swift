import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// A listening socket that another process made, and keeps: clients that come while droverd is down wait in it.
package struct PassedSocket: Hashable, Sendable {
  /// Closed when its server ends.
  package var descriptor: Int32
  package var address: BoundAddress

  package init(descriptor: Int32, address: BoundAddress) {
    self.descriptor = descriptor
    self.address = address
  }

  var isTCP: Bool { if case .tcp = address { true } else { false } }
}

/// Serves the API on a socket that is listened on already, which the framework's own server cannot.
struct PassedServer: Service {
  let socket: PassedSocket
  let responder: ControlResponder
  let logger: Logger
  let onBound: @Sendable (BoundAddress) -> Void

  func run() async throws {
    let connections = OpenConnections()
    let http = HTTP1Channel(
      responder: { request, writer, channel in
        let response = await responder.answer(request, on: channel, logger: logger.quiet)
        try await writer.write(response: response.head, body: response.body)
      }, configuration: .control)
    let (arrivals, arrival) = AsyncStream<any Channel>.makeStream()
    let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      // A connection is read from once somebody handles it.
      .childChannelOption(.autoRead, value: false)
      .childChannelInitializer { channel in
        connections.insert(channel)
        if case .terminated = arrival.yield(channel) { channel.close(promise: nil) }
        return channel.eventLoop.makeSucceededVoidFuture()
      }
      .withBoundSocket(socket.descriptor).get()
    defer { listener.close(promise: nil) }
    onBound(socket.address)
    await withGracefulShutdownHandler {
      await withDiscardingTaskGroup { group in
        for await channel in arrivals {
          group.addTask { await serve(channel, http, connections) }
        }
      }
    } onGracefulShutdown: {
      listener.close(promise: nil)
      arrival.finish()
      connections.quiesce()
    }
  }

  private func serve(_ channel: any Channel, _ http: HTTP1Channel, _ connections: OpenConnections) async {
    defer { connections.remove(channel) }
    let quiet = logger.quiet
    guard
      let connection = try? await channel.eventLoop.flatSubmit({ http.setup(channel: channel, logger: quiet) }).get()
    else {
      channel.close(promise: nil)
      return
    }
    connections.isSetUp(channel)
    // One that was closed meanwhile is handled all the same: that ends it.
    try? await channel.setOption(.autoRead, value: true).get()
    await http.handle(value: connection, logger: quiet)
  }
}
