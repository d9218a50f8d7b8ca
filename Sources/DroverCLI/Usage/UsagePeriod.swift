import DroverCore

/// Since when usage is asked for.
struct UsagePeriod: Equatable {
  /// Nil: from the beginning.
  var start: Timestamp?
  private var zone: ZoneRules

  /// Reads `month`, `week`, `day`, `hour`, `all`, a duration such as `7d`, a day or an instant. Days and months begin in
  /// `zone`.
  init(_ text: String, now: Timestamp, zone: ZoneRules) throws(CLIError) {
    self.zone = zone
    let today = (now.milliseconds + zone.offset(at: now) * 1000).flooredQuotient(86_400_000)
    switch text {
    case "all": start = nil
    case "hour": start = now.floored(to: UsageHour.length)
    case "day", "today": start = zone.instant(of: CivilDate(daysSinceEpoch: today))
    // 1970 began on a Thursday; weeks begin on a Monday.
    case "week": start = zone.instant(of: CivilDate(daysSinceEpoch: (today + 3).flooredQuotient(7) * 7 - 3))
    case "month":
      start = zone.instant(of: CivilDate(daysSinceEpoch: today - CivilDate(daysSinceEpoch: today).day + 1))
    default:
      if let duration = Duration(manifestText: text) {
        start = (now + (.zero - duration)).floored(to: UsageHour.length)
      } else if let date = CivilDate(text) {
        start = zone.instant(of: date)
      } else if let instant = Timestamp(rfc3339: text) {
        start = instant.floored(to: UsageHour.length)
      } else {
        throw CLIError(
          "--since '\(TerminalText.escaped(text))' is no time; expected month, week, day, hour, all, a duration such "
            + "as 7d, a day such as 2027-01-31, or an instant such as 2027-01-31T12:00:00Z")
      }
    }
  }

  /// `2026-11-01T00:00:00+01:00 to now`.
  var text: String { start.map { local($0) + " to now" } ?? "all time" }

  /// The day that an instant falls on, `2026-11-01`.
  func day(of instant: Timestamp) -> String { String(local(instant).prefix(10)) }

  private func local(_ instant: Timestamp) -> String {
    let offset = zone.offset(at: instant)
    let shown = (instant + .seconds(offset)).description.dropLast()
    guard offset != 0 else { return shown + "Z" }
    let minutes = abs(offset) / 60
    func two(_ number: Int64) -> String { (number < 10 ? "0" : "") + String(number) }
    return shown + (offset < 0 ? "-" : "+") + two(minutes / 60) + ":" + two(minutes % 60)
  }
}
