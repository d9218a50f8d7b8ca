import DroverCore
import GRDB

extension Money {
  /// 10^-12 units of a thousandth of the unit.
  static let picosPerMilli: Int128 = 1_000_000_000

  /// Thousandths of the unit, rounded down.
  var milli: Int64 { Int64(clamping: (picos - rest) / Self.picosPerMilli) }

  /// What is left of it, never negative.
  var pico: Int64 { Int64(truncatingIfNeeded: rest) }

  private var rest: Int128 {
    let rest = picos % Self.picosPerMilli
    return rest < 0 ? rest + Self.picosPerMilli : rest
  }

  init(milli: Int64, pico: Int64) {
    self.init(picos: Int128(milli) * Self.picosPerMilli + Int128(pico))
  }
}

extension Duration {
  var microseconds: Int64 {
    let (seconds, attoseconds) = components
    let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
    return overflow ? (seconds < 0 ? .min : .max) : whole &+ attoseconds / 1_000_000_000_000
  }
}

extension Row {
  /// Of the columns `index` and the one behind it.
  func money(_ index: Int) -> Money { Money(milli: self[index], pico: self[index + 1]) }

  /// Of fourteen columns from `index` on, in the order of the tables of sums.
  func totals(_ index: Int) -> UsageTotals {
    UsageTotals(
      requests: self[index], succeeded: self[index + 1], failed: self[index + 2], lost: self[index + 3],
      estimated: self[index + 13], tokens: tokens(index + 4), cost: money(index + 10),
      duration: .microseconds(self[index + 12] as Int64))
  }

  func tokens(_ index: Int) -> TokenCounts {
    TokenCounts(
      input: self[index], cacheRead: self[index + 1], cacheWrite5m: self[index + 2], cacheWrite1h: self[index + 3],
      output: self[index + 4], reasoning: self[index + 5])
  }
}

extension UsageTotals {
  /// In the order of the tables of sums.
  var columns: [any DatabaseValueConvertible] {
    [
      requests, succeeded, failed, lost, tokens.input, tokens.cacheRead, tokens.cacheWrite5m, tokens.cacheWrite1h,
      tokens.output, tokens.reasoning, cost.milli, cost.pico, duration.microseconds, estimated,
    ]
  }

  static let columnNames =
    "requests, succeeded, failed, lost, input, cache_read, cache_write_5m, cache_write_1h, output, reasoning, "
    + "cost_milli, cost_pico, duration, estimated"

  /// Adds what is being inserted to what is there; the rest of a cost carries over.
  static let additions =
    [
      "requests", "succeeded", "failed", "lost", "estimated", "input", "cache_read", "cache_write_5m", "cache_write_1h",
      "output",
    ]
    .map { "\($0) = \($0) + excluded.\($0)" }.joined(separator: ", ")
    + ", reasoning = reasoning + excluded.reasoning, duration = duration + excluded.duration, "
    + MoneySQL.addition("cost", "excluded.cost_milli", "excluded.cost_pico")
}

enum MoneySQL {
  /// Assignments that add an amount to the columns of `name`.
  static func addition(_ name: String, _ milli: String, _ pico: String) -> String {
    "\(name)_milli = \(name)_milli + \(milli) + (\(name)_pico + \(pico)) / 1000000000, "
      + "\(name)_pico = (\(name)_pico + \(pico)) % 1000000000"
  }
}
