/// How much may be let through: the numbers of a RateLimit, or of a Model's `rateLimit`.
package struct WindowLimits: Equatable, Sendable {
  /// What a limit counts, and over which window.
  package enum Window: String, Sendable, CaseIterable {
    case requestsPerMinute, tokensPerMinute, requestsPerDay, concurrency
  }

  /// Requests in any 60 s. Of each, ``unlimited`` where nothing limits it.
  package var requestsPerMinute: Int64
  /// Tokens in any 60 s.
  package var tokensPerMinute: Int64
  /// Requests in any 24 h.
  package var requestsPerDay: Int64
  /// Requests at once.
  package var concurrency: Int64

  package static let unlimited = Int64.max

  package init(
    requestsPerMinute: Int64 = unlimited, tokensPerMinute: Int64 = unlimited, requestsPerDay: Int64 = unlimited,
    concurrency: Int64 = unlimited
  ) {
    self.requestsPerMinute = requestsPerMinute
    self.tokensPerMinute = tokensPerMinute
    self.requestsPerDay = requestsPerDay
    self.concurrency = concurrency
  }

  package var limitsMinutes: Bool { requestsPerMinute != Self.unlimited || tokensPerMinute != Self.unlimited }
  package var limitsDays: Bool { requestsPerDay != Self.unlimited }
  package var limitsNothing: Bool { self == WindowLimits() }

  package subscript(window: Window) -> Int64 {
    switch window {
    case .requestsPerMinute: requestsPerMinute
    case .tokensPerMinute: tokensPerMinute
    case .requestsPerDay: requestsPerDay
    case .concurrency: concurrency
    }
  }
}

/// How much of a limit is in use.
package struct LimitUse: Equatable, Sendable {
  package var requestsInMinute: Int64 = 0
  package var tokensInMinute: Int64 = 0
  package var requestsInDay: Int64 = 0
  package var inFlight: Int64 = 0

  package init(requestsInMinute: Int64 = 0, tokensInMinute: Int64 = 0, requestsInDay: Int64 = 0, inFlight: Int64 = 0) {
    self.requestsInMinute = requestsInMinute
    self.tokensInMinute = tokensInMinute
    self.requestsInDay = requestsInDay
    self.inFlight = inFlight
  }

  package subscript(window: WindowLimits.Window) -> Int64 {
    switch window {
    case .requestsPerMinute: requestsInMinute
    case .tokensPerMinute: tokensInMinute
    case .requestsPerDay: requestsInDay
    case .concurrency: inFlight
    }
  }
}

/// Why a limit lets something not through.
package struct LimitExcess: Equatable, Sendable {
  package var window: WindowLimits.Window
  /// What is in use.
  package var used: Int64
  package var limit: Int64
  /// What was asked for: 1, or tokens.
  package var requested: Int64
  /// Milliseconds until there is room; nil where nobody can tell (a place is free when a request ends), or where there
  /// never will be.
  package var retryAfter: UInt32?

  /// Whether what was asked for is more than the whole limit: asking again is useless.
  package var isHopeless: Bool { requested > limit }

  package init(window: WindowLimits.Window, used: Int64, limit: Int64, requested: Int64, retryAfter: UInt32?) {
    self.window = window
    self.used = used
    self.limit = limit
    self.requested = requested
    self.retryAfter = retryAfter
  }
}
