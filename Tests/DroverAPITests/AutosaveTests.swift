import DroverCore
import Synchronization
import Testing

@testable import DroverAPI

/// S12.2.4, S13.1.9, S13.1.10, S13.1.17, S16.1.5
@Suite(.timeLimit(.minutes(15))) struct AutosaveTests {
  private let sink = FakeSnapshot()
  private let kept = FakeEvents()
  private let clock = FakePauses()
  private let present = FakeRegistry()
  private let desk: SnapshotDesk

  init() {
    let surroundings = clock.surroundings
    desk = SnapshotDesk(
      sink: sink, events: EventHub(keeping: kept, surroundings: surroundings), surroundings: surroundings)
  }

  private func running(_ body: () async throws -> Void) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        await desk.run(
          version: { [present.state.withLock { $0.version }] }, export: { present.state.withLock { $0.bytes } })
      }
      try await body()
      group.cancelAll()
    }
  }

  @Test func `S12.2.4: writes each interval in which something changed`() async throws {
    try await running {
      await clock.pass(1)
      await sink.until { $0.attempts == 1 && $0.bytes == [1] }
      await clock.pass(2)
      #expect(sink.state.withLock { $0.attempts } == 1)
      present.change(to: [2])
      await clock.pass(1)
      await sink.until { $0.attempts == 2 && $0.bytes == [2] }
    }
    #expect(clock.state.withLock { $0.asked.first } == .seconds(60))
    #expect(kept.events.withLock { $0.isEmpty })
  }

  @Test func `S13.1.10: a state that cannot be saved is told once, tried again, and told when it can`() async throws {
    sink.state.withLock { $0.failure = .unwritable("the disk is full") }
    try await running {
      await clock.pass(3)
      await sink.until { $0.attempts == 3 }
      sink.state.withLock { $0.failure = nil }
      await clock.pass(1)
      await kept.until { $0.map(\.name) == ["state-save-error", "state-saved", "registry-saved"] }
    }
    let told = kept.events.withLock { $0 }
    #expect(
      told.map(\.payload.json) == [
        #"{"path":"/state/registry.json","error":"the disk is full"}"#, #"{"path":"/state/registry.json"}"#,
        #"{"path":"/state/registry.json"}"#,
      ])
  }

  @Test func `other settings hold at once, and nothing is written while it is off`() async throws {
    desk.configure(SnapshotSettings(isEnabled: false))
    try await running {
      desk.configure(SnapshotSettings(interval: .seconds(5), path: "copies/all.json", keep: 2))
      await clock.pass(1)
      await sink.until { $0.attempts == 1 && $0.settings?.path == "copies/all.json" && $0.settings?.keep == 2 }
    }
    #expect(clock.state.withLock { $0.asked.first } == .seconds(5))
  }

  @Test func `S13.1.9, S13.1.17: who asks for it is told, and so is everybody else`() async throws {
    #expect(try await desk.save([7], actor: "socket:0") == "/state/registry.json")
    let told = kept.events.withLock { $0 }
    #expect(told.map(\.name) == ["state-saved", "registry-saved"])
    #expect(told.map(\.actor) == ["socket:0", "socket:0"])
    #expect(told.map { $0.payload["path"] } == [.string("/state/registry.json"), .string("/state/registry.json")])
  }
}

/// What there is to be saved.
private final class FakeRegistry: Sendable {
  let state = Mutex((version: UInt64(1), bytes: [UInt8(1)]))

  func change(to bytes: [UInt8]) { state.withLock { $0 = ($0.version + 1, bytes) } }
}

/// A clock whose pauses end when a test lets them.
final class FakePauses: Sendable {
  struct State: Sendable {
    /// How long each pause was to be.
    var asked: [Duration] = []
    var allowed = 0
    var ended = 0
  }

  let state = Mutex(State())

  var surroundings: Surroundings {
    Surroundings(
      now: { FakeUsage.time },
      sleep: { [self] pause in
        let number = state.withLock { state in
          state.asked.append(pause)
          return state.asked.count
        }
        while state.withLock({ $0.allowed < number }) { try await Task.sleep(for: .milliseconds(1)) }
        state.withLock { $0.ended = max($0.ended, number) }
      }, random: { 0 })
  }

  /// Lets that many pauses end, and waits until the one after them has begun.
  func pass(_ count: Int) async {
    let goal = state.withLock { state in
      state.allowed = max(state.allowed, state.ended) + count
      return state.allowed
    }
    while state.withLock({ $0.asked.count <= goal }), !Task.isCancelled { try? await Task.sleep(for: .milliseconds(1)) }
  }
}
