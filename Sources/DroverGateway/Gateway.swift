package import DroverCore
import Glibc
import NIOCore
import NIOPosix
import NIOSSL
import ServiceLifecycle

/// The data plane: takes requests in the dialects of OpenAI and Anthropic, and has the models of the fleet answer them.
///
/// Every event loop serves its connections alone, together with the upstream connections that they use. The gateway
/// never decides what is loaded: it says what is needed, and waits at the ``ModelGate``.
package struct Gateway: Service {
  private let options: GatewayOptions
  private let shared: GatewayShared
  private let surroundings: Surroundings
  private let onBound: @Sendable (_ host: String, _ port: Int) -> Void

  /// `onBound` is called once connections are taken, with the port that it really has.
  package init(
    options: GatewayOptions, routing: any RoutingSource, gate: any ModelGate, access: any UpstreamAccess,
    ledger: GatewayLedger, traffic: any TrafficSink, surroundings: Surroundings,
    onBound: @escaping @Sendable (_ host: String, _ port: Int) -> Void = { _, _ in }
  ) {
    self.options = options
    shared = GatewayShared(
      routing: routing, gate: gate, access: access, ledger: ledger,
      hosts: HostCheck(listeningOn: options.host, isLoopback: options.isLoopback), now: surroundings.now,
      traffic: traffic)
    self.surroundings = surroundings
    self.onBound = onBound
  }

  /// Throws ``GatewayError`` where it cannot listen.
  package func run() async throws {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: max(1, options.loops ?? System.coreCount))
    do {
      try await serve(on: group)
      try? await group.shutdownGracefully()
    } catch {
      try? await group.shutdownGracefully()
      throw error
    }
  }

  private func serve(on group: MultiThreadedEventLoopGroup) async throws {
    let loops = try await makeLoops(group)
    let listener = try await listen(group, loops)
    onBound(options.host, listener.localAddress?.port ?? options.port)
    await withTaskGroup(of: Void.self) { tasks in
      tasks.addTask { await shared.waits.run(shared.gate) }
      tasks.addTask { await shared.ledger.desk.run(shared.routing, shared.ledger) }
      try? await gracefulShutdown()
      listener.close(promise: nil)
      for loop in loops.values { loop.eventLoop.execute { loop.value.quiesce() } }
      await surroundings.wait(for: shared.open.none(), atMost: options.drain)
      tasks.cancelAll()
    }
    // What is settled by closing is written by the end of the tick: the journals are closed in another one.
    for loop in loops.values { try? await loop.eventLoop.submit { loop.value.closeAll() }.get() }
    for loop in loops.values { try? await loop.eventLoop.submit { loop.value.journal.close() }.get() }
  }

  private func makeLoops(
    _ group: MultiThreadedEventLoopGroup
  ) async throws -> [ObjectIdentifier: NIOLoopBound<GatewayLoop>] {
    let tls = try NIOSSLContext(configuration: .makeClientConfiguration())
    let random = String(surroundings.random() & 0xFFFF_FFFF, radix: 36)
    var loops: [ObjectIdentifier: NIOLoopBound<GatewayLoop>] = [:]
    for (number, eventLoop) in group.makeIterator().enumerated() {
      let bound = try await eventLoop.submit { [shared] in
        let tag = "\(random)\(number)x"
        return NIOLoopBound(
          GatewayLoop(eventLoop: eventLoop, shared: shared, tls: tls, tag: tag), eventLoop: eventLoop)
      }.get()
      eventLoop.scheduleRepeatedTask(initialDelay: GatewayLoop.sweepInterval, delay: GatewayLoop.sweepInterval) { _ in
        bound.value.sweep()
      }
      loops[ObjectIdentifier(eventLoop)] = bound
    }
    return loops
  }

  private func listen(
    _ group: MultiThreadedEventLoopGroup, _ loops: [ObjectIdentifier: NIOLoopBound<GatewayLoop>]
  ) async throws -> any Channel {
    let bootstrap = ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: 1024)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
      .childChannelOption(.writeBufferWaterMark, value: .init(low: 32 << 10, high: 64 << 10))
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          guard let loop = loops[ObjectIdentifier(channel.eventLoop)]?.value else {
            throw ChannelError.inappropriateOperationForState
          }
          try channel.pipeline.syncOperations.addHandler(ClientConnection(loop: loop))
        }
      }
    do {
      if let descriptor = options.descriptor { return try await bootstrap.withBoundSocket(descriptor).get() }
      return try await bootstrap.bind(host: options.host, port: options.port).get()
    } catch {
      let address = (options.host.contains(":") ? "[\(options.host)]" : options.host) + ":\(options.port)"
      let isTaken = (error as? IOError)?.errnoCode == EADDRINUSE
      let cause = isTaken ? "another program listens there; stop it, or choose another address" : "\(error)"
      throw GatewayError(address: address, cause: cause)
    }
  }
}
