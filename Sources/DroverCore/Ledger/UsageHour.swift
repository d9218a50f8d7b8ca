/// What rows of one hour have in common: what sums of usage are made of.
package struct UsageHour: Hashable, Sendable {
  /// Begin of the hour in which they were taken, UTC.
  package var hour: Timestamp
  package var model: String
  package var accessKey: String?
  package var route: String?
  package var purpose: UsagePurpose
  package var currency: String

  package static let length: Int64 = 3_600_000

  package init(
    hour: Timestamp, model: String, accessKey: String?, route: String?, purpose: UsagePurpose, currency: String
  ) {
    self.hour = hour
    self.model = model
    self.accessKey = accessKey
    self.route = route
    self.purpose = purpose
    self.currency = currency
  }

  package init(_ row: UsageRow) {
    self.init(
      hour: row.hold.takenAt.floored(to: Self.length), model: row.hold.model, accessKey: row.hold.accessKey,
      route: row.hold.route, purpose: row.hold.purpose, currency: row.hold.currency)
  }

  package var provider: String { String(model.prefix { $0 != ":" }) }
}

extension UsageQuery {
  /// First hour that is asked for, and the first that is not any more.
  package var hours: Range<Timestamp> {
    let first = from?.floored(to: UsageHour.length) ?? Timestamp(milliseconds: .min)
    let end = to.map { Timestamp(milliseconds: $0.milliseconds - 1).floored(to: UsageHour.length) }
    let last = end.map { Timestamp(milliseconds: $0.milliseconds + UsageHour.length) } ?? Timestamp(milliseconds: .max)
    return first..<max(first, last)
  }

  package func includes(_ hour: UsageHour) -> Bool {
    func allows(_ names: [String]?, _ name: @autoclosure () -> String?) -> Bool {
      guard let names else { return true }
      return name().map(names.contains) ?? false
    }
    return hours.contains(hour.hour) && allows(models, hour.model) && allows(providers, hour.provider)
      && allows(accessKeys, hour.accessKey) && allows(routes, hour.route)
  }

  package func group(of hour: UsageHour) -> UsageSum.Group {
    var group = UsageSum.Group(currency: hour.currency)
    if groups.contains(.model) { group.model = hour.model }
    if groups.contains(.provider) { group.provider = hour.provider }
    if groups.contains(.accessKey) { group.accessKey = hour.accessKey }
    if groups.contains(.route) { group.route = hour.route }
    if groups.contains(.purpose) { group.purpose = hour.purpose }
    if groups.contains(.hour) {
      group.start = hour.hour
    } else if groups.contains(.day) {
      group.start = hour.hour.floored(to: 24 * UsageHour.length)
    }
    return group
  }
}

extension Timestamp {
  /// The last multiple of `length` milliseconds, counted from 1970, that is not later.
  package func floored(to length: Int64) -> Timestamp {
    let rest = milliseconds % length
    let (floor, overflow) = milliseconds.subtractingReportingOverflow(rest < 0 ? rest + length : rest)
    return overflow ? self : Timestamp(milliseconds: floor)
  }
}

extension LimitSlot {
  /// Milliseconds of the two sorts of slots.
  package static let lengths = [minute, quarter]
  static let minute: Int64 = 60_000
  static let quarter: Int64 = 900_000
  /// Seconds after which no window needs a slot: a day, and its longest slot.
  package static let kept: Int64 = 25 * 3600

  /// When the minutes begin that are told of one by one at `now`: everything older comes in quarters of an hour.
  package static func firstMinute(at now: Timestamp) -> Timestamp {
    Timestamp(milliseconds: now.floored(to: quarter).milliseconds - 4 * quarter)
  }

  /// The slot that tells, at `now`, of what was taken at `time`.
  package static func start(of time: Timestamp, now: Timestamp) -> (start: Timestamp, length: Duration) {
    let length = time >= firstMinute(at: now) ? minute : quarter
    return (time.floored(to: length), .milliseconds(length))
  }
}
