import DroverCore
import DroverJournal
import Testing

struct FoldMachineTests {
  private let segment: SegmentScanner
  private var machine = FoldMachine()

  init() throws {
    let names: [JournalRecord] = [
      .name(NameID(raw: 1), JournalName(.model, "p:m")), .name(NameID(raw: 2), JournalName(.accessKey, "k")),
      .name(NameID(raw: 3), JournalName(.budget, "b", subject: "k")), .name(NameID(raw: 4), JournalName(.limit, "l")),
      .name(NameID(raw: 5), JournalName(.currency, "EUR")),
    ]
    segment = try JournalText.segment(names).withUnsafeBytes { bytes in
      var scanner = try #require(SegmentScanner(bytes))
      while scanner.next(in: UnsafeRawBufferPointer(rebasing: bytes[scanner.offset...])) != nil {}
      return scanner
    }
  }

  private func id(_ request: UInt64) -> AttemptID {
    AttemptID(incarnation: JournalText.incarnation, loop: 3, request: request)
  }

  private func hold(_ request: UInt64) -> JournalRecord {
    .hold(
      HoldRecord(
        request: request, takenAt: Timestamp(milliseconds: 5), accessKey: NameID(raw: 2), model: NameID(raw: 1),
        currency: NameID(raw: 5), reservedTokens: 9, worstCost: Money(picos: 70),
        budgets: [HoldRecord.Charge(budget: NameID(raw: 3), start: Timestamp(milliseconds: 2))],
        limits: [NameID(raw: 4)]))
  }

  private func settle(_ request: UInt64, cost: Int128 = 40) -> JournalRecord {
    .settle(
      SettleRecord(
        request: request, settledAt: Timestamp(milliseconds: 8), outcome: .ok, cost: Money(picos: cost),
        timeToFirstToken: 1, duration: 2))
  }

  private func expectedHold(_ request: UInt64) -> Hold {
    Hold(
      id: id(request), takenAt: Timestamp(milliseconds: 5), accessKey: "k", model: "p:m", currency: "EUR",
      reservedTokens: 9, worstCost: Money(picos: 70),
      budgets: [BudgetWindow(budget: "b", subject: "k", start: Timestamp(milliseconds: 2))],
      limits: [LimitSubject(limit: "l")])
  }

  @Test mutating func `a hold and its settlement are one row, and a second settlement is nothing`() {
    for record in [hold(1), settle(1), settle(1, cost: 99), settle(2)] { machine.take(record, from: segment) }
    let settlement = Settlement(
      id: id(1), settledAt: Timestamp(milliseconds: 8), outcome: .ok, cost: Money(picos: 40),
      timeToFirstToken: .microseconds(1), duration: .microseconds(2))
    #expect(
      machine.takeBatch(node: "n", cursors: [])
        == LedgerBatch(node: "n", entries: [.row(UsageRow(expectedHold(1), settlement))]))
    #expect(machine.takeBatch(node: "n", cursors: []).isEmpty)
  }

  @Test mutating func `a hold that is open at the end of a batch is told once, and settled later`() {
    machine.take(hold(1), from: segment)
    #expect(machine.takeBatch(node: "n", cursors: []).opened == [expectedHold(1)])
    machine.take(hold(1), from: segment)
    #expect(machine.takeBatch(node: "n", cursors: []).isEmpty)
    machine.take(settle(1), from: segment)
    let batch = machine.takeBatch(node: "n", cursors: [])
    #expect(batch.entries.count == 1)
    #expect(batch.opened.isEmpty)
    #expect(machine.open.isEmpty)
  }

  @Test mutating func `what a dead process held is lost at its worst case, free models included`() {
    machine = FoldMachine(open: [expectedHold(1), expectedHold(2)])
    machine.take(settle(2), from: segment)
    let now = Timestamp(milliseconds: 99)
    let rows = machine.lose({ $0.incarnation == JournalText.incarnation }, at: now)
    #expect(rows == [UsageRow(expectedHold(1), expectedHold(1).lost(at: now))])
    #expect(rows.first?.settlement.cost == Money(picos: 70))
    #expect(machine.takeBatch(node: "n", cursors: []).entries.count == 2)
    #expect(machine.open.isEmpty)
  }

  @Test mutating func `a name that the segment does not tell is no reason to drop money`() {
    machine.take(
      .hold(HoldRecord(request: 1, takenAt: Timestamp(milliseconds: 1), model: NameID(raw: 77))), from: segment)
    #expect(machine.takeBatch(node: "n", cursors: []).opened.map(\.model) == ["unknown-77"])
  }

  @Test mutating func `resets keep their place among the rows`() {
    machine.take(hold(1), from: segment)
    machine.take(settle(1), from: segment)
    machine.take(.reset(ResetRecord(model: NameID(raw: 1), at: Timestamp(milliseconds: 9))), from: segment)
    let entries = machine.takeBatch(node: "n", cursors: []).entries
    #expect(entries.last == .reset(UsageReset(model: "p:m", at: Timestamp(milliseconds: 9))))
    #expect(entries.count == 2)
  }
}
