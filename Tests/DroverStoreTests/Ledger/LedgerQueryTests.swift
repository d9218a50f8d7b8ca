import DroverCore
import DroverTestKit
import Testing

/// How usage is asked for, and what is left after rows were compacted.
struct LedgerQueryTests {
  typealias Sample = LedgerSample

  private static let rows = [
    Sample.row(1, minute: 0, model: "p:a", accessKey: "k", cost: Money(units: 1)),
    Sample.row(2, minute: 59, model: "p:b", accessKey: nil, route: "r", cost: Money(units: 2)),
    Sample.row(3, minute: 60, model: "q:a", accessKey: "l", cost: Money(units: 4)),
    Sample.row(4, minute: 1500, model: "p:a", accessKey: "k", currency: "EUR", cost: Money(units: 8)),
  ]

  private func costs(_ sums: [UsageSum]) -> [Money] { sums.map(\.totals.cost) }

  @Test(arguments: LedgerSubject.Twin.allCases)
  func `sums are by what is asked for, and never over currencies`(twin: LedgerSubject.Twin) async throws {
    let subject = try LedgerSubject(twin)
    try await subject.ledger.fold(Sample.batch(Self.rows))
    let ledger = subject.later
    #expect(costs(try await ledger.usage(UsageQuery())) == [Money(units: 8), Money(units: 7)])
    let providers = try await ledger.usage(UsageQuery(groups: [.provider]))
    #expect(providers.map(\.group.provider) == ["p", "p", "q"])
    #expect(costs(providers) == [Money(units: 8), Money(units: 3), Money(units: 4)])
    let days = try await ledger.usage(UsageQuery(groups: [.day]))
    #expect(days.map(\.group.start) == [Sample.start, Sample.at(1440)])
    #expect(days.map(\.totals.requests) == [3, 1])
    let hours = try await ledger.usage(UsageQuery(groups: [.hour, .model]))
    #expect(hours.map(\.group.start) == [Sample.start, Sample.start, Sample.at(60), Sample.at(1500)])
    #expect(hours.map(\.group.model) == ["p:a", "p:b", "q:a", "p:a"])
    let keys = try await ledger.usage(UsageQuery(groups: [.accessKey, .route]))
    #expect(keys.map(\.group.accessKey) == [nil, "k", "k", "l"])
    #expect(keys.map(\.group.route) == ["r", nil, nil, nil])
  }

  @Test(arguments: LedgerSubject.Twin.allCases)
  func `an empty list finds nothing, and an absent one all`(twin: LedgerSubject.Twin) async throws {
    let subject = try LedgerSubject(twin)
    try await subject.ledger.fold(Sample.batch(Self.rows))
    func cost(_ query: UsageQuery) async throws -> [Money] { costs(try await subject.later.usage(query)) }
    #expect(try await cost(UsageQuery(models: [])) == [])
    #expect(try await cost(UsageQuery(models: ["p:b", "q:a"])) == [Money(units: 6)])
    #expect(try await cost(UsageQuery(providers: ["q"])) == [Money(units: 4)])
    #expect(try await cost(UsageQuery(accessKeys: ["k"])) == [Money(units: 8), Money(units: 1)])
    #expect(try await cost(UsageQuery(routes: ["r"])) == [Money(units: 2)])
    #expect(try await cost(UsageQuery(from: Sample.at(60))) == [Money(units: 8), Money(units: 4)])
    #expect(try await cost(UsageQuery(from: Sample.at(59), to: Sample.at(60))) == [Money(units: 3)])
    #expect(try await cost(UsageQuery(to: Sample.at(61))) == [Money(units: 7)])
    #expect(try await cost(UsageQuery(from: Sample.at(90), to: Sample.at(10))) == [])
  }

  @Test(arguments: LedgerSubject.Twin.allCases)
  func `compacted rows are gone one by one and stay in every sum`(twin: LedgerSubject.Twin) async throws {
    let subject = try LedgerSubject(twin)
    let month = Sample.window("month")
    let rows = (0..<40).map { Sample.row(UInt64($0), minute: $0, cost: Money(units: 1), budgets: [month]) }
    try await subject.ledger.fold(Sample.batch(rows, cursor: 90))
    #expect(try await subject.ledger.compact(before: Sample.at(30), now: Sample.at(40)) == 30)
    #expect(try await subject.ledger.compact(before: Sample.at(30), now: Sample.at(40)) == 0)
    #expect(try await subject.later.rows(of: nil, limit: 99).count == 10)
    #expect(costs(try await subject.later.usage(UsageQuery())) == [Money(units: 40)])
    #expect(try await subject.later.totals(of: [month]).map(\.spent) == [Money(units: 40)])
    // Told once more, they still count once.
    #expect(try await subject.later.fold(Sample.batch(rows, cursor: 90)) == 0)
    #expect(try await subject.later.totals(of: [month]).map(\.spent) == [Money(units: 40)])
  }

  /// Random histories: both twins answer every question alike.
  @Test(arguments: 0..<25)
  func `the database answers as the sum of all rows does`(seed: Int) async throws {
    let (memory, sqlite) = (try LedgerSubject(.memory), try LedgerSubject(.sqlite))
    var usage = RandomUsage(seed: UInt64(seed))
    for _ in 0..<8 {
      let batch = usage.batch()
      let count = try await memory.ledger.fold(batch)
      #expect(try await sqlite.ledger.fold(batch) == count)
    }
    for minute in [0, 700, 1500, 3100] {
      let now = Sample.at(minute)
      let image = try await memory.ledger.open(node: "n", at: now)
      #expect(try await sqlite.later.open(node: "n", at: now) == image)
    }
    #expect(try await sqlite.later.rows(of: nil, limit: 999) == memory.ledger.rows(of: nil, limit: 999))
    #expect(try await sqlite.later.rows(of: "p:a", limit: 5) == memory.ledger.rows(of: "p:a", limit: 5))
    for groups: Set<UsageQuery.Dimension> in [[], [.model, .day], Set(UsageQuery.Dimension.allCases), [.purpose]] {
      let query = UsageQuery(from: Sample.at(100), accessKeys: ["k1", "k2"], groups: groups)
      let expected = try await memory.ledger.usage(query)
      #expect(try await sqlite.later.usage(query) == expected)
    }
  }
}
