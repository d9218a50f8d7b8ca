package import DroverCore

/// The time at which something is decided.
package struct AdmissionTime: Equatable, Sendable {
  /// Milliseconds of a clock that never goes back: limits run on it.
  package var uptime: Int64
  /// Wall time: windows of budgets follow it, and never go back.
  package var wall: Timestamp

  package init(uptime: Int64, wall: Timestamp) {
    self.uptime = uptime
    self.wall = wall
  }
}

/// What is asked of the machine: who wants what of which model.
package struct AdmissionRequest: Sendable {
  /// Number in the roster; ``Names/none`` for a request without a key.
  package var accessKey: Int
  package var model: Int
  /// ``Names/none`` where the model itself was asked for.
  package var route: Int
  package var demand: Demand

  package init(accessKey: Int, model: Int, route: Int, demand: Demand) {
    self.accessKey = accessKey
    self.model = model
    self.route = route
    self.demand = demand
  }
}

/// Names what one request has taken, until it is finished. Nothing else ever has the same one.
package struct AdmissionTicket: Hashable, Sendable {
  var place: UInt32
  /// Rises with each use of the place.
  var generation: UInt32
}

/// A request that may be sent.
package struct Admission: Equatable, Sendable {
  package var ticket: AdmissionTicket
  /// Tokens of answer that the upstream must be told, in each sequence; nil: the request stays as it is.
  package var maxTokens: Int64?
  /// Whether ``maxTokens`` is less than what the request asked for, or than what the model can do: the reply says so.
  package var isClamped: Bool
  /// The most that it can cost; zero where no budget counts it.
  package var hold: Money
  /// Largest number of tokens that it can take; zero where nothing counts them.
  package var reservedTokens: Int64
}

package enum Decision: Equatable, Sendable {
  case admitted(Admission)
  case refused(Refusal)
}

/// How an attempt ended, for what counts it.
package struct AttemptEnd: Equatable, Sendable {
  /// Prompt and answer; nil: all that was reserved.
  package var tokens: Int64?
  /// Nil: the hold.
  package var cost: Money?

  package init(tokens: Int64?, cost: Money?) {
    self.tokens = tokens
    self.cost = cost
  }

  /// Nobody can know what became of it: it is charged as the worst case.
  package static let lost = AttemptEnd(tokens: nil, cost: nil)
  /// It was not sent, or the provider refused it.
  package static let unused = AttemptEnd(tokens: 0, cost: .zero)
}
