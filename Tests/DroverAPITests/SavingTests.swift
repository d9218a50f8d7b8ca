import DroverCore
import Synchronization
import Testing

@testable import DroverAPI

/// S10.2.12, S11.1.12
@Suite(.timeLimit(.minutes(15))) struct SavingTests {
  private let control = FakeControl()
  private let snapshot = FakeSnapshot()

  init() {
    control.put(provider: "local", type: "llama.cpp")
    control.put(
      model: "a", spec: .object(["provider": .string("local")]), root: "/srv/fleet", path: "models/a.yaml")
  }

  @Test func `saves the registry as it would be exported, and tells where`() async throws {
    try await TestServer.run(control, snapshot: snapshot) { server in
      let client = try server.client()
      let reply = try await client.request("POST", "/api/v1/models/save-state")
      #expect(reply.text == #"{"success":true,"message":"State saved","path":"/state/registry.json"}"#)
      let export = try await client.get("/api/v1/models/export").json()
      let saved = try JSONReader.read(snapshot.state.withLock { $0.bytes })
      #expect(saved == export && saved.list?.count == 1)
    }
  }

  @Test func `a state that cannot be saved is told so`() async throws {
    snapshot.state.withLock { $0.failure = .unwritable("the disk is full") }
    try await TestServer.run(control, snapshot: snapshot) { server in
      let reply = try await server.client().request("POST", "/api/v1/models/save-state")
      #expect(reply.status == 503)
      #expect(try reply.json().errorMessage == "the disk is full")
    }
  }

  @Test(arguments: [
    ("{}", 200), (#"{"path":null}"#, 200), (#"{"path":"/srv/fleet"}"#, 200), (#"{"path":"models/a.yaml"}"#, 200),
    (#"{"path":"/srv/fleet/models/a.yaml"}"#, 200), (#"{"path":"/etc/passwd"}"#, 403),
    (#"{"path":"/srv/fleet/../x"}"#, 403), (#"{"path":7}"#, 400), (#"{"file":"x"}"#, 400),
  ])
  func `reads manifests again, and nothing else`(body: String, status: Int) async throws {
    try await TestServer.run(control) { server in
      let reply = try await server.client().request("POST", "/api/v1/models/reload", body: body)
      #expect(reply.status == status)
      #expect(control.state.withLock { $0.reconciled.count } == (status == 200 ? 1 : 0))
      if status == 200 { #expect(try reply.json()["token"] == .string("token-1")) }
    }
  }
}

/// Keeps what is saved in memory.
final class FakeSnapshot: SnapshotSink {
  struct State: Sendable {
    var bytes: [UInt8] = []
    var failure: StoreError?
    var attempts = 0
    var settings: SnapshotSettings?
  }

  let state = Mutex(State())
  private let (news, tell) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

  func path(_ settings: SnapshotSettings) -> String { "/state/" + settings.path }

  func write(_ bytes: [UInt8], _ settings: SnapshotSettings) async throws(StoreError) -> String {
    defer { tell.yield() }
    try state.withLock { state throws(StoreError) in
      state.attempts += 1
      state.settings = settings
      if let failure = state.failure { throw failure }
      state.bytes = bytes
    }
    return path(settings)
  }

  /// Waits until a state holds, which every attempt may bring about.
  func until(_ condition: (State) -> Bool) async {
    if state.withLock({ condition($0) }) { return }
    for await _ in news where state.withLock({ condition($0) }) { return }
  }
}

extension Surroundings {
  /// A clock that stands, and pauses that never end.
  static let still = Surroundings(
    now: { FakeUsage.time }, sleep: { _ in try await Task.sleep(for: .seconds(3600)) }, random: { 0 })
}
