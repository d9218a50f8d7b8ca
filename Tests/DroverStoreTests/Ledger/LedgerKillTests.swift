import Dispatch
import DroverCore
import DroverJournal
import DroverStore
import DroverTestKit
import Glibc
import Testing

/// Processes that record usage at full speed and are killed at a random moment, one after the other on the same state.
struct LedgerKillTests {
  typealias Life = LedgerLife

  private static var kills: Int {
    getenv("DROVER_SOAK") == nil ? 20 : 200
  }

  @Test func `every acknowledged record is in the ledger exactly once over kills, and sums are exact`() async throws {
    let folder = try TemporaryFolder()
    var random = SplitMix64(seed: 77)
    for _ in 0..<Self.kills {
      let path = folder.path
      let delay = Int.random(in: 1_000...80_000, using: &random)
      await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String, delay = delay as Int] in
        let life = try LedgerLife(path)
        _ = try await life.recover()
        await withTaskGroup(of: Void.self) { group in
          group.addTask { await life.folder.run() }
          DispatchQueue.global().asyncAfter(deadline: .now() + .microseconds(delay)) { kill(getpid(), SIGKILL) }
          await life.record(segmentSize: 20_000) { false }
        }
      }
    }
    let lost = try await LedgerAudit.check(folder.path)
    // Of each process at most one tick was in flight.
    #expect(lost <= Self.kills * 8)
  }

  @Test func `a disk that is full for a while costs no acknowledged record`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path
    await #expect(processExitsWith: .success) { [path = path as String] in
      signal(SIGXFSZ, SIG_IGN)
      let life = try LedgerLife(path)
      _ = try await life.recover()
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { await life.folder.run() }
        let deadline = ContinuousClock.now + .seconds(600)
        func isFolded(_ count: Int64) async -> Bool {
          let usage = try? await life.ledger.modelUsage(of: nil)
          return usage?.first?.totals.requests ?? 0 >= count
        }
        // Files may not grow beyond what they need at first: neither journal nor database can be written on.
        try LedgerAudit.limitFiles(to: 200_000)
        async let recording: Void = life.record(segmentSize: 1 << 20) {
          ContinuousClock.now >= deadline || LedgerAudit.isOver
        }
        while try LedgerAudit.largestFile(path) < 190_000, ContinuousClock.now < deadline {
          try await Task.sleep(for: .milliseconds(5))
        }
        try await Task.sleep(for: .milliseconds(50))
        try LedgerAudit.limitFiles(to: nil)
        let before = try await life.ledger.modelUsage(of: nil).first?.totals.requests ?? 0
        while await !isFolded(before + 100), ContinuousClock.now < deadline {
          try await Task.sleep(for: .milliseconds(5))
        }
        LedgerAudit.finish()
        await recording
        group.cancelAll()
      }
    }
    _ = try await LedgerAudit.check(path)
  }
}
