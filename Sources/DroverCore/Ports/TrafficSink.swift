/// Takes note of what goes through the gateway.
package protocol TrafficSink: Sendable {
  /// What is new since the last time, from any thread; takes no time.
  func note(_ traffic: GatewayTraffic)
}

/// What went through one event loop of the gateway, since that was told last.
package struct GatewayTraffic: Hashable, Sendable {
  /// When each AccessKey was last let in, by its name.
  package var keyUses: [String: Timestamp]
  /// How requests for models ended, by the model's name.
  package var outcomes: [String: OutcomeCount]

  package init(keyUses: [String: Timestamp] = [:], outcomes: [String: OutcomeCount] = [:]) {
    self.keyUses = keyUses
    self.outcomes = outcomes
  }

  package var isEmpty: Bool { keyUses.isEmpty && outcomes.isEmpty }
}

/// How many requests a model served, and how many it should have and did not. What a client did wrong, or gave up, is
/// neither.
package struct OutcomeCount: Hashable, Sendable {
  package var successes: Int
  package var failures: Int

  package init(successes: Int = 0, failures: Int = 0) {
    self.successes = successes
    self.failures = failures
  }

  package var requests: Int { successes + failures }

  package static func += (left: inout OutcomeCount, right: OutcomeCount) {
    left.successes += right.successes
    left.failures += right.failures
  }
}
