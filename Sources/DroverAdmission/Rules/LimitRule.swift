package import DroverCore

/// A RateLimit, compiled.
package struct LimitRule: Equatable, Sendable {
  package var name: String
  package var limits: WindowLimits
  package var per: SubjectKind
  /// False: it counts and reports what it would refuse.
  package var isEnforced: Bool

  package init(name: String, spec: FieldValue) {
    self.name = name
    limits = WindowLimits(spec)
    per = SubjectKind(spec["per"])
    isEnforced = spec["mode"]?.string != "Observe"
  }

  /// Two rules with the same one count the same requests for the same subjects, whatever else was edited.
  var countsAs: String { "\(name)/\(per.rawValue)" }
}

extension WindowLimits {
  /// Reads a RateLimit's spec, or a Model's `rateLimit`.
  package init(_ spec: FieldValue) {
    self.init(
      requestsPerMinute: spec["requestsPerMinute"]?.integer ?? Self.unlimited,
      tokensPerMinute: spec["tokensPerMinute"]?.integer ?? Self.unlimited,
      requestsPerDay: spec["requestsPerDay"]?.integer ?? Self.unlimited,
      concurrency: spec["concurrency"]?.integer ?? Self.unlimited)
  }
}
