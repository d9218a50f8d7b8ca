import DroverAdmission
import DroverCore
import Testing

/// Requests that are tried more than once, and what a ledger is told of them.
@Suite struct AttemptTests {
  private static let id = AttemptID(incarnation: Incarnation(high: 1, low: 2), loop: 0, request: 3)

  private func fleet() -> Fleet {
    var fleet = Fleet()
    fleet.add(model: "limited", provider: "cloud", cost: Fleet.plainCost, limit: #"{"concurrency": 1}"#)
    fleet.add(
      limit: "keys", #"{"per": "AccessKey", "requestsPerMinute": 2, "tokensPerMinute": 3000, "concurrency": 1}"#)
    fleet.add(budget: "money", #"{"amount": "1", "window": {"period": "Day"}, "per": "Model"}"#)
    return fleet
  }

  @Test func `a request that goes on to another model counts once, and each attempt pays its own`() {
    let desk = Desk(fleet())
    guard let first = desk.admit(desk.request("alice", "limited", output: 1000)) else {
      Issue.record("refused")
      return
    }
    #expect(desk.settle(first, AttemptEnd(tokens: 40, cost: Money("0.002"))))
    #expect(!desk.settle(first, .lost))
    let second = desk.admit(desk.request("alice", "big", output: 2000), continuing: first.ticket)
    #expect(second?.ticket == first.ticket)
    #expect(desk.use("keys", of: "alice") == LimitUse(requestsInMinute: 1, tokensInMinute: 2040, inFlight: 1))
    #expect(desk.balance("money", of: "limited") == "0.002 0 0.998")
    #expect(desk.balance("money", of: "big") == "0 0.06 0.94")
    // The first model is free for others while the second serves.
    #expect(desk.admit(desk.request("bob", "limited")) != nil)
    #expect(desk.finish(second, tokens: 100, cost: "0.003"))
    #expect(desk.use("keys", of: "alice") == LimitUse(requestsInMinute: 1, tokensInMinute: 140))
    #expect(desk.balance("money", of: "big") == "0.003 0 0.997")
  }

  @Test func `an attempt that is refused leaves the request its place until it is finished`() {
    let desk = Desk(fleet())
    guard let first = desk.admit(desk.request("alice", "big", output: 1000)) else {
      Issue.record("refused")
      return
    }
    desk.settle(first, .unused)
    #expect(desk.admit(desk.request("alice", "unpriced", output: 1), continuing: first.ticket) == nil)
    #expect(desk.use("keys", of: "alice")?.inFlight == 1)
    #expect(desk.refuse(desk.request("alice", "big")) != nil)
    #expect(desk.finish(first))
    #expect(desk.use("keys", of: "alice") == LimitUse(requestsInMinute: 1))
    #expect(desk.machine.openTickets == 0)
  }

  @Test func `an attempt that nobody settled is settled as lost when the request goes on`() {
    let desk = Desk(fleet())
    let first = desk.admit(desk.request("alice", "big", output: 1000))
    let second = desk.admit(desk.request("alice", "limited", output: 500), continuing: first?.ticket)
    #expect(desk.balance("money", of: "big") == "0.03 0 0.97")
    #expect(desk.balance("money", of: "limited") == "0 0.015 0.985")
    desk.finish(second)
    #expect(desk.use("keys", of: "alice") == LimitUse(requestsInMinute: 1, tokensInMinute: 1000))
  }

  @Test func `a hold says who, what and under which rules`() throws {
    let desk = Desk(fleet())
    let admission = try #require(
      desk.admit(desk.request("alice", "limited", route: "assistant", input: 500, output: 500)))
    #expect(
      desk.machine.hold(of: admission.ticket, id: Self.id, model: "cloud:limited")
        == Hold(
          id: Self.id, takenAt: desk.now, accessKey: "alice", model: "cloud:limited", route: "assistant",
          reservedTokens: 1000, worstCost: try #require(Money("0.02")),
          budgets: [BudgetWindow(budget: "money", subject: "limited", start: instant("2026-11-21T00:00:00Z"))],
          limits: [LimitSubject(limit: "keys", subject: "alice"), LimitSubject(limit: "model/limited")]))
    desk.finish(admission)
    #expect(desk.machine.hold(of: admission.ticket, id: Self.id, model: "cloud:limited") == nil)
  }

  @Test func `S5.1.2 what is reported enters limits and budgets like any other use`() throws {
    let desk = Desk(fleet())
    let model = try #require(desk.machine.table.roster.models.number(of: "limited"))
    let key = try #require(desk.machine.table.roster.accessKeys.number(of: "alice"))
    let cost = try #require(Money("0.25"))
    desk.machine.record(accessKey: key, model: model, tokens: 2990, cost: cost, at: desk.time)
    #expect(desk.use("keys", of: "alice") == LimitUse(requestsInMinute: 1, tokensInMinute: 2990))
    #expect(desk.balance("money", of: "limited") == "0.25 0 0.75")
    #expect(desk.refuse(desk.request("alice", "limited", output: 11)) != nil)
  }
}
