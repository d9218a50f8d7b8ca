import Dispatch
import DroverAdmission
import DroverCore
import DroverTestKit
import Foundation
import Synchronization
import Testing

/// Real threads over one lock, as event loops use it.
@Suite struct ThreadedAdmissionTests {
  private static let admissions = ProcessInfo.processInfo.environment["DROVER_SOAK"] == nil ? 100_000 : 1_000_000

  private final class Shared: Sendable {
    let machine: Mutex<AdmissionMachine>
    /// What all threads believe to have been charged, in 10^-12 units.
    let charged = Mutex(Int128(0))
    let clock = Atomic<Int64>(0)
    let refused = Atomic<Int>(0)
    let overruns = Atomic<Int>(0)
    let admitted = Atomic<Int>(0)

    init(_ table: AdmissionTable) { machine = Mutex(AdmissionMachine(table)) }
  }

  @Test func `threads that race for money and places overspend nothing and leave nothing`() {
    var fleet = Fleet()
    for number in 0..<50 { fleet.parts.accessKeys.append(.init("key-\(number)")) }
    fleet.add(budget: "all", #"{"amount": "1000", "alertAtPercent": [50, 100], "clamp": {"mode": "Never"}}"#)
    fleet.add(budget: "keys", #"{"amount": "22", "per": "AccessKey", "clamp": {"mode": "Never"}}"#)
    fleet.add(limit: "keys", #"{"per": "AccessKey", "concurrency": 2}"#)
    fleet.add(limit: "all", #"{"concurrency": 6, "tokensPerMinute": 100000000}"#)
    let table = fleet.table()
    let shared = Shared(table)
    let threads = 8
    DispatchQueue.concurrentPerform(iterations: threads) { thread in
      Self.run(shared, table, seed: UInt64(thread), count: Self.admissions / threads)
    }
    let charged = Money(picos: shared.charged.withLock { $0 })
    #expect(shared.admitted.load(ordering: .relaxed) > Self.admissions / 20)
    #expect(shared.refused.load(ordering: .relaxed) > 0)
    #expect(shared.overruns.load(ordering: .relaxed) == 0)
    let time = AdmissionTime(uptime: 0, wall: instant("2026-11-21T12:00:00Z"))
    shared.machine.withLock { machine in
      #expect(machine.openTickets == 0)
      let all = machine.balance(of: "all", at: time)
      #expect(all.map(\.spent) == [charged] && all.map(\.held) == [.zero])
      #expect(charged <= Money(units: 1000))
      let keys = machine.balance(of: "keys", at: time)
      #expect(keys.reduce(Money.zero) { $0 + $1.spent } == charged)
      #expect(keys.allSatisfy { $0.held == .zero && $0.spent <= Money(units: 22) })
      let uses = machine.use(of: "keys", at: time) + machine.use(of: "all", at: time)
      #expect(uses.allSatisfy { $0.use.inFlight == 0 })
      #expect(machine.takeEvents().count <= 2 + 51 + 1)
    }
  }

  /// One thread: it admits, and finishes some while others are open.
  private static func run(_ shared: Shared, _ table: AdmissionTable, seed: UInt64, count: Int) {
    var random = SplitMix64(seed: seed)
    var open: [Admission] = []
    let model = table.roster.models.number(of: "big") ?? 0
    let wall = instant("2026-11-21T12:00:00Z")
    var charged: Int128 = 0
    func finish(_ admission: Admission) {
      let percent = Int128(Int.random(in: 0...100, using: &random))
      let cost = Money(picos: admission.hold.picos * percent / 100)
      let time = AdmissionTime(uptime: shared.clock.add(1, ordering: .relaxed).newValue, wall: wall)
      let ended = shared.machine.withLock { machine in
        let first = machine.finish(admission.ticket, AttemptEnd(tokens: 10, cost: cost), at: time)
        return first && !machine.finish(admission.ticket, AttemptEnd(tokens: 10, cost: cost), at: time)
      }
      if ended { charged += cost.picos } else { shared.overruns.add(1, ordering: .relaxed) }
    }
    for _ in 0..<count {
      let request = AdmissionRequest(
        accessKey: Int.random(in: 0..<table.roster.accessKeys.all.count, using: &random), model: model,
        route: Names.none,
        demand: Demand(input: InputBound(textBytes: 100), maxTokens: .random(in: 0...600, using: &random)))
      let time = AdmissionTime(uptime: shared.clock.add(1, ordering: .relaxed).newValue, wall: wall)
      switch shared.machine.withLock({ $0.admit(request, at: time) }) {
      case .admitted(let admission):
        shared.admitted.add(1, ordering: .relaxed)
        open.append(admission)
      case .refused: shared.refused.add(1, ordering: .relaxed)
      }
      if open.count > 1 || random.chance(40), let last = open.popLast() { finish(last) }
    }
    for admission in open { finish(admission) }
    shared.charged.withLock { $0 += charged }
  }
}
