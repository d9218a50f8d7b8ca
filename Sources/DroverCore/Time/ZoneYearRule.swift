/// When clocks of a zone are set forward and back in every year, as POSIX spells it: `CET-1CEST,M3.5.0,M10.5.0/3`.
struct ZoneYearRule: Equatable, Sendable {
  private enum Day: Equatable {
    /// The day of the year, from 1, with 29 February left out.
    case julian(Int64)
    /// The day of the year, from 0.
    case ordinal(Int64)
    /// The `week`th `weekday` of a month; week 5 is the last one, weekday 0 is Sunday.
    case weekday(month: Int64, week: Int64, weekday: Int64)
  }

  private struct Change: Equatable {
    var day: Day
    /// Local seconds after midnight.
    var second: Int64
  }

  private var standard: Int64
  private var summer: Int64?
  private var start: Change?
  private var end: Change?

  /// Nil for what is no such rule.
  init?(_ text: String) {
    var rest = Substring(text)
    guard ZoneYearRule.skipName(&rest), let west = ZoneYearRule.time(&rest) else { return nil }
    standard = -west
    guard !rest.isEmpty else { return }
    guard ZoneYearRule.skipName(&rest) else { return nil }
    summer = rest.first == "," ? standard + 3600 : ZoneYearRule.time(&rest).map { -$0 }
    let parts = rest.split(separator: ",")
    guard summer != nil, parts.count == 2, let first = ZoneYearRule.change(parts[0]),
      let second = ZoneYearRule.change(parts[1])
    else { return nil }
    (start, end) = (first, second)
  }

  func offset(atSecond second: Int64) -> Int64 {
    guard let summer, let start, let end else { return standard }
    let year = CivilDate(daysSinceEpoch: (second + standard).flooredQuotient(86400)).year
    let begins = ZoneYearRule.local(start, year: year) - standard
    let ends = ZoneYearRule.local(end, year: year) - summer
    let isSummer = begins < ends ? begins <= second && second < ends : second < ends || begins <= second
    return isSummer ? summer : standard
  }

  private static func local(_ change: Change, year: Int64) -> Int64 {
    let first = CivilDate.first(ofMonth: 1, year: year)
    let day: Int64
    switch change.day {
    case .ordinal(let number): day = first + number
    case .julian(let number):
      let isLeap = CivilDate.first(ofMonth: 3, year: year) - first == 60
      day = first + number - 1 + (isLeap && number >= 60 ? 1 : 0)
    case .weekday(let month, let week, let weekday):
      let begin = CivilDate.first(ofMonth: month, year: year)
      let next =
        month == 12 ? CivilDate.first(ofMonth: 1, year: year + 1) : CivilDate.first(ofMonth: month + 1, year: year)
      // 1 January 1970 was a Thursday.
      let firstWeekday = begin + (weekday - (begin + 4) % 7 + 14) % 7
      var found = firstWeekday + (week - 1) * 7
      while found >= next { found -= 7 }
      day = found
    }
    return day * 86400 + change.second
  }

  // MARK: Reading

  private static func skipName(_ text: inout Substring) -> Bool {
    if text.first == "<" {
      guard let close = text.firstIndex(of: ">") else { return false }
      text = text[text.index(after: close)...]
      return true
    }
    let name = text.prefix { $0.isLetter }
    text = text.dropFirst(name.count)
    return name.count >= 3
  }

  /// `-1`, `5:30`, `+10:00:00`.
  private static func time(_ text: inout Substring) -> Int64? {
    var sign: Int64 = 1
    if let first = text.first, first == "-" || first == "+" {
      sign = first == "-" ? -1 : 1
      text = text.dropFirst()
    }
    let word = text.prefix { $0.isNumber || $0 == ":" }
    let parts = word.split(separator: ":").map { Int64($0) }
    guard (1...3).contains(parts.count), parts.allSatisfy({ $0 != nil }) else { return nil }
    text = text.dropFirst(word.count)
    var seconds: Int64 = 0
    for (part, unit) in zip(parts, [3600, 60, 1] as [Int64]) { seconds += (part ?? 0) * unit }
    return sign * seconds
  }

  private static func change(_ text: Substring) -> Change? {
    let halves = text.split(separator: "/", maxSplits: 1)
    guard let word = halves.first, let day = day(word) else { return nil }
    guard halves.count == 2 else { return Change(day: day, second: 7200) }
    var rest = halves[1]
    guard let second = time(&rest), rest.isEmpty else { return nil }
    return Change(day: day, second: second)
  }

  private static func day(_ word: Substring) -> Day? {
    if word.first == "M" {
      let numbers = word.dropFirst().split(separator: ".").compactMap { Int64($0) }
      guard numbers.count == 3, (1...12).contains(numbers[0]), (1...5).contains(numbers[1]),
        (0...6).contains(numbers[2])
      else { return nil }
      return .weekday(month: numbers[0], week: numbers[1], weekday: numbers[2])
    }
    if word.first == "J" { return Int64(word.dropFirst()).flatMap { (1...365).contains($0) ? .julian($0) : nil } }
    return Int64(word).flatMap { (0...365).contains($0) ? .ordinal($0) : nil }
  }
}

extension CivilDate {
  /// The first day of a month, in days since 1970.
  fileprivate static func first(ofMonth month: Int64, year: Int64) -> Int64 {
    CivilDate("\(padded(year, to: 4))-\(padded(month))-01")?.daysSinceEpoch ?? 0
  }
}
