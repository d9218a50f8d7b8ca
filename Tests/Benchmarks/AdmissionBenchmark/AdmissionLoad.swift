import DroverAdmission
import DroverCore
import Synchronization

/// Requests of random keys, each finished after some others were admitted.
struct AdmissionLoad: ~Copyable {
  private let machine: Mutex<AdmissionMachine>
  private var random: UInt64 = 0x9E37_79B9_7F4A_7C15
  private var open: [Admission?]
  private var next = 0
  private let keys: Int
  private let model: Int
  private(set) var admitted = 0

  init(keys: Int) {
    self.keys = keys
    var parts = AdmissionTable.Parts()
    parts.accessKeys = (0..<keys).map { .init("key-\($0)") }
    parts.providers = [.init("cloud")]
    let cost = FieldValue.object(["inputTokens": .string("0.01"), "outputTokens": .string("0.03")])
    parts.models = [
      (
        .init("big"), "cloud",
        ModelTerms(name: "big", prices: ModelPrices(cost), contextWindow: 128_000, maxTokens: 4096),
        WindowLimits(requestsPerMinute: 1_000_000_000, concurrency: 100_000)
      )
    ]
    let limit = FieldValue.object([
      "per": .string("AccessKey"), "requestsPerMinute": .integer(6000), "tokensPerMinute": .integer(20_000_000),
      "requestsPerDay": .integer(500_000), "concurrency": .integer(100),
    ])
    parts.limits = [(LimitRule(name: "keys", spec: limit), RuleMatch(nil))]
    for (name, per) in [("all", "Budget"), ("keys", "AccessKey")] {
      let budget = FieldValue.object([
        "amount": .string("1000000"), "per": .string(per), "window": .object(["period": .string("Month")]),
        "alertAtPercent": .array([.integer(50), .integer(80), .integer(100)]),
      ])
      parts.budgets.append(
        (BudgetRule(name: name, spec: budget, fleetZone: "UTC", zones: { _ in .utc }), RuleMatch(nil)))
    }
    let table = AdmissionTable(parts)
    model = table.roster.models.number(of: "big") ?? 0
    machine = Mutex(AdmissionMachine(table))
    open = [Admission?](repeating: nil, count: 64)
  }

  private mutating func draw() -> UInt64 {
    random ^= random << 13
    random ^= random >> 7
    random ^= random << 17
    return random
  }

  mutating func run(_ count: Int) {
    var figures = Figures()
    run(count, into: &figures)
  }

  mutating func run(_ count: Int, into figures: inout Figures) {
    for _ in 0..<count {
      let request = AdmissionRequest(
        accessKey: 1 + Int(draw() % UInt64(keys)), model: model, route: Names.none,
        demand: Demand(input: InputBound(textBytes: 900), maxTokens: 256))
      let begin = nanoseconds()
      let time = AdmissionTime(uptime: begin / 1_000_000, wall: Timestamp(milliseconds: 1_800_000_000_000))
      let started = nanoseconds()
      let decision = machine.withLock { $0.admit(request, at: time) }
      let decided = nanoseconds()
      figures.clock.add(started - begin)
      figures.admit.add(decided - started)
      guard case .admitted(let admission) = decision else { continue }
      admitted += 1
      next = (next + 1) % open.count
      if let earlier = open[next] {
        let end = AttemptEnd(tokens: 700, cost: Money(picos: 12_000_000_000))
        let before = nanoseconds()
        machine.withLock { _ = $0.finish(earlier.ticket, end, at: time) }
        figures.finish.add(nanoseconds() - before)
      }
      open[next] = admission
    }
  }

  var openTickets: Int { machine.withLock { $0.openTickets } }
}
