import DroverCore

/// How long a server asks to be left alone.
enum RetryAfter {
  /// The longest delay that is believed.
  static let longest = Duration.seconds(120)

  /// From `retry-after-ms`, else `retry-after`: seconds, whole or with a fraction, or a date, which is measured by the
  /// reply's own `date`, since its clock is not ours.
  static func read(_ header: (String) -> String?) -> Duration? {
    if let text = header("retry-after-ms"), let delay = delay(text, unitsPerSecond: 1000) { return delay }
    guard let text = header("retry-after") else { return nil }
    if let delay = delay(text, unitsPerSecond: 1) { return delay }
    guard let until = instant(text), let sent = header("date").flatMap(instant) else { return nil }
    return min(max(.zero, until - sent), longest)
  }

  private static func delay(_ text: String, unitsPerSecond: Double) -> Duration? {
    guard let value = Double(text), value >= 0, value.isFinite else { return nil }
    return .milliseconds(Int64(min(value / unitsPerSecond, 120) * 1000))
  }

  /// `Wed, 21 Oct 2026 07:28:00 GMT`, as HTTP writes dates.
  private static func instant(_ text: String) -> Timestamp? {
    let parts = text.split(separator: " ")
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    guard parts.count == 6, parts[5] == "GMT", let month = months.firstIndex(of: String(parts[2])) else { return nil }
    let number = month + 1
    return Timestamp(rfc3339: "\(parts[3])-\(number < 10 ? "0" : "")\(number)-\(parts[1])T\(parts[4])Z")
  }
}
