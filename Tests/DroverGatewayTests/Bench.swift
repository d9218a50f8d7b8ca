import DroverCore
import DroverGateway
import DroverTestKit
import ServiceLifecycle
import Synchronization
import Testing

/// A gateway on a port of its own, before servers that answer as a test says.
struct Bench {
  let port: Int
  let gate: FakeGate
  let access: FakeAccess
  let traffic: Traffic
  let till: Till
  let end: @Sendable () -> Void

  static let surroundings = Surroundings(
    now: { Timestamp(milliseconds: 0) }, sleep: { try await Task.sleep(for: $0) }, random: { 7 })

  /// Runs `body` beside a gateway for `fleet`, and ends the gateway after it.
  static func run(
    _ desired: DesiredFleet, current: String? = nil, drain: Duration = .seconds(60), readies: Bool = true,
    routing: (any RoutingSource)? = nil, till given: Till? = nil, _ body: (Bench) async throws -> Void
  ) async throws {
    let gate = FakeGate(readies: readies)
    let access = FakeAccess()
    let traffic = Traffic()
    let till = try given ?? Till()
    let (ports, bound) = AsyncStream.makeStream(of: Int.self)
    let gateway = Gateway(
      options: GatewayOptions(host: "127.0.0.1", port: 0, isLoopback: true, loops: 1, drain: drain),
      routing: routing
        ?? FixedRouting(
          Routing(table: RoutingTable(desired), current: current.map { Identity(.model, $0) })),
      gate: gate, access: access, ledger: till.gatewayLedger, traffic: traffic, surroundings: surroundings
    ) { _, port in bound.yield(port) }
    let group = ServiceGroup(
      configuration: ServiceGroupConfiguration(services: [.init(service: gateway)], logger: .quiet))
    try await till.running {
      try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await group.run() }
        var numbers = ports.makeAsyncIterator()
        let port = try #require(await numbers.next())
        let bench = Bench(port: port, gate: gate, access: access, traffic: traffic, till: till) {
          gate.signal.yield()
        }
        tasks.addTask {
          for await _ in gate.signals { break }
          await group.triggerGracefulShutdown()
        }
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await body(bench)) } catch { outcome = .failure(error) }
        gate.signal.yield()
        try await tasks.waitForAll()
        try outcome.get()
      }
    }
  }
}

/// Decides nothing: one state of the manifests.
struct FixedRouting: RoutingSource {
  let routing: Routing

  init(_ routing: Routing) { self.routing = routing }

  func instance(_ id: String) -> Instance? {
    Instance(
      id: id, model: id, key: "local:" + id, provider: "local", modelID: id, generation: 1, reloadHash: "",
      isManaged: false, reserved: [], intendedAt: Timestamp(milliseconds: 0))
  }
}

/// Lets everybody in at once, or whoever waits as soon as a test says; counts uses.
final class FakeGate: ModelGate {
  private struct State {
    var readies: Bool
    var tickets: UInt64 = 0
    var open: Set<UInt64> = []
    var waiting = 0
    var refusal: ModelRefusal?
    var signals: [AsyncStream<Void>.Continuation] = []
  }

  private let state: Mutex<State>
  /// Ends the gateway.
  let signals: AsyncStream<Void>
  let signal: AsyncStream<Void>.Continuation

  init(readies: Bool) {
    state = Mutex(State(readies: readies))
    (signals, signal) = AsyncStream.makeStream()
  }

  var inUse: Int { state.withLock(\.open.count) }
  var waiting: Int { state.withLock(\.waiting) }
  var begun: UInt64 { state.withLock(\.tickets) }

  func beginAtOnce(_ model: String) -> ModelUse? {
    state.withLock { $0.readies ? Self.begin(model, &$0) : nil }
  }

  func begin(_ model: String) async throws(ModelRefusal) -> ModelUse {
    let (stream, signal) = AsyncStream.makeStream(of: Void.self)
    state.withLock { state in
      state.waiting += 1
      state.signals.append(signal)
    }
    for await _ in stream {}
    let isCancelled = Task.isCancelled
    let outcome = state.withLock { state -> Result<ModelUse, ModelRefusal> in
      state.waiting -= 1
      if isCancelled { return .failure(ModelRefusal(.cancelled, "given up")) }
      if let refusal = state.refusal { return .failure(refusal) }
      return .success(Self.begin(model, &state))
    }
    return try outcome.get()
  }

  func end(_ use: ModelUse) { state.withLock { _ = $0.open.remove(use.ticket) } }

  /// Whoever waits is answered.
  func answer(_ refusal: ModelRefusal? = nil) {
    let signals = state.withLock { state in
      state.refusal = refusal
      defer { state.signals = [] }
      return state.signals
    }
    for signal in signals { signal.finish() }
  }

  private static func begin(_ model: String, _ state: inout State) -> ModelUse {
    state.tickets += 1
    state.open.insert(state.tickets)
    return ModelUse(ticket: state.tickets, model: model, instance: model)
  }
}

/// Where models are, as a test says.
final class FakeAccess: UpstreamAccess {
  private let ports = Mutex<[String: Int]>([:])

  func put(_ model: String, at port: Int) { ports.withLock { $0[model] = port } }

  func upstream(of instance: Instance, at provider: ProviderSpec) throws(DriverError) -> Upstream {
    guard let port = ports.withLock({ $0[instance.model] }) else { throw .secretNotFound("no secret") }
    return Upstream(
      isTLS: false, host: "127.0.0.1", port: port, authority: "127.0.0.1:\(port)", basePath: "/v1",
      key: UpstreamKey(provider.type == .claude ? .apiKey : .bearer, "sk-upstream"), modelID: "up-" + instance.model)
  }
}

/// What a gateway told of its traffic.
final class Traffic: TrafficSink {
  private let stored = Mutex(GatewayTraffic())

  func note(_ traffic: GatewayTraffic) {
    stored.withLock { stored in
      stored.keyUses.merge(traffic.keyUses) { $1 }
      for (model, count) in traffic.outcomes { stored.outcomes[model, default: OutcomeCount()] += count }
    }
  }

  var keyUses: [String: Timestamp] { stored.withLock { $0.keyUses } }
  /// Successes and failures of a model, `2/1`.
  func outcome(of model: String) -> String {
    let count = stored.withLock { $0.outcomes[model] } ?? OutcomeCount()
    return "\(count.successes)/\(count.failures)"
  }
}
