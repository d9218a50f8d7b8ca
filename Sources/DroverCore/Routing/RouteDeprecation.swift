/// What the clients of a model on its way out are told.
package struct RouteDeprecation: Hashable, Sendable {
  /// When it was first known that it goes.
  package var since: Timestamp
  /// When it stops serving, by its manifest or as its provider has announced; nil: no date was set.
  package var sunset: Timestamp?
  /// Name of the Model or Route to use instead.
  package var replacement: String?
  /// Whether nothing is served after the sunset: its manifest says so. What a provider announced may come late.
  package var endsAtSunset: Bool

  package init(since: Timestamp, sunset: Timestamp?, replacement: String?, endsAtSunset: Bool) {
    self.since = since
    self.sunset = sunset
    self.replacement = replacement
    self.endsAtSunset = endsAtSunset
  }

  /// Whether it serves nobody any more.
  package func isOver(at now: Timestamp) -> Bool { endsAtSunset && sunset.map { $0 <= now } ?? false }
}
