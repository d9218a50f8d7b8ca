import DroverCore

/// What the tightest limits leave to whoever asked, for the headers that client libraries read.
package struct RateAllowance: Equatable, Sendable {
  /// One of a limit's windows.
  package struct Window: Equatable, Sendable {
    package var limit: Int64
    package var remaining: Int64
    /// Milliseconds until all of it is free.
    package var resetAfter: UInt32
  }

  /// Of a minute or a day, whichever leaves less.
  package var requests: Window?
  package var tokens: Window?

  package init() {}

  fileprivate mutating func tighten(_ other: LimitState, under limits: WindowLimits, at now: UInt32) {
    for window in [WindowLimits.Window.requestsPerMinute, .requestsPerDay]
    where limits[window] != WindowLimits.unlimited {
      requests = Self.tighter(requests, other.room(window, under: limits, at: now))
    }
    guard limits.tokensPerMinute != WindowLimits.unlimited else { return }
    tokens = Self.tighter(tokens, other.room(.tokensPerMinute, under: limits, at: now))
  }

  private static func tighter(_ left: Window?, _ right: Window) -> Window {
    left.map { $0.remaining <= right.remaining ? $0 : right } ?? right
  }
}

extension AdmissionMachine {
  /// What the limits that are held to leave of what such a request takes; asked after its decision. Takes nothing.
  package mutating func allowance(of request: borrowing AdmissionRequest, at time: AdmissionTime) -> RateAllowance {
    let now = advance(to: time)
    gather(request)
    var allowance = RateAllowance()
    for place in limitPlaces where isEnforced(limit: place) {
      limits.cells[place].state.expire(at: now)
      allowance.tighten(limits.cells[place].state, under: bounds(at: place), at: now)
    }
    return allowance
  }
}
