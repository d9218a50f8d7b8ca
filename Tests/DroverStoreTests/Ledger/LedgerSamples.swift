import DroverCore
import DroverTestKit

/// Made-up rows of a ledger.
enum LedgerSample {
  static let incarnation = Incarnation(high: 7, low: 8)
  /// 2026-11-01T00:00:00Z
  static let start = Timestamp(milliseconds: 1_793_491_200_000)

  static func id(_ request: UInt64, attempt: UInt16 = 0) -> AttemptID {
    AttemptID(incarnation: incarnation, loop: 1, request: request, attempt: attempt)
  }

  static func at(_ minutes: Int) -> Timestamp { start + .seconds(60 * minutes) }

  static func window(_ budget: String, _ subject: String = "", start: Timestamp = start) -> BudgetWindow {
    BudgetWindow(budget: budget, subject: subject, start: start)
  }

  static func row(
    _ request: UInt64, minute: Int = 0, model: String = "p:m", accessKey: String? = "k", route: String? = nil,
    purpose: UsagePurpose = .inference, currency: String = "USD", outcome: UsageOutcome = .ok, cost: Money,
    tokens: TokenCounts = TokenCounts(input: 10, output: 5), budgets: [BudgetWindow] = [],
    limits: [LimitSubject] = []
  ) -> UsageRow {
    let hold = Hold(
      id: id(request), takenAt: at(minute), purpose: purpose, accessKey: accessKey, model: model, route: route,
      currency: currency, reservedTokens: 100, worstCost: Money(picos: 1000), budgets: budgets, limits: limits)
    let settlement = Settlement(
      id: hold.id, settledAt: at(minute + 1), outcome: outcome, flags: [.estimated], tokens: tokens, cost: cost,
      status: 200, timeToFirstToken: .microseconds(12), duration: .milliseconds(34))
    return UsageRow(hold, settlement)
  }

  static func batch(_ rows: [UsageRow], opened: [Hold] = [], cursor: UInt32? = nil) -> LedgerBatch {
    LedgerBatch(
      node: "n", entries: rows.map { .row($0) }, opened: opened,
      cursors: cursor.map { [LedgerCursor(incarnation: incarnation, loop: 1, segment: 1, offset: $0)] } ?? [])
  }
}

/// Rows, holds, resets and cursors made up from a seed, as a fleet might bring them.
struct RandomUsage {
  var random: SplitMix64
  private var next: UInt64 = 0
  private var open: [Hold] = []
  private var offset: UInt32 = 64

  init(seed: UInt64) { random = SplitMix64(seed: seed) }

  private mutating func below(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &random) }

  mutating func batch() -> LedgerBatch {
    offset += UInt32(below(100) + 1)
    var batch = LedgerBatch(
      node: "n", cursors: [LedgerCursor(incarnation: LedgerSample.incarnation, loop: 1, segment: 1, offset: offset)])
    for _ in 0..<below(30) {
      switch below(10) {
      case 0: batch.entries.append(.reset(UsageReset(model: model(), at: LedgerSample.at(below(3000)))))
      case 1...3 where !open.isEmpty: batch.entries.append(.row(UsageRow(open.removeLast(), settle())))
      default: batch.entries.append(.row(UsageRow(hold(), settle())))
      }
    }
    let opened = (0..<below(4)).map { _ in hold() }
    open += opened
    batch.opened = opened
    for index in batch.entries.indices {
      if case .row(var row) = batch.entries[index] {
        row.settlement.id = row.hold.id
        batch.entries[index] = .row(row)
      }
    }
    return batch
  }

  private mutating func model() -> String { ["p:a", "p:b", "q:a"][below(3)] }

  private mutating func hold() -> Hold {
    next += 1
    let budgets = ["day", "month"].filter { _ in below(3) > 0 }.map { name in
      LedgerSample.window(name, ["", "k1"][below(2)], start: LedgerSample.at(1440 * below(3)))
    }
    return Hold(
      id: LedgerSample.id(next, attempt: UInt16(below(2))), takenAt: LedgerSample.at(below(3000)),
      purpose: UsagePurpose.allCases[below(UsagePurpose.allCases.count)],
      accessKey: [nil, "k1", "k2"][below(3)], model: model(), route: [nil, "r"][below(2)],
      currency: ["USD", "EUR"][below(2)], reservedTokens: Int64(below(10_000)), worstCost: money(),
      budgets: budgets.sorted(), limits: below(2) == 0 ? [] : [LimitSubject(limit: "l", subject: ["", "k1"][below(2)])])
  }

  private mutating func settle() -> Settlement {
    Settlement(
      id: LedgerSample.id(0), settledAt: LedgerSample.at(below(3000)),
      outcome: UsageOutcome.allCases[below(UsageOutcome.allCases.count)], flags: UsageFlags(rawValue: UInt16(below(8))),
      tokens: TokenCounts(
        input: Int64(below(1000)), cacheRead: Int64(below(1000)), cacheWrite5m: Int64(below(10)),
        cacheWrite1h: Int64(below(10)), output: Int64(below(1000)), reasoning: Int64(below(100))), cost: money(),
      status: UInt16(below(600)), timeToFirstToken: below(2) == 0 ? nil : .microseconds(below(1_000_000)),
      duration: .microseconds(below(10_000_000)))
  }

  /// Now and then far beyond 64 bits, and now and then negative.
  private mutating func money() -> Money {
    switch below(10) {
    case 0: Money(picos: Int128(below(1_000_000)) * Money.picosPerUnit * 1_000_000)
    case 1: Money(picos: -Int128(below(1_000_000_000)) * 7)
    default: Money(picos: Int128(below(1_000_000_000)) * 1_000_003)
    }
  }
}
