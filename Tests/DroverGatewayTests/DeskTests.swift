import DroverAdmission
import DroverCore
import DroverTestKit
import Glibc
import Synchronization
import Testing

@testable import DroverGateway

/// Many threads at one desk, under rules that change meanwhile.
@Suite struct DeskTests {
  private static func fleet(_ amount: String) throws -> DesiredFleet {
    let model = try JSONReader.read(
      #"{"cost": {"inputTokens": "0.001", "outputTokens": "0.002", "per": 1}, "maxTokens": 100, "contextWindow": 1000, "#
        + #""rateLimit": {"concurrency": 12}}"#)
    let budget = try JSONReader.read(#"{"amount": "\#(amount)", "per": "Model", "clamp": {"minOutputTokens": 1}}"#)
    let one = try JSONReader.read(#"{"match": {"models": ["m0"]}, "amount": "9"}"#)
    let limit = try JSONReader.read(#"{"requestsPerMinute": 400000, "tokensPerMinute": 3000000, "concurrency": 20}"#)
    return Desired.fleet(
      [Desired.provider(), (.budget, "each", budget), (.budget, "one", one), (.rateLimit, "all", limit)]
        + (0..<3).map { Desired.model("m\($0)", model) })
  }

  private final class Rules: RoutingSource {
    private let stored: Mutex<Routing>

    init(_ desired: DesiredFleet) { stored = Mutex(Routing(table: RoutingTable(desired))) }

    var routing: Routing { stored.withLock { $0 } }
    func put(_ desired: DesiredFleet) { stored.withLock { $0 = Routing(table: RoutingTable(desired)) } }
    func instance(_ id: String) -> Instance? { nil }
  }

  /// What became of the requests of one worker.
  private struct Account {
    var spent: [String: Money] = [:]
    var admitted = 0
    var refused = 0
  }

  @Test func `however many ask at once, no cap is passed, nothing stays held, and sums are those of the parts`()
    async throws
  {
    let till = try Till()
    let rules = Rules(try Self.fleet("20"))
    try await till.running {
      await withTaskGroup(of: Void.self) { outer in
        outer.addTask { await till.desk.run(rules, till.gatewayLedger) }
        _ = till.desk.figures
        let count = getenv("DROVER_SOAK") == nil ? 4_000 : 125_000
        let accounts = await withTaskGroup(of: Account.self) { group in
          for worker in 0..<8 {
            group.addTask { await Self.work(UInt64(worker), count, till, rules) }
          }
          // Amounts rise and fall meanwhile; what was spent stays.
          for number in 0..<20 {
            rules.put((try? Self.fleet(number % 2 == 0 ? "30" : "20")) ?? DesiredFleet())
            await Task.yield()
          }
          return await group.reduce(into: []) { $0.append($1) }
        }
        for model in ["m0", "m1", "m2"] {
          let spent = accounts.reduce(Money.zero) { $0 + ($1.spent[model] ?? .zero) }
          let shown = till.subject("each", model)
          #expect(shown == "\(spent) 0", "\(model)")
          #expect(spent <= (model == "m0" ? Money(units: 9) : Money(units: 30)))
          // Nobody was turned away for nothing: not even the least that one may ask for fits any more.
          #expect(spent > Money(units: model == "m0" ? 8 : 19))
        }
        #expect(
          till.balance("one").hasSuffix(
            " 0 " + (Money(units: 9) - (accounts.reduce(.zero) { $0 + ($1.spent["m0"] ?? .zero) })).description))
        #expect(till.use("all", "concurrency") == 0)
        #expect(accounts.reduce(0) { $0 + $1.admitted } > 100 && accounts.contains { $0.refused > 0 })
        outer.cancelAll()
      }
    }
  }

  private static func work(_ seed: UInt64, _ count: Int, _ till: Till, _ rules: Rules) async -> Account {
    var random = SplitMix64(seed: seed)
    var account = Account()
    var open: [(ticket: AdmissionTicket, model: String, hold: Money)] = []
    func end(_ place: Int, _ random: inout SplitMix64) {
      let (ticket, model, hold) = open.remove(at: place)
      let picos = Int64.random(in: 0...Int64(hold.picos), using: &random)
      let isLost = Int.random(in: 0..<10, using: &random) == 0
      let cost = isLost ? hold : Money(picos: Int128(picos))
      till.desk.finish(ticket, isLost ? .lost : AttemptEnd(tokens: 3, cost: cost))
      till.desk.finish(ticket, .lost)
      account.spent[model, default: .zero] += cost
    }
    for number in 0..<count {
      let model = "m\(Int.random(in: 0..<3, using: &random))"
      let demand = Demand(
        input: InputBound(textBytes: .random(in: 1...20, using: &random)),
        maxTokens: .random(in: 1...50, using: &random))
      let inquiry = AdmissionDesk.Inquiry(model: model, key: "local:" + model, demand: demand)
      let id = AttemptID(incarnation: Incarnation(high: 1, low: seed), loop: 0, request: UInt64(number))
      switch till.desk.take(inquiry, id: id, rules, resume: {}) {
      case .taken(let taken):
        account.admitted += 1
        open.append((taken.admission.ticket, model, taken.hold.worstCost))
      case .refused: account.refused += 1
      case .outdated: Issue.record("the model is there")
      case .later: await Task.yield()
      }
      if open.count > 3 || Bool.random(using: &random), !open.isEmpty {
        end(Int.random(in: 0..<open.count, using: &random), &random)
      }
    }
    while !open.isEmpty { end(0, &random) }
    return account
  }
}
