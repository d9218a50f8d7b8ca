import DroverAdmission
import Testing

@Suite struct LimitStateTests {
  private let tokens = WindowLimits(requestsPerMinute: 1000, tokensPerMinute: 100)

  @Test func `a whole window's burst is let through at once`() {
    let limits = WindowLimits(requestsPerMinute: 1000)
    var state = LimitState()
    for _ in 0..<1000 {
      #expect(state.excess(tokens: 0, under: limits, at: 7) == nil)
      _ = state.take(tokens: 0, under: limits, at: 7)
    }
    let excess = state.excess(tokens: 0, under: limits, at: 7)
    #expect(
      excess == LimitExcess(window: .requestsPerMinute, used: 1000, limit: 1000, requested: 1, retryAfter: 60_001))
    #expect(excess?.isHopeless == false)
  }

  @Test func `what is as old as the window to the millisecond still counts`() {
    let limits = WindowLimits(requestsPerMinute: 1)
    var state = LimitState()
    _ = state.take(tokens: 0, under: limits, at: 1000)
    state.expire(at: 61_000)
    #expect(state.excess(tokens: 0, under: limits, at: 61_000)?.retryAfter == 1)
    state.expire(at: 61_001)
    #expect(state.excess(tokens: 0, under: limits, at: 61_001) == nil)
  }

  @Test func `settling gives back to the entry that was taken from, and to no other`() {
    var state = LimitState()
    let first = state.take(tokens: 40, under: tokens, at: 0)
    _ = state.take(tokens: 50, under: tokens, at: 30_000)
    state.settle(first, tokens: 5, under: tokens, at: 31_000)
    #expect(state.tokens == 55)
    state.expire(at: 60_001)
    #expect(state.tokens == 50)
    state.settle(first, tokens: 0, under: tokens, at: 60_002)
    #expect(state.tokens == 50)
  }

  @Test func `more than was reserved is a debt of the minute in which it is known`() {
    var state = LimitState()
    let entry = state.take(tokens: 60, under: tokens, at: 0)
    state.settle(entry, tokens: 130, under: tokens, at: 50_000)
    #expect(state.tokens == 130)
    #expect(state.excess(tokens: 0, under: tokens, at: 50_000)?.window == .tokensPerMinute)
    state.expire(at: 60_001)
    #expect(state.tokens == 70)
    #expect(state.excess(tokens: 30, under: tokens, at: 60_001) == nil)
    #expect(state.excess(tokens: 31, under: tokens, at: 60_001)?.retryAfter == 50_000)
  }

  @Test func `more tokens than the whole limit are hopeless and say so`() {
    let excess = LimitState().excess(tokens: 101, under: tokens, at: 0)
    #expect(excess?.isHopeless == true)
    #expect(excess?.retryAfter == nil)
  }

  @Test func `a window keeps at most 66 entries, whatever comes`() {
    var window = RollingWindow()
    for now in stride(from: UInt32(0), to: 400_000, by: 3) {
      window.expire(at: now, length: .minute)
      _ = window.add(requests: 1, tokens: 1, at: now, length: .minute)
      if window.entryCount > 66 { Issue.record("\(window.entryCount) entries at \(now)") }
    }
    #expect(window.requests >= 20_000 && window.requests <= 20_000 + 20_000 / 64 + 1)
  }

  @Test func `what was let through before a start counts on, and what came since keeps its entry`() {
    let limits = WindowLimits(requestsPerMinute: 10, tokensPerMinute: 1000, requestsPerDay: 100)
    var state = LimitState()
    let since = state.take(tokens: 200, under: limits, at: 3)
    state.restore(
      [
        PastUse(age: 3_600_000, requests: 70, tokens: 9000), PastUse(age: 30_000, requests: 4, tokens: 300),
        PastUse(age: 90_000_000, requests: 9, tokens: 9),
      ], under: limits, at: 4)
    #expect(state.use == LimitUse(requestsInMinute: 5, tokensInMinute: 500, requestsInDay: 75, inFlight: 1))
    state.settle(since, tokens: 50, under: limits, at: 5)
    #expect(state.tokens == 350)
    state.expire(at: 30_005)
    #expect(state.use == LimitUse(requestsInMinute: 1, tokensInMinute: 50, requestsInDay: 75, inFlight: 1))
  }

  @Test func `an idle subject is forgotten, one in flight is not`() {
    var state = LimitState()
    _ = state.take(tokens: 1, under: tokens, at: 0)
    let whileInFlight = state.sweep(at: 3_600_000)
    #expect(!whileInFlight)
    state.release()
    let afterwards = state.sweep(at: 3_600_000)
    #expect(afterwards)
    #expect(state.use == LimitUse())
  }
}
