/// A model on its way out: what its manifest says of it, or what its provider has announced.
package struct Deprecation: Hashable, Sendable {
  /// Who says so.
  package enum Origin: String, Sendable, Codable { case manifest, provider, removal }

  package var origin: Origin
  package var reason: String?
  /// Name of the Model or Route to use instead.
  package var replacement: String?
  /// When it stops serving; nil: no date was set.
  package var sunset: Timestamp?

  package init(origin: Origin, reason: String? = nil, replacement: String? = nil, sunset: Timestamp? = nil) {
    self.origin = origin
    self.reason = reason
    self.replacement = replacement
    self.sunset = sunset
  }

  /// What `written`, the `deprecation` of an effective spec, says, and what a provider announced: `retiresAt`. Nil where
  /// neither says anything. Of two dates the earlier one counts, since the model is gone then; `zone` is where bare dates
  /// end.
  package init?(written: FieldValue?, retiresAt: Timestamp?, zone: ZoneRules) {
    guard let written, !written.isNull else {
      guard let retiresAt else { return nil }
      self.init(origin: .provider, sunset: retiresAt)
      return
    }
    self.init(
      origin: .manifest, reason: written["reason"]?.string.flatMap { $0.isEmpty ? nil : $0 },
      replacement: written["replacement"]?.string,
      sunset: written["sunset"]?.string.flatMap { Timestamp(written: $0, zone: zone) })
    guard let retiresAt, sunset.map({ retiresAt < $0 }) ?? true else { return }
    origin = .provider
    sunset = retiresAt
  }

  /// `use other-model instead: costs too much`; empty where nothing is said.
  package var advice: String {
    let parts = [replacement.map { "use \($0) instead" }, reason].compactMap { $0 }
    return parts.joined(separator: ": ")
  }
}

/// How far a deprecation has come, and what was last told of it: durable, so that each notice is given once.
package struct DeprecationNotice: Hashable, Sendable, Codable {
  /// Days before a sunset at which a notice is given.
  package static let days = [30, 7, 1]

  package var origin: Deprecation.Origin
  package var sunset: Timestamp?
  /// The smallest of ``days`` that has begun, 0 after the sunset; nil while it is further away.
  package var daysLeft: Int?

  package init(origin: Deprecation.Origin, sunset: Timestamp?, daysLeft: Int?) {
    self.origin = origin
    self.sunset = sunset
    self.daysLeft = daysLeft
  }

  /// The notice that is due for a deprecation.
  package init(_ deprecation: Deprecation, now: Timestamp) {
    self.init(origin: deprecation.origin, sunset: deprecation.sunset, daysLeft: nil)
    guard let sunset = deprecation.sunset else { return }
    daysLeft = sunset <= now ? 0 : DeprecationNotice.days.last { sunset <= now + .seconds(86400 * Int64($0)) }
  }

  package var isPast: Bool { daysLeft == 0 }

  /// When the next notice is due by time alone; nil when there is none.
  package var nextAt: Timestamp? {
    guard let sunset, !isPast else { return nil }
    let next = daysLeft.flatMap { left in DeprecationNotice.days.first { $0 < left } } ?? 0
    let day = daysLeft == nil ? DeprecationNotice.days[0] : next
    return sunset + .seconds(-86400 * Int64(day))
  }
}
