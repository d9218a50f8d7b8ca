import DroverAdmission
import DroverCore
import Testing

@Suite struct LimitDecisionTests {
  @Test func `what is refused for its concurrency consumes no request`() {
    var fleet = Fleet()
    fleet.add(limit: "one", #"{"requestsPerMinute": 2, "concurrency": 1}"#)
    let desk = Desk(fleet)
    let first = desk.admit(desk.request())
    #expect(desk.refuse(desk.request()) != nil)
    #expect(desk.use("one") == LimitUse(requestsInMinute: 1, inFlight: 1))
    #expect(desk.finish(first))
    #expect(desk.admit(desk.request()) != nil)
  }

  @Test func `what one rule refuses is taken from no other`() {
    var fleet = Fleet()
    fleet.add(limit: "wide", #"{"requestsPerMinute": 100, "tokensPerMinute": 1000}"#)
    fleet.add(limit: "narrow", #"{"requestsPerDay": 1}"#)
    fleet.add(budget: "money", #"{"amount": "1"}"#)
    let desk = Desk(fleet)
    #expect(desk.admit(desk.request(input: 10, output: 10)) != nil)
    let before = (desk.use("wide"), desk.balance("money"))
    #expect(desk.refuse(desk.request(input: 10, output: 10)) != nil)
    #expect(desk.use("wide") == before.0)
    #expect(desk.balance("money") == before.1)
    #expect(desk.machine.openTickets == 1)
  }

  @Test func `S6.1.2 a refusal names the limit, its use, its value and when it is free`() throws {
    var fleet = Fleet()
    fleet.add(limit: "per-key", #"{"per": "AccessKey", "requestsPerMinute": 2, "tokensPerMinute": 100}"#)
    let desk = Desk(fleet)
    _ = desk.admit(desk.request())
    desk.pass(.seconds(10))
    _ = desk.admit(desk.request())
    let refusal = try #require(desk.refuse(desk.request()))
    #expect(
      refusal.message(at: desk.now)
        == "Rate limit exceeded: requestsPerMinute of 'per-key' for 'alice' is 2, 2 used; free in 51 s")
    #expect(refusal.retryAfter(at: desk.now) == .milliseconds(50_001))
    #expect(!refusal.isFinal)
    let large = try #require(desk.refuse(desk.request("bob", output: 101)))
    #expect(large.isFinal && large.retryAfter(at: desk.now) == nil)
    #expect(desk.admit(desk.request("bob", output: 100)) != nil)
  }

  @Test func `S6.1.1 looking consumes nothing, looks at all windows, and no limit means allowed`() {
    var fleet = Fleet()
    fleet.add(model: "limited", provider: "local", cost: nil, limit: #"{"requestsPerMinute": 1, "requestsPerDay": 2}"#)
    let desk = Desk(fleet)
    func look(_ desk: Desk) -> Refusal? { desk.look(desk.request("", "limited")) }
    for _ in 0..<5 { #expect(look(desk) == nil) }
    desk.finish(desk.admit(desk.request("", "limited")))
    #expect(
      look(desk)?.message(at: desk.now)
        == "Rate limit exceeded: requestsPerMinute of model 'limited' is 1, 1 used; free in 61 s")
    desk.pass(.seconds(61))
    #expect(look(desk) == nil)
    desk.finish(desk.admit(desk.request("", "limited")))
    desk.pass(.seconds(61))
    guard case .upstream("limited", let excess) = look(desk) else {
      Issue.record("not refused")
      return
    }
    #expect(excess.window == .requestsPerDay)
    #expect(desk.look(desk.request("", "unpriced")) == nil)
  }

  @Test func `a limit is split by what it says, and requests without a key share one`() {
    var fleet = Fleet()
    fleet.add(limit: "keys", #"{"per": "AccessKey", "requestsPerMinute": 1}"#)
    var desk = Desk(fleet)
    for key in ["alice", "bob", ""] {
      #expect(desk.admit(desk.request(key)) != nil)
      #expect(desk.refuse(desk.request(key)) != nil)
    }
    fleet.parts.limits = []
    fleet.add(limit: "providers", #"{"per": "Provider", "requestsPerMinute": 1}"#)
    desk = Desk(fleet)
    #expect(desk.admit(desk.request("alice", "big")) != nil)
    #expect(desk.refuse(desk.request("bob", "euro")) != nil)
    #expect(desk.admit(desk.request("alice", "tiny")) != nil)
  }

  @Test(arguments: [
    ("{}", true, true, true), (#"{"accessKeys": []}"#, false, false, false),
    (#"{"accessKeys": ["alice"]}"#, true, false, false),
    (#"{"accessKeys": {"matchLabels": {"team": "b"}}}"#, false, true, false),
    (#"{"models": ["tiny"]}"#, false, false, false),
    (#"{"models": {"matchLabels": {"name": "big"}}}"#, true, true, true),
    (#"{"providers": ["cloud"], "accessKeys": ["bob"]}"#, false, true, false),
    (#"{"providers": {"matchLabels": {"where": "here"}}}"#, false, false, false),
    (#"{"routes": []}"#, false, false, false),
    (#"{"routes": ["assistant"]}"#, false, false, false),
  ])
  func `an absent selector covers all, an empty list none, and all must agree`(
    match: String, alice: Bool, bob: Bool, nobody: Bool
  ) {
    for (key, covered) in [("alice", alice), ("bob", bob), ("", nobody)] {
      var fleet = Fleet()
      fleet.add(limit: "one", "{\"requestsPerMinute\": 1, \"match\": \(match)}")
      let desk = Desk(fleet)
      #expect(desk.admit(desk.request(key, "big")) != nil)
      #expect((desk.refuse(desk.request(key, "big")) != nil) == covered, "\(key) under \(match)")
    }
  }

  @Test func `a rule of a route covers what comes by it`() {
    var fleet = Fleet()
    fleet.add(limit: "route", #"{"requestsPerMinute": 1, "match": {"routes": ["assistant"]}}"#)
    let desk = Desk(fleet)
    #expect(desk.admit(desk.request(route: "assistant")) != nil)
    #expect(desk.refuse(desk.request(route: "assistant")) != nil)
    #expect(desk.admit(desk.request()) != nil)
  }

  @Test func `a hundred rules are told apart`() {
    var fleet = Fleet()
    for number in 0..<100 {
      fleet.parts.accessKeys.append(.init("key-\(number)"))
      fleet.add(limit: "limit-\(number)", #"{"requestsPerMinute": 1, "match": {"accessKeys": ["key-\#(number)"]}}"#)
    }
    let desk = Desk(fleet)
    for number in 0..<100 {
      #expect(desk.admit(desk.request("key-\(number)")) != nil)
      guard case .limit("limit-\(number)", _, _) = desk.refuse(desk.request("key-\(number)")) else {
        Issue.record("key-\(number) was not refused by its limit")
        return
      }
    }
  }

  @Test func `a rule that observes counts and refuses nothing`() {
    var fleet = Fleet()
    fleet.add(limit: "watch", #"{"mode": "Observe", "requestsPerMinute": 1, "tokensPerMinute": 10}"#)
    let desk = Desk(fleet)
    let admission = desk.admit(desk.request(input: 5, output: nil))
    #expect(admission != nil && admission?.maxTokens == nil)
    #expect(desk.admit(desk.request(input: 5)) != nil)
    #expect(desk.machine.observedRefusals(ofLimit: "watch") == 2)
    #expect(desk.use("watch")?.requestsInMinute == 2)
  }

  @Test func `parallel requests never pass a limit of tokens, and a small one is let through`() {
    var fleet = Fleet()
    fleet.add(limit: "tokens", #"{"tokensPerMinute": 100}"#)
    let desk = Desk(fleet)
    let decisions = [58, 175, 42, 60, 1].map { desk.admit(desk.request(input: $0, output: 0)) != nil }
    #expect(decisions == [true, false, true, false, false])
    #expect(desk.use("tokens")?.tokensInMinute == 100)
  }

  @Test func `without max_tokens an answer is made as long as a limit of tokens allows`() {
    var fleet = Fleet()
    fleet.add(limit: "tokens", #"{"tokensPerMinute": 50}"#)
    let desk = Desk(fleet)
    let first = desk.admit(desk.request(input: 30, output: nil))
    #expect(first?.maxTokens == 20 && first?.isClamped == true && first?.reservedTokens == 50)
    desk.finish(first, tokens: 35)
    #expect(desk.refuse(desk.request(input: 10, output: nil)) != nil)
    #expect(desk.admit(desk.request(input: 10, output: 5)) != nil)
    // What is asked for is not made less.
    desk.pass(.seconds(62))
    #expect(desk.refuse(desk.request(input: 30, output: 900))?.isFinal == true)
  }
}
