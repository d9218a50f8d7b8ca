import DroverCore
import DroverPlanning
import Testing

/// S8.1.13: when a current model fails too often.
@Suite struct AutoSwitchTests {
  private let a = Identity(.model, "a")
  private let b = Identity(.model, "b")
  private let c = Identity(.model, "c")

  private func decision(_ requests: Int, _ successes: Int, _ candidates: [AutoSwitch.Candidate]) -> Identity? {
    AutoSwitch.decision(
      current: a, rate: AutoSwitch.Rate(requests: requests, successes: successes), minSuccessPercent: 70,
      candidates: candidates)
  }

  private func candidate(_ model: Identity, _ score: Double, rate: AutoSwitch.Rate? = nil) -> AutoSwitch.Candidate {
    AutoSwitch.Candidate(model: model, rate: rate, score: score)
  }

  @Test func `below the threshold the best other model takes over, at it nothing happens`() {
    let others = [candidate(a, 9), candidate(b, 1), candidate(c, 2)]
    #expect(decision(100, 69, others) == c)
    #expect(decision(100, 70, others) == nil)
    #expect(decision(100, 69, [candidate(c, 1), candidate(b, 1)]) == b)
    #expect(decision(100, 69, [candidate(a, 9)]) == nil)
  }

  @Test func `too few requests say nothing, of either model`() {
    #expect(decision(19, 0, [candidate(b, 1)]) == nil)
    #expect(decision(20, 0, [candidate(b, 1)]) == b)
    let unknown = AutoSwitch.Rate(requests: 19, successes: 0)
    #expect(decision(100, 0, [candidate(b, 1, rate: unknown)]) == b)
  }

  @Test func `a model that is known to fail as well is no choice`() {
    let bad = AutoSwitch.Rate(requests: 50, successes: 10)
    #expect(decision(100, 0, [candidate(b, 5, rate: bad), candidate(c, 1)]) == c)
    #expect(decision(100, 0, [candidate(b, 5, rate: bad)]) == nil)
  }
}
