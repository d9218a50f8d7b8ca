package import DroverCore

/// Whether the current model fails so often that another one should take its place. Pure: the rate comes from whoever
/// counts requests.
package enum AutoSwitch {
  /// Requests of a rolling window.
  package struct Rate: Equatable, Sendable {
    package var requests: Int
    package var successes: Int

    package init(requests: Int, successes: Int) {
      self.requests = requests
      self.successes = successes
    }
  }

  /// A model that could take over, with what was measured of it; nil: nothing was.
  package struct Candidate: Equatable, Sendable {
    package var model: Identity
    package var rate: Rate?
    /// Higher is better; compared among candidates alone.
    package var score: Double

    package init(model: Identity, rate: Rate?, score: Double) {
      self.model = model
      self.rate = rate
      self.score = score
    }
  }

  /// Fewer requests than these say nothing.
  package static let leastRequests = 20

  /// The model to switch to; nil to stay. `minSuccessPercent` is what is still good enough. A candidate that was measured
  /// to be no better than that is none; of the others the highest score wins, and of equals the first by name.
  package static func decision(
    current: Identity, rate: Rate, minSuccessPercent: Int, candidates: [Candidate]
  ) -> Identity? {
    guard isDue(rate, minSuccessPercent: minSuccessPercent) else { return nil }
    let fit = candidates.filter { candidate in
      guard candidate.model != current else { return false }
      guard let rate = candidate.rate, rate.requests >= leastRequests else { return true }
      return isGood(rate, minSuccessPercent)
    }
    return fit.min { left, right in
      left.score == right.score ? left.model < right.model : left.score > right.score
    }?.model
  }

  /// Whether a model with this rate is to be left, if there is a better one.
  package static func isDue(_ rate: Rate, minSuccessPercent: Int) -> Bool {
    rate.requests >= leastRequests && !isGood(rate, minSuccessPercent)
  }

  private static func isGood(_ rate: Rate, _ percent: Int) -> Bool { rate.successes * 100 >= rate.requests * percent }
}
