package import DroverCore

/// How long a budget's window is; windows follow the calendar of a zone.
package enum BudgetPeriod: String, Sendable, CaseIterable {
  case hour = "Hour"
  case day = "Day"
  /// From Monday.
  case week = "Week"
  case month = "Month"
  /// One window without an end.
  case lifetime

  /// The window that holds `now`: days are as long as clocks of the zone make them.
  package func span(at now: Timestamp, in zone: ZoneRules) -> BudgetSpan {
    switch self {
    case .lifetime: return .lifetime
    case .hour:
      let shift = zone.offset(at: now) * 1000
      let start = (now.milliseconds + shift).flooredQuotient(3_600_000) * 3_600_000 - shift
      return BudgetSpan(start: Timestamp(milliseconds: start), end: Timestamp(milliseconds: start + 3_600_000))
    case .day, .week, .month:
      var day = first((now.milliseconds + zone.offset(at: now) * 1000).flooredQuotient(86_400_000))
      // Clocks that are set back over midnight show the end of a day twice.
      while begin(next(day), zone) <= now { day = next(day) }
      while begin(day, zone) > now { day = first(day - 1) }
      return BudgetSpan(start: begin(day, zone), end: begin(next(day), zone))
    }
  }

  private func begin(_ day: Int64, _ zone: ZoneRules) -> Timestamp { zone.instant(of: CivilDate(daysSinceEpoch: day)) }

  /// The first day of the window that a day lies in; days since 1970.
  private func first(_ day: Int64) -> Int64 {
    switch self {
    case .week: (day + 3).flooredQuotient(7) * 7 - 3  // 1970 began on a Thursday.
    case .month: day - CivilDate(daysSinceEpoch: day).day + 1
    case .hour, .day, .lifetime: day
    }
  }

  /// The first day of the window after the one that begins with `day`.
  private func next(_ day: Int64) -> Int64 {
    switch self {
    case .week: day + 7
    case .month: first(day + 31)
    case .hour, .day, .lifetime: day + 1
    }
  }
}

/// One window of a budget: from its start to before its end.
package struct BudgetSpan: Equatable, Sendable {
  package var start: Timestamp
  package var end: Timestamp

  package init(start: Timestamp, end: Timestamp) {
    self.start = start
    self.end = end
  }

  package static let lifetime = BudgetSpan(start: Timestamp(milliseconds: 0), end: Timestamp(milliseconds: .max))

  package var isEndless: Bool { end.milliseconds == .max }
}
