import DroverCore
import DroverTestKit
import Testing

/// What every ``Ledger`` does.
struct LedgerConformanceTests {
  typealias Sample = LedgerSample
  private let month = Sample.window("month")

  @Test(arguments: LedgerSubject.Twin.allCases)
  func `starts empty`(twin: LedgerSubject.Twin) async throws {
    let subject = try LedgerSubject(twin)
    #expect(try await subject.ledger.open(node: "n", at: Sample.start) == LedgerImage())
    #expect(try await subject.ledger.usage(UsageQuery()) == [])
    #expect(try await subject.ledger.totals(of: [month]) == [BudgetTotal(window: month)])
    #expect(try await subject.later.rows(of: nil, limit: 9) == [])
  }

  @Test(arguments: LedgerSubject.Twin.allCases)
  func `keeps rows as they were, newest first`(twin: LedgerSubject.Twin) async throws {
    let subject = try LedgerSubject(twin)
    let rows = [
      Sample.row(1, minute: 5, cost: Money(picos: 3), budgets: [month, Sample.window("year")]),
      Sample.row(2, minute: 2, model: "q:org/x", accessKey: nil, route: "r", currency: "EUR", cost: Money(units: -4)),
      Sample.row(.max, minute: 9, outcome: .lost, cost: Money(units: 999_999_999_999)),
    ]
    #expect(try await subject.ledger.fold(Sample.batch(rows)) == 3)
    #expect(try await subject.later.rows(of: nil, limit: 9) == [rows[2], rows[0], rows[1]])
    #expect(try await subject.later.rows(of: "q:org/x", limit: 9) == [rows[1]])
    #expect(try await subject.later.rows(of: nil, limit: 1) == [rows[2]])
  }

  @Test(arguments: LedgerSubject.Twin.allCases)
  func `an attempt counts once, however often it is told`(twin: LedgerSubject.Twin) async throws {
    let subject = try LedgerSubject(twin)
    let row = Sample.row(1, cost: Money(units: 2), budgets: [month], limits: [LimitSubject(limit: "l")])
    #expect(try await subject.ledger.fold(Sample.batch([row, row], cursor: 70)) == 1)
    #expect(try await subject.ledger.fold(Sample.batch([row])) == 0)
    var other = row
    other.settlement.cost = Money(units: 50)
    #expect(try await subject.later.fold(Sample.batch([other], cursor: 80)) == 0)
    let image = try await subject.later.open(node: "n", at: Sample.at(3))
    #expect(image.budgets == [BudgetTotal(window: month, spent: Money(units: 2))])
    #expect(image.slots.map(\.requests) == [1])
    #expect(image.models.map(\.totals.requests) == [1])
    #expect(image.cursors.map(\.offset) == [80])
  }

  @Test(arguments: LedgerSubject.Twin.allCases)
  func `holds are open until they are settled, and are never opened again`(twin: LedgerSubject.Twin) async throws {
    let subject = try LedgerSubject(twin)
    let row = Sample.row(
      1, cost: Money(picos: 400), budgets: [month], limits: [LimitSubject(limit: "a", subject: "b")])
    try await subject.ledger.fold(Sample.batch([], opened: [row.hold], cursor: 70))
    var image = try await subject.later.open(node: "n", at: Sample.start)
    #expect(image.openHolds == [row.hold])
    #expect(image.budgets == [BudgetTotal(window: month, held: Money(picos: 1000))])
    #expect(try await subject.later.open(node: "other", at: Sample.start).openHolds == [])
    try await subject.ledger.fold(Sample.batch([row], cursor: 80))
    try await subject.ledger.fold(Sample.batch([], opened: [row.hold]))
    image = try await subject.later.open(node: "n", at: Sample.start)
    #expect(image.openHolds == [])
    #expect(image.budgets == [BudgetTotal(window: month, spent: Money(picos: 400))])
  }

  private func total(_ ledger: any Ledger) async throws -> BudgetTotal? {
    try await ledger.totals(of: [month]).first
  }

  private func grant(_ ledger: any Ledger, limit: Int64, want: Int64, to node: String) async throws -> Money? {
    let request = GrantRequest(window: month, limit: Money(units: limit), want: Money(units: want))
    let grants = try await ledger.grant([request], to: node)
    #expect(grants.map(\.window) == [month])
    return grants.first?.amount
  }

  @Test(arguments: LedgerSubject.Twin.allCases)
  func `grants what is left, to one or to many, and never more`(twin: LedgerSubject.Twin) async throws {
    let subject = try LedgerSubject(twin)
    let ledger = subject.ledger
    #expect(try await grant(ledger, limit: 10, want: 4, to: "n") == Money(units: 4))
    #expect(try await grant(ledger, limit: 10, want: .max, to: "m") == Money(units: 6))
    #expect(try await grant(ledger, limit: 10, want: 1, to: "n") == .zero)
    // What n spends is taken from what n was granted; a row dearer than its grant takes no one else's.
    try await ledger.fold(Sample.batch([Sample.row(1, cost: Money(units: 3), budgets: [month])]))
    let expected = BudgetTotal(window: month, spent: Money(units: 3), granted: Money(units: 7))
    #expect(try await total(subject.later) == expected)
    try await ledger.returnGrants([Grant(window: month, amount: Money(units: 5))], from: "m")
    #expect(try await grant(ledger, limit: 10, want: 9, to: "n") == Money(units: 5))
    try await ledger.fold(Sample.batch([Sample.row(2, cost: Money(units: 60), budgets: [month])]))
    let overdrawn = BudgetTotal(window: month, spent: Money(units: 63), granted: Money(units: 1))
    #expect(try await total(subject.later) == overdrawn)
    // A limit that was lowered grants nothing, and one that was raised grants the rest.
    #expect(try await grant(ledger, limit: 2, want: 10, to: "n") == .zero)
    #expect(try await grant(ledger, limit: 70, want: 10, to: "n") == Money(units: 6))
    let image = try await subject.later.open(node: "m", at: Sample.start)
    #expect(image.grants == [Grant(window: month, amount: Money(units: 1))])
  }

  @Test(arguments: LedgerSubject.Twin.allCases)
  func `an image has the newest window of each budget and subject`(twin: LedgerSubject.Twin) async throws {
    let subject = try LedgerSubject(twin)
    let later = Sample.window("month", start: Sample.at(60_000))
    let keyed = Sample.window("month", "k")
    let lifetime = BudgetWindow(budget: "life")
    try await subject.ledger.fold(
      Sample.batch([
        Sample.row(1, cost: Money(units: 1), budgets: [lifetime, month]),
        Sample.row(2, cost: Money(units: 2), budgets: [lifetime, later]),
        Sample.row(3, cost: Money(units: 4), budgets: [keyed]),
      ]))
    let image = try await subject.later.open(node: "n", at: Sample.start)
    #expect(
      image.budgets == [
        BudgetTotal(window: lifetime, spent: Money(units: 3)), BudgetTotal(window: later, spent: Money(units: 2)),
        BudgetTotal(window: keyed, spent: Money(units: 4)),
      ])
    #expect(try await subject.later.totals(of: [month, later]).map(\.spent) == [Money(units: 1), Money(units: 2)])
  }

  @Test(arguments: LedgerSubject.Twin.allCases)
  func `slots are minutes of the last hour and quarters of a day`(twin: LedgerSubject.Twin) async throws {
    let subject = try LedgerSubject(twin)
    let limit = LimitSubject(limit: "per-key", subject: "k")
    let minutes = [-2000, 0, 3, 14, 15, 1439, 1440, 1441, 1441]
    let rows = minutes.enumerated().map { index, minute in
      Sample.row(UInt64(index), minute: minute, outcome: minute == 3 ? .lost : .ok, cost: .zero, limits: [limit])
    }
    let correction = Sample.row(99, minute: 1441, purpose: .correction, cost: .zero, limits: [limit])
    try await subject.ledger.fold(Sample.batch(rows + [correction]))
    let slots = try await subject.later.open(node: "n", at: Sample.at(1447)).slots
    func slot(_ minute: Int, _ length: Int, _ requests: Int64, _ tokens: Int64) -> LimitSlot {
      LimitSlot(
        subject: limit, start: Sample.at(minute), length: .seconds(60 * length), requests: requests, tokens: tokens)
    }
    let expected = [
      slot(0, 15, 3, 130), slot(15, 15, 1, 15), slot(1439, 1, 1, 15), slot(1440, 1, 1, 15), slot(1441, 1, 2, 45),
    ]
    #expect(slots == expected)
    try await subject.ledger.compact(before: Sample.at(-9999), now: Sample.at(1447))
    #expect(try await subject.later.open(node: "n", at: Sample.at(1447)).slots == expected)
  }

  @Test(arguments: LedgerSubject.Twin.allCases)
  func `a reset begins statistics anew and leaves rows and budgets`(twin: LedgerSubject.Twin) async throws {
    let subject = try LedgerSubject(twin)
    var batch = Sample.batch([Sample.row(1, cost: Money(units: 1), budgets: [month])])
    batch.entries.append(.reset(UsageReset(model: "p:m", at: Sample.at(7))))
    batch.entries.append(.row(Sample.row(2, outcome: .error, cost: Money(units: 5), budgets: [month])))
    batch.entries.append(.row(Sample.row(3, model: "q:m", cost: Money(units: 8), budgets: [month])))
    try await subject.ledger.fold(batch)
    var usage = try await subject.later.modelUsage(of: "p:m")
    #expect(usage.map(\.totals.cost) == [Money(units: 5)])
    #expect(usage.map(\.totals.failed) == [1])
    #expect(usage.map(\.lastReset) == [Sample.at(7)])
    try await subject.ledger.fold(
      LedgerBatch(node: "n", entries: [.reset(UsageReset(model: "p:m", at: Sample.at(9)))]))
    usage = try await subject.later.modelUsage(of: nil)
    #expect(usage.map(\.totals.cost) == [.zero, Money(units: 8)])
    #expect(usage.map(\.lastReset) == [Sample.at(9), nil])
    #expect(try await subject.later.totals(of: [month]).map(\.spent) == [Money(units: 14)])
    #expect(try await subject.later.rows(of: nil, limit: 9).count == 3)
    #expect(try await subject.later.usage(UsageQuery()).map(\.totals.requests) == [3])
  }

  @Test(arguments: LedgerSubject.Twin.allCases)
  func `sums are exact far beyond 64 bits`(twin: LedgerSubject.Twin) async throws {
    let subject = try LedgerSubject(twin)
    let most = try #require(Money("999999999999.999999999999"))
    let rows = (0..<100).map { Sample.row(UInt64($0), cost: most, budgets: [month]) }
    for row in rows { try await subject.ledger.fold(Sample.batch([row])) }
    try await subject.ledger.fold(Sample.batch([Sample.row(100, cost: Money(picos: -1), budgets: [month])]))
    let exact = Money(picos: most.picos * 100 - 1)
    #expect(try await subject.later.totals(of: [month]).map(\.spent) == [exact])
    #expect(try await subject.later.usage(UsageQuery()).map(\.totals.cost) == [exact])
    #expect(try await subject.later.modelUsage(of: nil).map(\.totals.cost) == [exact])
  }

  @Test(arguments: LedgerSubject.Twin.allCases)
  func `a finished incarnation has no cursor any more`(twin: LedgerSubject.Twin) async throws {
    let subject = try LedgerSubject(twin)
    try await subject.ledger.fold(Sample.batch([], cursor: 70))
    try await subject.ledger.fold(LedgerBatch(node: "n", finished: [Sample.incarnation]))
    #expect(try await subject.later.open(node: "n", at: Sample.start).cursors == [])
    try await subject.ledger.synchronize()
  }
}
