import DroverAdmission
import DroverCore
import Testing

/// Edits of manifests and starts: what was counted stays, what was not comes from the ledger.
@Suite struct AdoptionTests {
  private func fleet(_ limit: String, _ budget: String) -> Fleet {
    var fleet = Fleet()
    fleet.add(limit: "keys", limit)
    fleet.add(budget: "money", budget)
    return fleet
  }

  @Test func `an edit of how much keeps what was used, and requests in flight end where they began`() {
    let desk = Desk(fleet(#"{"requestsPerMinute": 3}"#, #"{"amount": "1", "window": {"period": "Day"}}"#))
    desk.finish(desk.admit(desk.request(output: 1000)), cost: "0.03")
    let open = desk.admit(desk.request(output: 1000))
    var edited = fleet(#"{"requestsPerMinute": 2}"#, #"{"amount": "0.05", "window": {"period": "Day"}}"#)
    edited.parts.accessKeys.insert(.init("zoe"), at: 0)
    #expect(desk.adopt(edited).isEmpty)
    #expect(desk.balance("money") == "0.03 0.03 0")
    #expect(desk.refuse(desk.request()) != nil)
    desk.finish(open, cost: "0.01")
    #expect(desk.balance("money") == "0.04 0 0.01")
    #expect(desk.use("keys") == LimitUse(requestsInMinute: 2))
  }

  @Test func `what an edit counts anew is asked of the ledger`() {
    let desk = Desk(fleet(#"{"requestsPerMinute": 3}"#, #"{"amount": "1", "window": {"period": "Day"}}"#))
    desk.finish(desk.admit(desk.request(output: 1000)), cost: "0.03")
    let edited = fleet(
      #"{"requestsPerMinute": 3, "requestsPerDay": 10}"#, #"{"amount": "1", "window": {"period": "Month"}}"#)
    let uncounted = desk.adopt(edited)
    #expect(uncounted.days == ["keys"] && uncounted.minutes == [] && uncounted.budgets == ["money"])
    let month = instant("2026-11-01T00:00:00Z")
    let image = LedgerImage(
      budgets: [
        BudgetTotal(window: BudgetWindow(budget: "money", start: month), spent: Money("0.7") ?? .zero),
        BudgetTotal(window: BudgetWindow(budget: "gone", start: month), spent: Money("9") ?? .zero),
      ],
      slots: [
        LimitSlot(
          subject: LimitSubject(limit: "keys"), start: instant("2026-11-21T10:00:00Z"), length: .seconds(900),
          requests: 9, tokens: 5)
      ])
    desk.machine.restore(image, uncounted, at: desk.time)
    #expect(desk.use("keys") == LimitUse(requestsInMinute: 1, requestsInDay: 9))
    #expect(desk.balance("money") == "0.7 0 0.3")
    #expect(desk.admit(desk.request()) != nil)
    #expect(desk.refuse(desk.request()) != nil)
  }

  @Test func `S6.1.3 the windows survive a restart, dated to the end of their slots`() {
    var fleet = Fleet()
    fleet.add(
      model: "limited", provider: "local", cost: nil, limit: #"{"requestsPerMinute": 5, "requestsPerDay": 100}"#)
    fleet.add(limit: "keys", #"{"per": "AccessKey", "tokensPerMinute": 1000}"#)
    fleet.add(budget: "money", #"{"amount": "1", "alertAtPercent": [50, 90], "per": "AccessKey"}"#)
    let desk = Desk(fleet, at: "2026-11-21T12:00:30Z")
    func slot(_ limit: String, _ subject: String, _ start: String, _ length: Int, _ requests: Int64, _ tokens: Int64)
      -> LimitSlot
    {
      LimitSlot(
        subject: LimitSubject(limit: limit, subject: subject), start: instant(start), length: .seconds(length),
        requests: requests, tokens: tokens)
    }
    let image = LedgerImage(
      budgets: [
        BudgetTotal(window: BudgetWindow(budget: "money", subject: "alice"), spent: Money("0.6") ?? .zero),
        BudgetTotal(window: BudgetWindow(budget: "money", subject: "deleted"), spent: Money("0.6") ?? .zero),
      ],
      slots: [
        slot("model/limited", "", "2026-11-20T12:15:00Z", 900, 60, 0),
        slot("model/limited", "", "2026-11-21T12:00:00Z", 60, 4, 0),
        slot("keys", "alice", "2026-11-21T11:59:00Z", 60, 1, 700),
        slot("keys", "bob", "2026-11-21T11:58:00Z", 60, 1, 700), slot("deleted", "", "2026-11-21T11:59:00Z", 60, 1, 1),
      ])
    desk.machine.restore(image, AdmissionMachine.uncounted(of: desk.machine.table), at: desk.time)
    #expect(desk.use("keys", of: "alice")?.tokensInMinute == 700)
    #expect(desk.use("keys", of: "bob")?.tokensInMinute ?? 0 == 0)
    #expect(desk.balance("money", of: "alice") == "0.6 0 0.4")
    #expect(
      desk.upstreamUse("limited") == LimitUse(requestsInMinute: 4, requestsInDay: 64))
    // What was passed before the start was told then.
    desk.finish(desk.admit(desk.request("alice", "big", output: 1)), cost: "0.1")
    #expect(desk.events().isEmpty)
    desk.finish(desk.admit(desk.request("alice", "big", output: 1)), cost: "0.2")
    #expect(desk.events().count == 1)
    desk.pass(.seconds(31))
    #expect(desk.use("keys", of: "alice")?.tokensInMinute ?? 0 < 700)
    desk.pass(.seconds(1800 - 60))
    #expect(desk.upstreamUse("limited").requestsInDay == 4)
  }

  @Test func `a limit that was gone counts anew when it is back, and a budget goes on with what it has spent`() {
    let full = fleet(#"{"requestsPerMinute": 1}"#, #"{"amount": "1"}"#)
    let desk = Desk(full)
    let open = desk.admit(desk.request(output: 1000))
    #expect(desk.adopt(Fleet()).isEmpty)
    #expect(desk.admit(desk.request()) != nil)
    #expect(desk.finish(open, cost: "0.01"))
    let uncounted = desk.adopt(full)
    #expect(uncounted.minutes == ["keys"] && uncounted.budgets.isEmpty)
    #expect(desk.balance("money") == "0.01 0 0.99")
    #expect(desk.admit(desk.request()) != nil)
    #expect(desk.refuse(desk.request()) != nil)
  }

  @Test func `a model that is renamed keeps what it used`() {
    var fleet = Fleet()
    fleet.add(limit: "models", #"{"per": "Model", "requestsPerMinute": 1}"#)
    let desk = Desk(fleet)
    desk.finish(desk.admit(desk.request("alice", "big")))
    fleet.parts.models[1].member = .init("large", renamedFrom: "big")
    #expect(desk.adopt(fleet).isEmpty)
    #expect(desk.refuse(desk.request("alice", "large")) != nil)
    #expect(desk.use("models", of: "large")?.requestsInMinute == 1)
  }

  @Test func `idle subjects are swept, and those in flight are not`() {
    var fleet = Fleet()
    fleet.add(limit: "keys", #"{"per": "AccessKey", "requestsPerMinute": 10, "concurrency": 1}"#)
    let desk = Desk(fleet)
    desk.finish(desk.admit(desk.request("alice")))
    let open = desk.admit(desk.request("bob"))
    desk.pass(.seconds(3600))
    desk.machine.sweep(100, at: desk.time)
    let kept = desk.machine.use(of: "keys", at: desk.time).map(\.subject)
    #expect(kept == ["bob"])
    #expect(desk.admit(desk.request("alice")) != nil)
    #expect(desk.refuse(desk.request("bob")) != nil)
    #expect(desk.finish(open))
    desk.machine.sweep(100, at: desk.time)
    #expect(desk.admit(desk.request("bob")) != nil)
  }
}
