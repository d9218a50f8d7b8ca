import DroverCore

/// A window of every day, by the clocks of one zone: from 22:00 to 06:00. One that ends when it begins lasts all day.
struct DailyWindow: Equatable {
  /// Seconds since midnight.
  var from: Int64
  var to: Int64

  /// Reads `22:00` and `06:00`.
  init?(from: String, to: String) {
    guard let from = DailyWindow.seconds(from), let to = DailyWindow.seconds(to) else { return nil }
    (self.from, self.to) = (from, to)
  }

  private static func seconds(_ text: String) -> Int64? {
    let parts = text.split(separator: ":").compactMap { Int64($0) }
    guard parts.count == 2, (0..<24).contains(parts[0]), (0..<60).contains(parts[1]) else { return nil }
    return parts[0] * 3600 + parts[1] * 60
  }

  /// Whether an instant lies in the window, when that changes next, and when the last window ended before it.
  func state(at now: Timestamp, _ zone: ZoneRules) -> (isOpen: Bool, next: Timestamp, lastEnd: Timestamp) {
    let today = (now.milliseconds.flooredQuotient(1000) + zone.offset(at: now)).flooredQuotient(86400)
    var lastEnd = Timestamp(milliseconds: .min)
    var next: Timestamp?
    for day in today - 2...today + 2 {
      let begin = zone.instant(of: CivilDate(daysSinceEpoch: day), second: from)
      let end = zone.instant(of: CivilDate(daysSinceEpoch: to > from ? day : day + 1), second: to)
      if begin <= now, now < end { return (true, end, lastEnd) }
      if end <= now { lastEnd = max(lastEnd, end) }
      if begin > now { next = next.map { min($0, begin) } ?? begin }
    }
    return (false, next ?? now + .seconds(3600), lastEnd)
  }
}
