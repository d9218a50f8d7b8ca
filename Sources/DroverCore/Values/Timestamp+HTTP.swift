extension Timestamp {
  /// The form of dates in HTTP header fields (RFC 9110 section 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`.
  package var httpDate: String {
    let seconds = milliseconds.flooredQuotient(1000)
    let day = seconds.flooredQuotient(86400)
    let date = CivilDate(daysSinceEpoch: day)
    // 1 January 1970 was a Thursday.
    let weekday = Self.weekdays[Int((day + 4) - (day + 4).flooredQuotient(7) * 7)]
    let time = description.dropFirst(11).dropLast()
    return
      "\(weekday), \(date.day < 10 ? "0" : "")\(date.day) \(Self.months[Int(date.month - 1)]) \(date.year) \(time) GMT"
  }

  private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]
}
