import DroverCore
import Synchronization

/// A scripted `llama-server`, as one with a model of its own or as a router: it says what the genuine one says, infers
/// nothing quickly, and can be made to fail in every way that a real one does.
package final class FakeLlamaServer: Sendable {
  /// One model of a router, or the only one.
  package struct Model: Sendable {
    package var id: String
    package var aliases: [String] = []
    /// A word of the router's listing.
    package var status = "unloaded"
    package var exitCode: Int?
    package var hasFailed = false
    /// Listings until a load has ended; nil: it never does.
    package var listingsToLoad: Int? = 0
    /// Listings until its process has ended after an unload.
    package var listingsToUnload = 0
    /// Whether loads end in failure.
    package var fails = false
    package var context = 4096
    package var servesEmbeddings = false
    var isEnding = false
    /// Slots that are at work.
    package var busy = 0

    package init(_ id: String) { self.id = id }
  }

  package struct Script: Sendable {
    package var isRouter: Bool
    package var models: [Model]
    /// How requests are answered instead of properly.
    package var fault: FakeProvider.Fault?
    /// The fault of `POST`s alone; ``fault`` wins.
    package var postFault: FakeProvider.Fault?
    package var token: String?
    /// Whether the only model is still on its way into memory.
    package var isLoading = false
    package var isSleeping = false
    /// The name that events of a change of state have.
    package var eventName = "status_change"
    package var hasEvents = true

    package init(isRouter: Bool, models: [Model]) {
      self.isRouter = isRouter
      self.models = models
    }
  }

  struct State {
    var script: Script
    var calls: [String] = []
    var listeners: [AsyncStream<String>.Continuation] = []
  }

  let state: Mutex<State>
  private let http: Mutex<FakeHTTPServer?> = Mutex(nil)

  package init(_ script: Script) { state = Mutex(State(script: script)) }

  /// Listens on `port` of the loopback, or on a free one.
  package func start(port: Int = 0) async throws {
    let server = try await FakeHTTPServer.start(port: port) { self.answer($0) }
    http.withLock { $0 = server }
  }

  package static func started(_ script: Script) async throws -> FakeLlamaServer {
    let fake = FakeLlamaServer(script)
    try await fake.start()
    return fake
  }

  package var port: Int { http.withLock { $0?.port ?? 0 } }
  package var baseURL: String { "http://127.0.0.1:\(port)" }

  /// Every request as `GET /props?model=a`, in order.
  package var calls: [String] { state.withLock { $0.calls } }
  package var listenerCount: Int { state.withLock { $0.listeners.count } }
  package func clearCalls() { state.withLock { $0.calls = [] } }

  package func update(_ change: @Sendable (inout Script) -> Void) { state.withLock { change(&$0.script) } }

  /// Changes a model of a router and tells those who listen.
  package func change(_ id: String, _ change: @Sendable (inout Model) -> Void) {
    state.withLock { state in
      guard let index = state.script.models.firstIndex(where: { $0.id == id }) else { return }
      change(&state.script.models[index])
      state.tell(state.script.models[index])
    }
  }

  package func model(_ id: String) -> Model? { state.withLock { $0.script.models.first { $0.id == id } } }

  /// Ends every event stream.
  package func endEvents() {
    let listeners = state.withLock { state in
      defer { state.listeners = [] }
      return state.listeners
    }
    for listener in listeners { listener.finish() }
  }

  package func stop() async {
    endEvents()
    let server = http.withLock { $0 }
    await server?.stop()
  }
}

extension FakeLlamaServer.State {
  func tell(_ model: FakeLlamaServer.Model) {
    let event = FieldValue.object([
      "model": .string(model.id), "event": .string(script.eventName),
      "data": .object(["status": .string(model.status)]),
    ])
    for listener in listeners { listener.yield("data: \(event.json)\n\n") }
  }
}
