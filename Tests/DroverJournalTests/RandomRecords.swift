import DroverCore
import DroverJournal
import DroverTestKit

/// Records and holds made up from a seed.
struct RandomRecords {
  var random: SplitMix64

  init(seed: UInt64) { random = SplitMix64(seed: seed) }

  mutating func below(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &random) }

  mutating func name() -> NameID { NameID(raw: UInt32.random(in: .min ... .max, using: &random)) }

  mutating func time() -> Timestamp { Timestamp(milliseconds: Int64.random(in: .min ... .max, using: &random)) }

  mutating func money() -> Money { Money(picos: Int128.random(in: .min ... .max, using: &random)) }

  mutating func number() -> Int64 { Int64.random(in: .min ... .max, using: &random) }

  mutating func text(_ limit: Int) -> String {
    String(String.UnicodeScalarView((0..<below(limit)).map { _ in ["a", "Z", ":", "/", "é", "🐑"][below(6)] }))
  }

  mutating func record() -> JournalRecord {
    switch below(8) {
    case 0: .name(name(), JournalName(JournalName.Kind.allCases[below(6)], text(40), subject: text(12)))
    case 1: .reset(ResetRecord(model: name(), at: time()))
    case 2: .grant(GrantRecord(budget: name(), start: time(), amount: money()))
    case 3...5: .hold(hold())
    default: .settle(settle())
    }
  }

  mutating func hold() -> HoldRecord {
    HoldRecord(
      request: random.next(), attempt: UInt16(below(4)), takenAt: time(),
      purpose: UsagePurpose.allCases[below(UsagePurpose.allCases.count)], accessKey: name(), model: name(),
      route: name(), currency: name(), reservedTokens: number(), worstCost: money(),
      budgets: (0..<below(4)).map { _ in HoldRecord.Charge(budget: name(), start: time()) },
      limits: (0..<below(5)).map { _ in name() })
  }

  mutating func settle() -> SettleRecord {
    SettleRecord(
      request: random.next(), attempt: UInt16(below(4)), settledAt: time(),
      outcome: UsageOutcome.allCases[below(UsageOutcome.allCases.count)],
      flags: UsageFlags(rawValue: UInt16(below(1 << 16))), status: UInt16(below(600)),
      tokens: TokenCounts(
        input: number(), cacheRead: number(), cacheWrite5m: number(), cacheWrite1h: number(), output: number(),
        reasoning: number()), cost: money(), timeToFirstToken: below(2) == 0 ? nil : UInt32(below(1 << 31)),
      duration: number())
  }
}
