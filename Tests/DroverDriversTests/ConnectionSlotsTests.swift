import Synchronization
import Testing

@testable import DroverDrivers

struct ConnectionSlotsTests {
  /// Something that a test opens once.
  private final class Gate: Sendable {
    private let (stream, continuation) = AsyncStream<Void>.makeStream()
    func open() { continuation.finish() }
    func pass() async { for await _ in stream {} }
  }

  private final class Counts: Sendable {
    private let values = Mutex((inside: 0, most: 0))
    var now: (inside: Int, most: Int) { values.withLock { $0 } }

    func enter() {
      values.withLock { values in
        values.inside += 1
        values.most = max(values.most, values.inside)
      }
    }

    func leave() { values.withLock { $0.inside -= 1 } }
  }

  private func until(_ condition: () -> Bool) async throws {
    try await eventually { condition() ? () : nil }
  }

  @Test
  func `lets no more in than there is room, and all of them in the end`() async throws {
    let slots = ConnectionSlots(limit: 3)
    let counts = Counts()
    try await withThrowingTaskGroup { group in
      for _ in 0..<200 {
        group.addTask {
          try await slots.withSlot(at: "a") {
            counts.enter()
            await Task.yield()
            counts.leave()
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(counts.now.inside == 0)
    #expect(counts.now.most <= 3)
    #expect(slots.waiting(at: "a") == 0)
  }

  @Test
  func `one that is cancelled waits no longer, and takes no place`() async throws {
    let slots = ConnectionSlots(limit: 1)
    let gate = Gate()
    let first = Task { try await slots.withSlot(at: "a") { await gate.pass() } }
    let second = Task { try await slots.withSlot(at: "a") { 2 } }
    try await until { slots.waiting(at: "a") == 1 }
    second.cancel()
    await #expect(throws: CancellationError.self) { try await second.value }
    // Another server has room of its own.
    #expect(try await slots.withSlot(at: "b") { 3 } == 3)
    let third = Task { try await slots.withSlot(at: "a") { 4 } }
    try await until { slots.waiting(at: "a") == 1 }
    gate.open()
    try await first.value
    #expect(try await third.value == 4)
  }
}
