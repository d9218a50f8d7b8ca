import DroverCore
import DroverJournal
import DroverTestKit
import Synchronization
import Testing

final class TalliedLedgerTests: Sendable {
  private let base = MemoryLedger()
  private let told = Mutex<[TalliedLedger.News]>([])

  private func row(_ request: UInt64, _ model: String = "p:m", cost: Int64, currency: String = "USD") -> UsageRow {
    let id = AttemptID(incarnation: Incarnation(high: 1, low: 2), loop: 0, request: request)
    let hold = Hold(id: id, takenAt: Timestamp(milliseconds: 5), model: model, currency: currency)
    return UsageRow(
      hold,
      Settlement(
        id: id, settledAt: Timestamp(milliseconds: 6), outcome: .ok, flags: .estimated,
        tokens: TokenCounts(input: 3, output: 4), cost: Money(units: cost)))
  }

  @Test func `its statistics are those of the ledger, after rows, resets and batches that come twice`() async throws {
    let ledger = TalliedLedger(base) { [self] news in told.withLock { $0 += news } }
    let batches = [
      LedgerBatch(node: "n", entries: [.row(row(1, cost: 2)), .row(row(2, cost: 3)), .row(row(3, "p:n", cost: 7))]),
      LedgerBatch(node: "n", entries: [.row(row(2, cost: 3)), .row(row(4, cost: 1, currency: "EUR"))]),
      LedgerBatch(
        node: "n", entries: [.reset(UsageReset(model: "p:m", at: Timestamp(milliseconds: 9))), .row(row(5, cost: 4))]),
    ]
    for batch in batches {
      try await ledger.fold(batch)
      let usage = try await base.modelUsage(of: nil)
      #expect(ledger.changes(after: 0).usage == usage)
    }
    #expect(ledger.usage(of: "p:m").map(\.totals.cost) == [.zero, Money(units: 4)])
    #expect(ledger.usage(of: "p:m").map(\.totals.estimated) == [0, 1])
    let news = told.withLock { $0 }
    #expect(news.map(\.row.id.request) == [1, 2, 3, 5])
    #expect(news.map(\.cumulativeCost) == [2, 5, 7, 4].map { Money(units: $0) })
  }

  @Test func `who asks after a version gets what changed since`() async throws {
    let ledger = TalliedLedger(base)
    try await ledger.fold(LedgerBatch(node: "n", entries: [.row(row(1, cost: 2)), .row(row(2, "p:n", cost: 2))]))
    let first = ledger.changes(after: 0)
    #expect(first.usage.map(\.model) == ["p:m", "p:n"])
    try await ledger.fold(LedgerBatch(node: "n", entries: [.row(row(3, "p:n", cost: 2))]))
    let second = ledger.changes(after: first.version)
    #expect(second.usage.map(\.model) == ["p:n"])
    #expect(ledger.changes(after: second.version).usage == [])
  }

  @Test func `what a ledger held before is there from its opening on, and no change where nothing changed`()
    async throws
  {
    try await base.fold(LedgerBatch(node: "n", entries: [.row(row(1, cost: 2))]))
    let ledger = TalliedLedger(base)
    _ = try await ledger.open(node: "n", at: Timestamp(milliseconds: 5))
    let first = ledger.changes(after: 0)
    #expect(first.usage.map(\.totals.cost) == [Money(units: 2)])
    _ = try await ledger.open(node: "n", at: Timestamp(milliseconds: 5))
    #expect(ledger.changes(after: first.version).usage == [])
  }

  @Test func `what cannot be folded changes no statistics and is told to nobody`() async throws {
    let ledger = TalliedLedger(base) { [self] news in told.withLock { $0 += news } }
    base.fail(with: .unwritable("the disk is full"))
    await #expect(throws: StoreError.self) {
      try await ledger.fold(LedgerBatch(node: "n", entries: [.row(row(1, cost: 2))]))
    }
    #expect(ledger.changes(after: 0).usage == [] && told.withLock { $0.isEmpty })
  }
}
