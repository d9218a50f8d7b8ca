import DroverAdmission
import DroverCore
import Testing

@Suite struct BudgetDecisionTests {
  /// 1000 tokens of answer cost 0.03.
  private func desk(_ spec: String, at now: String = "2026-11-21T12:00:00Z", leases: Bool = false) -> Desk {
    var fleet = Fleet()
    fleet.add(budget: "money", spec)
    return Desk(fleet, at: now, leases: leases)
  }

  @Test func `of two hundred at once exactly those are let through that fit`() throws {
    let desk = desk(#"{"amount": "0.45", "window": {"period": "Day"}}"#)
    let admitted = (0..<200).compactMap { _ in desk.admit(desk.request(output: 5000)) }
    #expect(admitted.count == 3)
    #expect(desk.balance("money") == "0 0.45 0")
    let refusal = try #require(desk.refuse(desk.request(output: 5000)))
    #expect(
      refusal.message(at: desk.now)
        == "Cost $0.1500 exceeds budget: budget 'money' has $0.0000 of $0.4500 spent, $0.4500 held; it begins anew at "
        + "2026-11-22T00:00:00Z")
    #expect(refusal.retryAfter(at: desk.now) == .seconds(1))
    for admission in admitted { #expect(desk.finish(admission, tokens: 10, cost: "0.15")) }
    #expect(desk.balance("money") == "0.45 0 0")
    #expect(desk.refuse(desk.request(output: 5000))?.retryAfter(at: desk.now) == .seconds(43_200))
  }

  @Test func `S5.1.6 a dearer request than one may be is refused`() throws {
    let desk = desk(#"{"amount": "50", "perRequest": "0.04"}"#)
    let refusal = try #require(desk.refuse(desk.request(input: 2000, output: 1000)))
    #expect(refusal.message(at: desk.now).hasPrefix("Cost $0.0500 exceeds budget"))
    #expect(refusal.isFinal)
    #expect(desk.balance("money") == "0 0 50")
    // What nobody asked for is made to fit.
    #expect(desk.admit(desk.request(input: 2000, output: nil))?.maxTokens == 666)
    #expect(desk.admit(desk.request(input: 2000, output: 666)) != nil)
  }

  @Test(arguments: [("Always", 100, 100), ("WhenUnset", nil, 100), ("Never", nil, nil)] as [(String, Int64?, Int64?)])
  func `max_tokens is lowered to what is left as the budget says`(mode: String, asked: Int64?, unset: Int64?) {
    let desk = desk(#"{"amount": "0.003", "clamp": {"mode": "\#(mode)"}}"#)
    #expect(desk.look(desk.request(output: 101)).map { _ in nil } ?? 100 == asked)
    let first = desk.admit(desk.request(output: asked == nil ? nil : 500))
    #expect(first?.maxTokens == unset)
    #expect(first?.isClamped == unset.map { _ in true })
    desk.finish(first)
    #expect(desk.admit(desk.request(output: 100))?.maxTokens == nil)
  }

  @Test func `nothing is lowered under the least answer`() {
    let desk = desk(#"{"amount": "0.003", "clamp": {"minOutputTokens": 80}}"#)
    desk.finish(desk.admit(desk.request(output: 20)), cost: "0.0006")
    let clamped = desk.admit(desk.request(output: 90))
    #expect(clamped?.maxTokens == 80 && clamped?.hold == Money("0.0024"))
    desk.finish(clamped, cost: "0.000001")
    #expect(desk.refuse(desk.request(output: 90)) != nil)
    #expect(desk.admit(desk.request(output: 79))?.maxTokens == nil)
  }

  @Test func `a free model is let through when nothing is left, a priced one is not`() {
    let desk = desk(#"{"amount": "0.03"}"#)
    desk.finish(desk.admit(desk.request(output: 1000)), cost: "0.03")
    #expect(desk.admit(desk.request("alice", "tiny", output: 1_000_000)) != nil)
    #expect(desk.refuse(desk.request(output: 100))?.isFinal == true)
  }

  @Test func `what has no price, no bound or another currency is refused by name`() {
    let desk = desk(#"{"amount": "1"}"#)
    guard case .unbounded(let unpriced) = desk.refuse(desk.request("alice", "unpriced", output: 1)) else {
      Issue.record("not refused")
      return
    }
    #expect(unpriced.field == "model")
    #expect(
      desk.refuse(desk.request("alice", "euro", output: 1))?.message(at: desk.now)
        == "budget 'money' is in USD and the model is priced in EUR; give both the same currency")
    let observing = self.desk(#"{"amount": "1", "mode": "Observe"}"#)
    #expect(observing.admit(observing.request("alice", "unpriced", output: 1)) != nil)
    #expect(observing.admit(observing.request("alice", "euro", output: 1)) != nil)
    #expect(observing.machine.observedRefusals(ofBudget: "money") == 1)
    #expect(observing.balance("money") == "0 0 1")
  }

  @Test func `a hold counts in the window in which it was taken`() {
    let desk = desk(
      #"{"amount": "0.3", "window": {"period": "Day", "timeZone": "Europe/Berlin"}}"#, at: "2027-03-28T21:59:59Z")
    let late = desk.admit(desk.request(output: 10_000))
    #expect(desk.balance("money") == "0 0.3 0")
    desk.pass(.seconds(1))
    #expect(desk.balance("money") == "0 0 0.3")
    let next = desk.admit(desk.request(output: 10_000))
    desk.finish(late, cost: "0.2")
    #expect(desk.balance("money") == "0 0.3 0")
    desk.finish(next, cost: "0.1")
    #expect(desk.balance("money") == "0.1 0 0.2")
  }

  @Test func `a clock that is set back begins no window again`() {
    let desk = desk(#"{"amount": "1", "window": {"period": "Hour"}}"#)
    desk.finish(desk.admit(desk.request(output: 1000)), cost: "0.03")
    desk.now = instant("2026-11-21T11:30:00Z")
    #expect(desk.balance("money") == "0.03 0 0.97")
  }

  @Test func `a ticket is settled once, and a lost one at its hold`() {
    let desk = desk(#"{"amount": "1"}"#)
    let first = desk.admit(desk.request(output: 1000))
    #expect(desk.finish(first, cost: "0.01"))
    #expect(!desk.finish(first, cost: "0.01"))
    let second = desk.admit(desk.request(output: 1000))
    #expect(!desk.finish(first, cost: "0.01"))
    #expect(desk.finish(second, tokens: nil, cost: nil))
    #expect(desk.balance("money") == "0.04 0 0.96")
    #expect(desk.machine.openTickets == 0)
  }

  @Test func `alerts and exhaustion are told once a window`() {
    let desk = desk(
      """
      {"amount": "0.1", "window": {"period": "Day"}, "alertAtPercent": [100, 50, 80],
       "onExhausted": {"action": "SwitchTo", "model": "tiny"}}
      """)
    func percents(_ desk: Desk) -> [Int64] {
      desk.events().map { event in
        switch event {
        case .budgetAlert(_, let percent, _, _): percent
        case .budgetExhausted(_, let action): action == .switchTo("tiny") ? -1 : -2
        }
      }
    }
    for cost in ["0.049", "0.001", "0.035", "0.005"] { desk.finish(desk.admit(desk.request(output: 1)), cost: cost) }
    #expect(percents(desk) == [50, 80])
    desk.finish(desk.admit(desk.request(output: 1)), cost: "0.01")
    #expect(desk.refuse(desk.request(output: 1)) != nil)
    #expect(desk.refuse(desk.request(output: 1)) != nil)
    #expect(percents(desk) == [100, -1])
    desk.pass(.seconds(86_400))
    desk.finish(desk.admit(desk.request(output: 1000)), cost: "0.09")
    #expect(percents(desk) == [50, 80])
  }

  @Test func `what was granted is spent, and no more`() {
    let desk = desk(#"{"amount": "1"}"#, leases: true)
    guard case .budget(let excess) = desk.refuse(desk.request(output: 1000)) else {
      Issue.record("not refused")
      return
    }
    #expect(excess.cause == .notGranted)
    let window = BudgetWindow(budget: "money")
    let money = Money("0.05") ?? .zero
    #expect(desk.grant(Grant(window: window, amount: money)))
    let first = desk.admit(desk.request(output: 1000))
    #expect(first != nil)
    #expect(desk.refuse(desk.request(output: 1000)) != nil)
    desk.finish(first, cost: "0.01")
    #expect(desk.admit(desk.request(output: 1000)) != nil)
    let stale = BudgetWindow(budget: "money", start: instant("2026-11-21T00:00:00Z"))
    #expect(!desk.grant(Grant(window: stale, amount: money)))
  }
}
