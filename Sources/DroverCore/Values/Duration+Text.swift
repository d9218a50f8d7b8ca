extension Duration {
  /// Milliseconds, fractions cut off.
  package var wholeMilliseconds: Int64 {
    let (seconds, attoseconds) = components
    return seconds * 1000 + attoseconds / 1_000_000_000_000_000
  }

  private static let units: [(suffix: String, milliseconds: Int64)] = [
    ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
  ]

  /// Reads `500ms`, `30s`, `10m`, `24h`, `7d`; also sums such as `1h30m`. Nil for anything else, a bare number included.
  package init?(manifestText text: String) {
    guard !text.isEmpty else { return nil }
    var rest = text[...]
    var total: Int64 = 0
    while !rest.isEmpty {
      let number = rest.prefix { $0.isASCII && $0.isNumber }
      guard !number.isEmpty, number.utf8.count <= 12, let value = Int64(number) else { return nil }
      rest = rest.dropFirst(number.count)
      let suffix = rest.prefix { $0.isASCII && $0.isLetter }
      guard let unit = Duration.units.first(where: { $0.suffix == suffix }) else { return nil }
      let (product, overflow) = value.multipliedReportingOverflow(by: unit.milliseconds)
      let (sum, overflowed) = total.addingReportingOverflow(product)
      guard !overflow, !overflowed else { return nil }
      total = sum
      rest = rest.dropFirst(suffix.count)
    }
    self = .milliseconds(total)
  }

  /// The shortest manifest text of this duration in one unit: `10m`, `90s`, `1500ms`.
  package var manifestText: String {
    let total = wholeMilliseconds
    guard total != 0 else { return "0s" }
    for unit in Duration.units where total % unit.milliseconds == 0 {
      return String(total / unit.milliseconds) + unit.suffix
    }
    return String(total) + "ms"
  }

  /// Age as kubectl prints it: two units at most, coarser as it grows (`90s`, `3m5s`, `42m`, `5h10m`, `30h`, `5d3h`).
  package var age: String {
    let seconds = wholeMilliseconds.flooredQuotient(1000)
    if seconds < -1 { return "<invalid>" }
    if seconds < 0 { return "0s" }
    if seconds < 120 { return "\(seconds)s" }
    let minutes = seconds / 60
    if minutes < 10 { return pair(minutes, "m", seconds % 60, "s") }
    if minutes < 180 { return "\(minutes)m" }
    let hours = minutes / 60
    if hours < 8 { return pair(hours, "h", minutes % 60, "m") }
    if hours < 48 { return "\(hours)h" }
    let days = hours / 24
    if hours < 192 { return pair(days, "d", hours % 24, "h") }
    if days < 365 * 2 { return "\(days)d" }
    if days < 365 * 8 { return pair(days / 365, "y", days % 365, "d") }
    return "\(days / 365)y"
  }
}

private func pair(_ large: Int64, _ largeUnit: String, _ small: Int64, _ smallUnit: String) -> String {
  small == 0 ? "\(large)\(largeUnit)" : "\(large)\(largeUnit)\(small)\(smallUnit)"
}
