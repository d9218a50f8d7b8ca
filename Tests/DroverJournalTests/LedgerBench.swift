import DroverCore
import DroverTestKit
import Synchronization
import Testing

@testable import DroverJournal

/// One process that writes a journal, and its folder.
final class LedgerBench: Sendable {
  let folder: LedgerFolder
  private let boot: BootMark
  private let writer: Mutex<Pen>
  private let notes = Notes()
  private let naps = Naps()

  /// How often the folder sleeps.
  private final class Naps: Sendable {
    private let counts = Mutex((begun: 0, open: 0))

    var now: (begun: Int, open: Int) { counts.withLock { $0 } }

    func sleep(_ duration: Duration) async throws {
      counts.withLock { $0 = ($0.begun + 1, $0.open + 1) }
      defer { counts.withLock { $0.open -= 1 } }
      try await Task.sleep(for: duration)
    }
  }

  /// What the folder told of.
  private final class Notes: Sendable {
    private let notices = Mutex<[LedgerNotice]>([])

    var all: [LedgerNotice] { notices.withLock { $0 } }

    func append(_ notice: LedgerNotice) { notices.withLock { $0.append(notice) } }
  }

  private struct Pen {
    let writer: JournalWriter
    var held: [HoldRecord] = []
  }

  init(root: String, life: UInt64, boot: String, ledger: any Ledger, settings: LedgerSettings = LedgerSettings()) throws
  {
    self.boot = BootMark(bootID: boot)
    let journal = try JournalFolder(
      root: root, incarnation: Incarnation(high: life, low: 0), boot: self.boot, now: { Timestamp(milliseconds: 1) })
    writer = Mutex(Pen(writer: journal.makeWriter(segmentSize: 2000)))
    let start = ContinuousClock.now
    let surroundings = Surroundings(
      now: { Timestamp(milliseconds: 1000) }, sleep: { [naps] in try await naps.sleep($0) }, random: { 4 },
      uptime: { ContinuousClock.now - start })
    folder = LedgerFolder(
      ledger: ledger, folder: journal, node: "n", settings: settings, surroundings: surroundings,
      notify: { [notes] in notes.append($0) })
  }

  var notices: [LedgerNotice] { notes.all }

  /// Waits until the folder sleeps through ten times the pause between two passes, but for what it does every few minutes.
  func rests() async throws {
    try await until {
      let before = naps.now
      try await Task.sleep(for: LedgerFolder.interval * 10)
      return before.open == 1 && naps.now == before
    }
  }

  var segments: [UInt32] {
    get throws { try JournalListing.segments(in: folder.folder.path)[0] ?? [] }
  }

  func recover(
    _ durability: LedgerDurability = .interval
  ) async throws -> (image: LedgerImage, recovery: LedgerRecovery) {
    try await folder.recover(node: "n", boot: boot, durability: durability)
  }

  func begin(
    _ durability: LedgerDurability = .interval
  ) async throws -> (image: LedgerImage, recovery: LedgerRecovery) {
    try await folder.begin(node: "n", boot: boot, durability: durability)
  }

  /// Runs the folder for as long as `body` takes.
  func running(_ body: () async throws -> Void) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await self.folder.run() }
      try await body()
      group.cancelAll()
    }
  }

  /// Requests from hold to settlement, a tick each.
  func write(_ count: Int, costing picos: Int128) {
    for _ in 0..<count {
      hold(1, worst: picos)
      settleHeld(costing: picos)
    }
  }

  func hold(_ count: Int, worst picos: Int128) {
    writer.withLock { pen in
      let names = folder.folder.names
      for _ in 0..<count {
        let hold = HoldRecord(
          request: pen.writer.nextRequest(), takenAt: Timestamp(milliseconds: 5), model: names.id(.model, "p:m"),
          worstCost: Money(picos: picos),
          budgets: [HoldRecord.Charge(budget: names.id(.budget, "month"), start: Timestamp(milliseconds: 0))])
        pen.held.append(hold)
        #expect(pen.writer.stage(hold))
      }
      #expect(pen.writer.flush() == .written)
    }
  }

  /// Settles the hold that was taken first.
  func settleHeld(costing picos: Int128) {
    writer.withLock { pen in
      let hold = pen.held.removeFirst()
      pen.writer.stage(
        SettleRecord(
          request: hold.request, settledAt: Timestamp(milliseconds: 6), outcome: .ok, cost: Money(picos: picos)))
      #expect(pen.writer.flush() == .written)
    }
  }

  func close() { writer.withLock { #expect($0.writer.close() == .written) } }
}

/// Waits until a condition holds; a test ends with an issue where it never does.
func until(
  within limit: Duration = .seconds(600), sourceLocation: SourceLocation = #_sourceLocation,
  _ condition: () async throws -> Bool
) async throws {
  let deadline = ContinuousClock.now + limit
  while try await !condition() {
    guard ContinuousClock.now < deadline else {
      Issue.record("the condition did not come to hold", sourceLocation: sourceLocation)
      return
    }
    try await Task.sleep(for: .milliseconds(5))
  }
}
