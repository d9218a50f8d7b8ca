import DroverCore
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// An HTTP server on a loopback port of its own that answers as a function says. Requests of one connection are answered
/// in order.
package final class FakeHTTPServer: Sendable {
  package struct Request: Sendable {
    package var method: String
    package var path: String
    /// By name, decoded; empty where there is no value.
    package var query: [String: String]
    package var headers: [String: String]
    package var body: [UInt8]
  }

  package enum Answer: Sendable {
    case reply(status: Int = 200, type: String = "application/json", headers: [String: String] = [:], body: [UInt8])
    /// Events as they are yielded, until the stream ends or ``closeStreams()``.
    case events(AsyncStream<String>)
    indirect case late(Duration, Answer)
    /// The answer once the stream has ended.
    indirect case held(AsyncStream<Void>, Answer)
    case hang
    case close
  }

  package let port: Int
  private let listener: any Channel
  private let state: State

  final class State: Sendable {
    let handler: @Sendable (Request) -> Answer
    private let channels = Mutex<(open: [ObjectIdentifier: any Channel], isStopped: Bool)>(([:], false))

    init(_ handler: @escaping @Sendable (Request) -> Answer) { self.handler = handler }

    func opened(_ channel: any Channel) -> Bool {
      channels.withLock { state in
        state.open[ObjectIdentifier(channel)] = channel
        return !state.isStopped
      }
    }

    func closed(_ channel: any Channel) {
      channels.withLock { $0.open[ObjectIdentifier(channel)] = nil }
    }

    func stop() -> [any Channel] {
      channels.withLock { state in
        state.isStopped = true
        return Array(state.open.values)
      }
    }

    var all: [any Channel] { channels.withLock { Array($0.open.values) } }
  }

  package static func start(
    port: Int = 0, _ handler: @escaping @Sendable (Request) -> Answer
  ) async throws -> FakeHTTPServer {
    let state = State(handler)
    let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.backlog, value: 1024)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.configureHTTPServerPipeline()
          try channel.pipeline.syncOperations.addHandler(FakeHTTPHandler(state))
        }
      }
    let listener = try await bootstrap.bind(host: "127.0.0.1", port: port).get()
    return FakeHTTPServer(listener, port: listener.localAddress?.port ?? port, state)
  }

  private init(_ listener: any Channel, port: Int, _ state: State) {
    self.listener = listener
    self.port = port
    self.state = state
  }

  package var baseURL: String { "http://127.0.0.1:\(port)" }

  /// Closes every connection; new ones are taken.
  package func disconnect() async {
    for channel in state.all { try? await channel.close().get() }
  }

  /// Closes the port and every connection: from now on connections are refused.
  package func stop() async {
    let channels = state.stop()
    try? await listener.close().get()
    for channel in channels { try? await channel.close().get() }
  }
}
