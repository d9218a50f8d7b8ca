import DroverCore
import DroverSystem
import Synchronization
import Testing

@Suite(.serialized, .timeLimit(.minutes(15))) struct `When nothing changed` {
  let folder: Folder

  init() throws {
    folder = try Folder()
    try folder.write("a.yaml", "v: 1\n")
  }

  // 27
  @Test func `tells nothing of what is written into other folders`() async throws {
    for name in ["status/models", "state"] { try Directory.create(folder.beside(name), mode: 0o755) }
    try await watching(folder) { reader in
      reader.forget()
      for number in 1...50 {
        try Folder.write(folder.beside("status/models/m\(number).yaml"), Array("v: 1\n".utf8))
        try Folder.write(folder.beside("state/journal"), Array("x\n".utf8))
        try Folder.write(folder.beside("beside.yaml"), Array("v: \(number)\n".utf8))
      }
      try await reader.fence()
      #expect(reader.deltas == [])
    }
  }

  // 27
  @Test func `tells nothing over many walks and full reads`() async throws {
    try await folder.settled("a.yaml")
    let clock = ManualClock()
    let fullWalks = Mutex(0)
    try await watching(
      folder, schedule: DirectoryManifestSource.Schedule(), surroundings: clock.surroundings,
      watcher: { FakeWatcher() },
      filesystem: { _ in
        fullWalks.withLock { $0 += 1 }
        return .other
      }
    ) { reader in
      reader.forget()
      for round in 2...8 {
        while fullWalks.withLock({ $0 }) < round {
          clock.advance(.milliseconds(500))
          try await Task.sleep(for: .milliseconds(1))
        }
      }
      reader.source.rescan(everything: false)
      try await reader.next()
      #expect(reader.deltas.count == 1)
      #expect(reader.told == [])
    }
  }

  @Test func `goes on when the clock is set back`() async throws {
    try await folder.settled("a.yaml")
    let clock = ManualClock()
    try await watching(folder, schedule: .init(), surroundings: clock.surroundings, watcher: { FakeWatcher() }) {
      reader in
      clock.setBack(.seconds(86_400))
      try folder.write("a.yaml", "v: 2\n")
      try await withThrowingTaskGroup { group in
        group.addTask {
          while !Task.isCancelled {
            clock.advance(.seconds(1))
            try? await Task.sleep(for: .milliseconds(5))
          }
        }
        try await reader.until("the text") { $0.text("a.yaml") == "v: 2\n" }
        group.cancelAll()
      }
    }
  }
}

/// A clock that stands still until it is advanced.
final class ManualClock: Sendable {
  private struct State {
    var now = Timestamp(milliseconds: 1_000_000_000)
    var passed = Duration.zero
    var sleepers: [(due: Duration, continuation: CheckedContinuation<Void, Never>)] = []
    var isCancelled = false
  }

  private let state = Mutex(State())

  var surroundings: Surroundings {
    Surroundings(
      now: { self.state.withLock { $0.now } },
      sleep: { duration in
        await withTaskCancellationHandler {
          await withCheckedContinuation { continuation in self.sleep(duration, continuation) }
        } onCancel: {
          self.cancel()
        }
        try Task.checkCancellation()
      }, random: { 1 })
  }

  func advance(_ duration: Duration) {
    let due = state.withLock { state in
      state.now = state.now + duration
      state.passed += duration
      let passed = state.passed
      defer { state.sleepers.removeAll { $0.due <= passed } }
      return state.sleepers.filter { $0.due <= passed }
    }
    for sleeper in due { sleeper.continuation.resume() }
  }

  /// Changes what time it is, and lets no time pass.
  func setBack(_ duration: Duration) { state.withLock { $0.now = $0.now + (.zero - duration) } }

  private func sleep(_ duration: Duration, _ continuation: CheckedContinuation<Void, Never>) {
    let isOver = state.withLock { state in
      if duration <= .zero || state.isCancelled { return true }
      state.sleepers.append((state.passed + duration, continuation))
      return false
    }
    if isOver { continuation.resume() }
  }

  /// The source ends all its sleeps at once.
  private func cancel() {
    let all = state.withLock { state in
      state.isCancelled = true
      defer { state.sleepers = [] }
      return state.sleepers
    }
    for sleeper in all { sleeper.continuation.resume() }
  }
}
