import DroverCore
import DroverJournal
import DroverTestKit
import Testing

struct UsageDeskTests {
  private let scratch: ScratchFolder
  private let ledger = MemoryLedger()
  private let bench: LedgerBench
  private let desk: UsageDesk

  init() throws {
    scratch = try ScratchFolder()
    bench = try LedgerBench(root: scratch.path + "/journal", life: 1, boot: "boot", ledger: ledger)
    desk = UsageDesk(folder: bench.folder)
  }

  private func report(_ model: String, cost: Int64, succeeded: Bool = true) -> UsageReport {
    UsageReport(
      model: model, tokens: TokenCounts(input: 3, output: 4), succeeded: succeeded, cost: Money(units: cost),
      budgets: [BudgetWindow(budget: "month")], limits: [LimitSubject(limit: "l")])
  }

  @Test func `a report is priced either way, and is in the answer to the next question`() async throws {
    try await bench.running {
      try await desk.record(report("p:m", cost: 2))
      try await desk.record(report("p:m", cost: 3, succeeded: false))
      let usage = try await desk.modelUsage(of: "p:m")
      #expect(usage.map(\.totals.cost) == [Money(units: 5)])
      #expect(usage.map(\.totals.succeeded) == [1])
      #expect(usage.map(\.totals.failed) == [1])
      #expect(usage.map(\.totals.tokens) == [TokenCounts(input: 6, output: 8)])
      let sums = try await desk.usage(UsageQuery(groups: [.purpose]))
      #expect(sums.map(\.group.purpose) == [.reported])
    }
    let image = try await ledger.open(node: "n", at: Timestamp(milliseconds: 1000))
    #expect(image.budgets.map(\.spent) == [Money(units: 5)])
    #expect(image.slots.map(\.tokens) == [14])
  }

  @Test func `S5.1.5: a reset zeroes the statistics of one model and leaves rows and budgets`() async throws {
    try await bench.running {
      try await desk.record(report("p:m", cost: 2))
      try await desk.record(report("p:n", cost: 7))
      try await desk.resetUsage(of: "p:m")
      try await desk.record(report("p:m", cost: 1))
      let usage = try await desk.modelUsage(of: nil)
      #expect(usage.map(\.totals.cost) == [Money(units: 1), Money(units: 7)])
      #expect(usage.map(\.lastReset) == [Timestamp(milliseconds: 1000), nil])
      #expect(try await ledger.rows(of: nil, limit: 9).count == 3)
      #expect(try await ledger.totals(of: [BudgetWindow(budget: "month")]).map(\.spent) == [Money(units: 10)])
    }
  }

  @Test func `what cannot be recorded is said, and is not recorded later`() async throws {
    var many = report("p:m", cost: 2)
    many.budgets = (0..<300).map { BudgetWindow(budget: "b\($0)") }
    try await bench.running {
      await #expect(throws: StoreError.self) { try await desk.record(many) }
      let usage = try await desk.modelUsage(of: nil)
      #expect(usage == [])
    }
  }

  @Test func `a desk that was closed leaves nothing to be lost`() async throws {
    try await bench.running { try await desk.record(report("p:m", cost: 2)) }
    desk.close()
    #expect(try await ledger.open(node: "n", at: Timestamp(milliseconds: 1000)).openHolds == [])
  }
}
