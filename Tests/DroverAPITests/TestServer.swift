import DroverCore
import Glibc
import Logging
import ServiceLifecycle
import Testing

@testable import DroverAPI

/// The API served on a free port and on a socket, for the time of one test.
struct TestServer: Sendable {
  var tcp: BoundAddress
  var socket: BoundAddress

  /// Runs `body` beside the servers, and shuts them down gracefully after it.
  static func run(
    _ control: FakeControl, loads: (any LoadControl)? = nil, discovery: (any ModelDiscovery)? = nil,
    measuring: (any ModelMeasuring)? = nil, registration: (any ModelRegistration)? = nil, events: EventHub? = nil,
    snapshot: (any SnapshotSink)? = nil, usage: UsageAccess? = nil,
    examination: (any Examination)? = nil,
    allowedHosts: [String] = [],
    tokens: AccessTokens = AccessTokens(), bodyTimeout: Duration = .seconds(300),
    _ body: (TestServer) async throws -> Void
  ) async throws {
    let path = "/tmp/drover-api-\(getpid())-\(String(UInt64.random(in: 0 ... .max), radix: 36)).sock"
    let api = ControlAPI(
      control: control, loads: loads, discovery: discovery, measuring: measuring, registration: registration,
      events: events,
      snapshots: snapshot.map { SnapshotDesk(sink: $0, events: events, surroundings: .still) }, usage: usage,
      examination: examination,
      overrides: control.lifecycle, current: control.lifecycle,
      options: ControlAPI.Options(
        listen: ListenAddress(host: "127.0.0.1", port: 0), socketPath: path, allowedHosts: allowedHosts, tokens: tokens,
        version: "1.2.3", bodyTimeout: bodyTimeout),
      logger: .silent)
    let (bound, tell) = AsyncStream<BoundAddress>.makeStream()
    let group = ServiceGroup(
      configuration: ServiceGroupConfiguration(services: try api.services { tell.yield($0) }, logger: .silent))
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask {
        defer { tell.finish() }
        try await group.run()
      }
      var (tcp, socket): (BoundAddress?, BoundAddress?)
      for await address in bound {
        switch address {
        case .tcp(let address) where address.host == "127.0.0.1": tcp = .tcp(address)
        case .tcp: continue
        case .socket: socket = address
        }
        if tcp != nil, socket != nil { break }
      }
      if let tcp, let socket { try await body(TestServer(tcp: tcp, socket: socket)) }
      await group.triggerGracefulShutdown()
      try await tasks.waitForAll()
    }
    #expect(access(path, F_OK) != 0)
  }

  func client() throws -> RawClient { try RawClient(tcp) }
}

extension Logger {
  static let silent = Logger(label: "silent") { _ in SwiftLogNoOpLogHandler() }
}

extension FieldValue {
  var errorCode: String? { self[path: ["error", "code"]]?.string }
  var errorMessage: String? { self[path: ["error", "message"]]?.string }
}
