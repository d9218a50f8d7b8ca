package import DroverCore

/// How often models succeeded of late: counts of the last five minutes, in steps of thirty seconds. Pure; it holds no more
/// than ten steps for each model that was asked of late.
package struct SuccessWindow: Equatable, Sendable {
  private struct Step: Equatable, Sendable {
    var start: Int64
    var count: OutcomeCount
  }

  private var steps: [String: [Step]] = [:]
  private static let stepLength: Int64 = 30_000
  /// How far back a rate looks.
  package static let length = Duration.seconds(300)

  package init() {}

  package mutating func add(_ outcomes: [String: OutcomeCount], at now: Timestamp) {
    let start = now.milliseconds.flooredQuotient(Self.stepLength) * Self.stepLength
    for (model, count) in outcomes {
      var known = (steps[model] ?? []).filter { !isOver($0, at: now) }
      if known.last?.start == start {
        known[known.count - 1].count += count
      } else {
        known.append(Step(start: start, count: count))
      }
      steps[model] = known
    }
  }

  /// What is known of a model since `since`, and within the window; a step that ended before `since` is left out.
  package func rate(of model: String, since: Timestamp?, at now: Timestamp) -> AutoSwitch.Rate? {
    var sum = OutcomeCount()
    for step in steps[model] ?? [] where !isOver(step, at: now) {
      if let since, step.start + Self.stepLength <= since.milliseconds { continue }
      sum += step.count
    }
    guard sum.requests > 0 else { return nil }
    return AutoSwitch.Rate(requests: sum.requests, successes: sum.successes)
  }

  package mutating func forget(_ model: String) { steps[model] = nil }

  private func isOver(_ step: Step, at now: Timestamp) -> Bool {
    // A clock that was set back makes steps of the future, which say as little as old ones.
    let age = now.milliseconds - step.start
    return age < 0 || age >= Self.length.wholeMilliseconds
  }
}
