/// What Budgets, RateLimits and the limits of Models have counted, for their status. Asked by each pass that publishes.
package protocol EnforcementSource: Sendable {
  /// Nil where nothing holds requests to any of them.
  var figures: EnforcementFigures? { get }
}

/// What policies have counted so far.
package struct EnforcementFigures: Equatable, Sendable {
  /// What the status of each Budget and RateLimit in force shows; a map.
  package var fields: [Identity: FieldValue]
  /// Why nothing can be counted just now, so that requests are refused; nil where everything can.
  package var obstacle: String?

  package init(fields: [Identity: FieldValue] = [:], obstacle: String? = nil) {
    self.fields = fields
    self.obstacle = obstacle
  }
}

/// Where no gateway runs.
package struct NoEnforcement: EnforcementSource {
  package init() {}

  package var figures: EnforcementFigures? { nil }
}
