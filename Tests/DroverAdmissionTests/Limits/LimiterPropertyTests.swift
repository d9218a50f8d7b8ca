import DroverAdmission
import DroverTestKit
import Testing

/// The limiter against a log of every request, under seeded random traffic.
@Suite struct LimiterPropertyTests {
  private static let minute: Int64 = 60_000_000
  private static let day: Int64 = 86_400_000_000

  /// One run: requests at random distances, settled at random times, some of them for more than they reserved.
  private struct Run {
    var random: SplitMix64
    var limits: WindowLimits
    /// Microseconds; the clock wraps a few minutes after the start.
    var time: Int64 = (Int64(UInt32.max) - 400_000) * 1000
    var state = LimitState()
    var log = ExactLog()
    var open: [(entry: LimitState.Entry, index: Int)] = []
    var admitted = 0
    var refused = 0
    var wrong: [String] = []

    var now: UInt32 { UInt32(truncatingIfNeeded: time / 1000) }

    /// What the windows may hold without a request being refused: they may be longer by a 64th and by the millisecond to
    /// which times are truncated.
    private func slack(_ length: Int64) -> Int64 { length + length / 64 + 2000 }

    mutating func request(tokens: Int64) {
      state.expire(at: now)
      let before = state
      if let excess = state.excess(tokens: tokens, under: limits, at: now) {
        refused += 1
        if state != before { wrong.append("a refusal changed something at \(time)") }
        let minute = log.sum(at: time, length: slack(LimiterPropertyTests.minute))
        let day = log.sum(at: time, length: slack(LimiterPropertyTests.day))
        let isRight: Bool
        switch excess.window {
        case .requestsPerMinute: isRight = minute.requests + 1 > limits.requestsPerMinute
        case .tokensPerMinute: isRight = minute.tokens + tokens > limits.tokensPerMinute
        case .requestsPerDay: isRight = day.requests + 1 > limits.requestsPerDay
        case .concurrency: isRight = Int64(open.count) + 1 > limits.concurrency
        }
        if !isRight { wrong.append("refused without need: \(excess)") }
      } else {
        admitted += 1
        open.append((state.take(tokens: tokens, under: limits, at: now), log.add(tokens: tokens, at: time)))
        let minute = log.sum(at: time, length: LimiterPropertyTests.minute)
        let day = log.sum(at: time, length: LimiterPropertyTests.day)
        if minute.requests > limits.requestsPerMinute || day.requests > limits.requestsPerDay
          || minute.tokens > limits.tokensPerMinute || Int64(open.count) > limits.concurrency
        {
          wrong.append("too much at \(time): \(minute), \(day), \(open.count)")
        }
      }
    }

    mutating func settle(mayExceed: Bool) {
      guard let place = open.indices.randomElement(using: &random) else { return }
      let (entry, index) = open.remove(at: place)
      let reserved = log.entries[index].tokens
      let actual = Int64.random(in: 0...(mayExceed ? reserved * 2 : reserved), using: &random)
      state.expire(at: now)
      state.settle(entry, tokens: actual, under: limits, at: now)
      state.release()
      log.settle(index, tokens: min(actual, reserved))
      if actual > reserved { _ = log.add(tokens: actual - reserved, at: time, isRequest: false) }
    }

    mutating func pass() {
      switch Int.random(in: 0..<100, using: &random) {
      case 0..<60: time += Int64.random(in: 0...2_000, using: &random)
      case 60..<95: time += Int64.random(in: 0...400_000, using: &random)
      case 95..<99: time += Int64.random(in: 0...40_000_000, using: &random)
      default: time += Int64.random(in: 0...7_200_000_000, using: &random)
      }
    }
  }

  @Test(arguments: 1...24)
  func `no window ever holds more than its limit, and nothing is refused without need`(seed: Int) {
    var random = SplitMix64(seed: UInt64(seed))
    let limits = WindowLimits(
      requestsPerMinute: Int64.random(in: 1...200, using: &random),
      tokensPerMinute: Int64.random(in: 10...5000, using: &random),
      requestsPerDay: Int64.random(in: 100...3000, using: &random),
      concurrency: Int64.random(in: 1...20, using: &random))
    var run = Run(random: random, limits: limits)
    for _ in 0..<6000 {
      run.pass()
      if run.random.chance(55) {
        run.request(tokens: Int64.random(in: 0...60, using: &run.random))
      } else {
        run.settle(mayExceed: seed.isMultiple(of: 4))
      }
    }
    while !run.open.isEmpty { run.settle(mayExceed: false) }
    #expect(run.wrong == [])
    #expect(run.state.use.inFlight == 0)
    #expect(run.admitted > 50)
    #expect(run.refused > 50)
  }

  @Test(arguments: 1...8)
  func `waiting as long as a refusal says is enough, and a millisecond less is not`(seed: Int) throws {
    var random = SplitMix64(seed: UInt64(seed) * 977)
    let limits = WindowLimits(requestsPerMinute: 40, tokensPerMinute: 900, requestsPerDay: 500)
    var state = LimitState()
    var now: UInt32 = 5
    var refusals = 0
    for _ in 0..<3000 {
      now &+= UInt32.random(in: 0...900, using: &random)
      let tokens = Int64.random(in: 0...100, using: &random)
      state.expire(at: now)
      if let excess = state.excess(tokens: tokens, under: limits, at: now) {
        refusals += 1
        let wait = try #require(excess.retryAfter)
        var early = state
        early.expire(at: now &+ wait &- 1)
        #expect(early.excess(tokens: tokens, under: limits, at: now &+ wait &- 1)?.window == excess.window)
        var late = state
        late.expire(at: now &+ wait)
        #expect(late.excess(tokens: tokens, under: limits, at: now &+ wait)?.window != excess.window)
      } else {
        _ = state.take(tokens: tokens, under: limits, at: now)
        state.release()
      }
    }
    #expect(refusals > 100)
  }
}
