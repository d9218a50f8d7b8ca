import DroverAdmission
import DroverCore
import DroverTestKit
import Testing

/// The machine under random traffic, against a book that writes down every request.
@Suite struct BudgetPropertyTests {
  /// Budgets that overlap in every way, over a day with many windows.
  private static func fleet() -> Fleet {
    var fleet = Fleet()
    fleet.add(model: "cheap", provider: "cloud", cost: #"{"inputTokens": "0.001", "outputTokens": "0.002"}"#)
    fleet.add(
      budget: "hour", #"{"amount": "0.7", "window": {"period": "Hour"}, "match": {"models": ["big", "cheap"]}}"#)
    fleet.add(
      budget: "day", #"{"amount": "9", "window": {"period": "Day", "timeZone": "Europe/Berlin"}, "per": "AccessKey"}"#)
    fleet.add(
      budget: "life", #"{"amount": "30", "match": {"accessKeys": ["alice", "bob"]}, "clamp": {"mode": "Never"}}"#)
    fleet.add(
      limit: "keys", #"{"per": "AccessKey", "requestsPerMinute": 50, "tokensPerMinute": 90000, "concurrency": 5}"#)
    fleet.parts.models = fleet.parts.models.filter { ["tiny", "big", "cheap"].contains($0.member.name) }
    return fleet
  }

  private struct Open {
    var admission: Admission
    var hold: Hold
  }

  /// One row of the book: what an attempt was charged, or still holds.
  private struct Row {
    var window: BudgetWindow
    var cost: Money
    var isHeld: Bool
  }

  @Test(arguments: 1...12)
  func `spent and held never exceed an amount, and are what was charged and is open`(seed: Int) throws {
    var random = SplitMix64(seed: UInt64(seed))
    let desk = Desk(Self.fleet(), at: "2027-03-27T20:00:00Z")
    var open: [Open] = []
    var rows: [AttemptID: [Row]] = [:]
    var (admitted, refused) = (0, 0)
    for step in 0..<2500 {
      desk.pass(.milliseconds(Int64.random(in: 0...(random.chance(2) ? 5_000_000 : 4000), using: &random)))
      if random.chance(55) {
        let request = desk.request(
          ["alice", "bob", "carol", ""].randomElement(using: &random) ?? "",
          ["big", "cheap", "tiny"].randomElement(using: &random) ?? "", input: .random(in: 0...2000, using: &random),
          output: random.chance(70) ? .random(in: 0...3000, using: &random) : nil)
        guard let admission = desk.admit(request) else {
          refused += 1
          continue
        }
        admitted += 1
        let id = AttemptID(incarnation: Incarnation(high: 0, low: 0), loop: 0, request: UInt64(step))
        let hold = try #require(desk.machine.hold(of: admission.ticket, id: id, model: "cloud:m"))
        open.append(Open(admission: admission, hold: hold))
        rows[id] = hold.budgets.map { Row(window: $0, cost: hold.worstCost, isHeld: true) }
      } else if let place = open.indices.randomElement(using: &random) {
        let ended = open.remove(at: place)
        let cost: Money? =
          random.chance(10)
          ? nil
          : Money(picos: ended.hold.worstCost.picos * Int128(Int.random(in: 0...100, using: &random)) / 100)
        #expect(desk.machine.finish(ended.admission.ticket, AttemptEnd(tokens: 5, cost: cost), at: desk.time) == true)
        rows[ended.hold.id] = ended.hold.budgets.map {
          Row(window: $0, cost: cost ?? ended.hold.worstCost, isHeld: false)
        }
      }
      if step.isMultiple(of: 25) { check(desk, rows.values.flatMap { $0 }) }
    }
    for ended in open { desk.finish(ended.admission, cost: "0") }
    #expect(desk.machine.openTickets == 0)
    #expect(admitted > 300 && refused > 100)
    for subject in ["alice", "bob", "carol", ""] { #expect(desk.use("keys", of: subject)?.inFlight ?? 0 == 0) }
    for budget in ["hour", "day", "life"] {
      for balance in desk.machine.balance(of: budget, at: desk.time) { #expect(balance.held == .zero) }
    }
  }

  private func check(_ desk: Desk, _ rows: [Row]) {
    for (budget, amount) in [("hour", "0.7"), ("day", "9"), ("life", "30")] {
      for balance in desk.machine.balance(of: budget, at: desk.time) {
        let window = BudgetWindow(budget: budget, subject: balance.subject, start: balance.span.start)
        let own = rows.filter { $0.window == window }
        let spent = own.filter { !$0.isHeld }.reduce(Money.zero) { $0 + $1.cost }
        let held = own.filter(\.isHeld).reduce(Money.zero) { $0 + $1.cost }
        #expect(balance.spent == spent && balance.held == held, "\(window)")
        #expect(spent + held <= Money(amount) ?? .zero, "\(window)")
      }
    }
  }

  @Test(arguments: 1...6)
  func `a machine that starts from the ledger goes on like one that never stopped`(seed: Int) {
    var random = SplitMix64(seed: UInt64(seed) &+ 100)
    let desk = Desk(Self.fleet(), at: "2027-03-27T20:00:00Z")
    for _ in 0..<400 {
      desk.pass(.milliseconds(Int64.random(in: 0...20_000, using: &random)))
      let key = ["alice", "bob"].randomElement(using: &random) ?? ""
      let admission = desk.admit(desk.request(key, "big", input: 100, output: .random(in: 0...400, using: &random)))
      desk.finish(admission, tokens: 90, cost: "0.0\(Int.random(in: 1...9, using: &random))")
    }
    var image = LedgerImage()
    for budget in ["hour", "day", "life"] {
      for balance in desk.machine.balance(of: budget, at: desk.time) {
        image.budgets.append(
          BudgetTotal(
            window: BudgetWindow(budget: budget, subject: balance.subject, start: balance.span.start),
            spent: balance.spent))
      }
    }
    let again = Desk(Self.fleet())
    again.now = desk.now
    again.machine.restore(image, AdmissionMachine.uncounted(of: again.machine.table), at: again.time)
    for budget in ["hour", "day", "life"] {
      #expect(
        again.machine.balance(of: budget, at: again.time).filter { $0.spent > .zero }
          == desk.machine.balance(of: budget, at: desk.time).filter { $0.spent > .zero })
    }
    desk.pass(.seconds(61))
    again.pass(.seconds(61))
    for _ in 0..<200 {
      let key = ["alice", "bob", "carol"].randomElement(using: &random) ?? ""
      let request = desk.request(key, "big", input: 100, output: .random(in: 0...400, using: &random))
      let (one, other) = (desk.admit(request), again.admit(request))
      #expect((one == nil) == (other == nil) && one?.maxTokens == other?.maxTokens)
      desk.finish(one, tokens: 90, cost: "0.001")
      again.finish(other, tokens: 90, cost: "0.001")
      desk.pass(.seconds(2))
      again.pass(.seconds(2))
    }
  }
}
