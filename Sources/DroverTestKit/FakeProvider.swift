import DroverCore
import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A scripted model server on a loopback port of its own, for tests and benchmarks: it lists models, infers nothing
/// quickly, and can be made to fail in every way that a real one does. It serves thousands of requests a second.
package final class FakeProvider: Sendable {
  /// How requests are answered instead of properly.
  package enum Fault: Hashable, Sendable {
    case status(Int, retryAfter: String? = nil)
    /// A status with these headers and this body.
    case refusal(Int, headers: [String: String] = [:], body: String)
    /// The request is read, and nothing is ever said.
    case hang
    /// The connection is closed in the face of the request.
    case reset
    /// Status 200 with a body that is no JSON.
    case garbage
    /// Status 200 with a page for people.
    case page
    /// A proper answer, but late.
    case slow(Duration)
    case redirect(to: String)
  }

  /// What it does until it is told otherwise.
  package struct Script: Sendable {
    package var models: [String]
    package var fault: Fault?
    /// The fault of inference alone; ``fault`` wins.
    package var inferenceFault: Fault?
    /// The fault of loading alone; ``fault`` wins.
    package var loadFault: Fault?
    /// The key that it asks for; nil: none.
    package var token: String?
    /// The kind of server that it is.
    package var dialect: any FakeDialect

    package init(
      models: [String] = [], fault: Fault? = nil, inferenceFault: Fault? = nil, loadFault: Fault? = nil,
      token: String? = nil, dialect: any FakeDialect = OpenAIFake()
    ) {
      self.models = models
      self.fault = fault
      self.inferenceFault = inferenceFault
      self.loadFault = loadFault
      self.token = token
      self.dialect = dialect
    }
  }

  /// The requests that came, failed ones included.
  package struct Traffic: Hashable, Sendable {
    package var listings = 0
    package var inferences = 0
    /// The requests in work now, and the most that ever were.
    package var open = 0
    package var mostOpen = 0
  }

  struct State {
    var script: Script
    var memory = FakeMemory()
    var traffic = Traffic()
    var connections: [ObjectIdentifier: any Channel] = [:]
    var isStopped = false
  }

  package let port: Int
  private let listener: any Channel
  private let state: SharedState

  /// State that connections share with the server without holding it.
  final class SharedState: Sendable {
    let mutex: Mutex<State>

    init(_ script: Script) {
      var state = State(script: script)
      state.memory.listing = script.dialect.listing(of: script.models)
      mutex = Mutex(state)
    }
  }

  /// Listens on `port` of the loopback, or on one that nothing else in this process ever has.
  package static func start(_ script: Script = Script(), port: Int? = nil) async throws -> FakeProvider {
    let state = SharedState(script)
    let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.backlog, value: 1024)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.configureHTTPServerPipeline()
          try channel.pipeline.syncOperations.addHandler(FakeConnection(state))
        }
      }
    if let port {
      return FakeProvider(try await bootstrap.bind(host: "127.0.0.1", port: port).get(), port: port, state)
    }
    while true {
      let port = TestPorts.take().lowerBound
      do {
        return FakeProvider(try await bootstrap.bind(host: "127.0.0.1", port: port).get(), port: port, state)
      } catch let error as IOError where error.errnoCode == EADDRINUSE {
        // Another program was faster.
        continue
      }
    }
  }

  private init(_ listener: any Channel, port: Int, _ state: SharedState) {
    self.listener = listener
    self.port = port
    self.state = state
  }

  /// Without the `/v1` that clients have to add.
  package var baseURL: String { "http://127.0.0.1:\(port)" }

  package var traffic: Traffic { state.mutex.withLock { $0.traffic } }

  package func update(_ change: @Sendable (inout Script) -> Void) {
    state.mutex.withLock { state in
      change(&state.script)
      state.memory.listing = state.script.dialect.listing(of: state.script.models)
    }
  }

  /// What it remembers, as its requests left it.
  package var memory: FakeMemory { state.mutex.withLock { $0.memory } }

  /// Changes what it remembers, as another client would.
  package func remember(_ change: @Sendable (inout FakeMemory) -> Void) {
    state.mutex.withLock { change(&$0.memory) }
  }

  /// Closes the port and every connection: from now on connections are refused.
  package func stop() async {
    let connections = state.mutex.withLock { state in
      state.isStopped = true
      return Array(state.connections.values)
    }
    // A second stop, and a connection that closed by itself, find nothing to close.
    try? await listener.close().get()
    for connection in connections { try? await connection.close().get() }
  }
}
