import DroverCore
import DroverPlanning
import DroverTestKit
import Testing

@Suite struct UseBookTests {
  private let now = Make.start

  @Test func `requests wait in the order in which they came, and are let in together`() {
    var book = UseBook()
    let first = book.begin("a", limit: 2, now: now)
    let second = book.begin("a", limit: 2, now: now + .seconds(1))
    #expect(first.answer == .waits(position: 1) && second.answer == .waits(position: 2))
    guard case .refused(let refusal) = book.begin("a", limit: 2, now: now).answer else {
      Issue.record("a third was not refused")
      return
    }
    #expect(refusal.cause == .queueFull(waiting: 2) && refusal.retryAfter != nil)
    let news = book.takeNews().map(\.use)
    #expect(news == [UseBook.Use(lastUsed: nil, inFlight: 0, waitingSince: now)])
    let admitted = book.follow("a", .serving(instance: "i"), now: now + .seconds(2))
    #expect(admitted.map(\.ticket) == [first.ticket, second.ticket])
    #expect(admitted.map(\.outcome) == [.ready(instance: "i"), .ready(instance: "i")])
    let late = book.begin("a", limit: 2, now: now).answer
    #expect(late == .ready(instance: "i"))
    let inFlight = book.takeNews().map(\.use.inFlight)
    #expect(inFlight == [3])
  }

  @Test func `who leaves makes place, and is told which place it had`() {
    var book = UseBook()
    let tickets = (0..<3).map { _ in book.begin("a", limit: 9, now: now).ticket }
    let places = [book.leave(tickets[1], model: "a"), book.leave(tickets[1], model: "a")]
    #expect(places == [2, nil])
    let next = book.begin("a", limit: 9, now: now).answer
    #expect(next == .waits(position: 3))
  }

  @Test func `nothing that is used or waited for is closed for want of use`() {
    var book = UseBook()
    let waiting = book.begin("a", limit: 9, now: now).ticket
    var closed = [book.close("i", of: "a", onlyIfIdle: true)]
    _ = book.follow("a", .serving(instance: "i"), now: now)
    closed.append(book.close("i", of: "a", onlyIfIdle: true))
    let drained = book.end(waiting, now: now)
    closed.append(book.close("i", of: "a", onlyIfIdle: true))
    #expect(closed == [false, false, true] && drained == nil)
    let late = book.begin("a", limit: 9, now: now).answer
    #expect(late == .waits(position: 1))
    let meanwhile = book.follow("a", .serving(instance: "i"), now: now)
    #expect(meanwhile.isEmpty)
    book.reopen("i", of: "a")
    let admitted = book.follow("a", .serving(instance: "i"), now: now)
    #expect(admitted.count == 1)
  }

  @Test func `closing what is used tells when the last use has ended`() {
    var book = UseBook()
    let tickets = (0..<2).map { _ in book.begin("a", limit: 9, now: now).ticket }
    _ = book.follow("a", .serving(instance: "i"), now: now)
    let isClosed = book.close("i", of: "a", onlyIfIdle: false)
    let drained = [tickets[0], tickets[1], tickets[1]].map { book.end($0, now: now) }
    #expect(isClosed && drained == [nil, "i", nil])
  }

  @Test func `who waits for what cannot be had is refused with the reason and when to come again`() {
    var book = UseBook()
    _ = book.begin("a", limit: 9, now: now)
    let refused = book.follow(
      "a", .refused(.loadFailed, "no such file", retryAt: now + .seconds(7)), now: now)
    let expected = ModelRefusal(
      .unavailable(.loadFailed), "model 'a' cannot be had: no such file", retryAfter: .seconds(7))
    #expect(refused.map(\.outcome) == [.refused(expected)])
  }

  /// Ten thousand lives, in which requests, the end of uses, planning, acting on the plan, and the process itself come
  /// in any order while the model is forever about to be unloaded for want of use.
  @Test(arguments: 0..<10)
  func `S8.1.5 a request that meets an idle unloading is answered, with one process at most`(thousand: Int) {
    var seen: Set<String> = []
    for seed in thousand * 1000..<(thousand + 1) * 1000 {
      var life = DeskLife(seed: UInt64(seed))
      life.live()
      seen.formUnion(life.seen)
      #expect(life.problems.isEmpty, "seed \(seed)")
      if !life.problems.isEmpty { return }
    }
    for expected in ["idle", "kept", "waited", "at once", "two loads"] {
      #expect(seen.contains(expected), "never happened: \(expected)")
    }
  }
}

/// One model, requests for it, and a loop that may be interrupted anywhere.
private struct DeskLife {
  var fleet: FleetSimulator
  var book = UseBook()
  var problems: [String] = []
  var seen: Set<String> = []
  private var random: SplitMix64
  private var waiting: Set<UInt64> = []
  private var using: Set<UInt64> = []
  private var planned: Plan?
  private var loads = 0

  init(seed: UInt64) {
    random = SplitMix64(seed: seed)
    fleet = FleetSimulator(seed: seed)
    let loading = FieldValue.object(["idleUnloadAfter": .duration(.seconds(1))])
    fleet.put(Make.resource(Identity(.fleet, "fleet"), .object(["loading": loading])))
    fleet.put(Make.provider())
    fleet.put(Make.model("a", state: "OnDemand", warmup: false))
    fleet.scan()
    fleet.apply(Planner.plan(fleet.world()))
  }

  mutating func live() {
    if random.chance(80) { load() }
    for _ in 0..<36 { event() }
    for _ in 0..<40 where !waiting.isEmpty || !using.isEmpty {
      for ticket in using.sorted() { end(ticket) }
      plan()
      act()
      fleet.now = fleet.now + .milliseconds(100)
      progress()
    }
    if !waiting.isEmpty { problems.append("\(waiting.count) requests are stranded") }
  }

  /// Begins with a model that was used once.
  private mutating func load() {
    arrive()
    for _ in 0..<3 {
      plan()
      act()
      progress()
    }
    plan()
    act()
    for ticket in using.sorted() { end(ticket) }
  }

  private mutating func event() {
    switch Int.random(in: 0..<9, using: &random) {
    case 0: arrive()
    case 1, 2: if let ticket = using.sorted().randomElement(using: &random) { end(ticket) }
    case 3, 4: plan()
    case 5, 6: act()
    case 7: progress()
    default: fleet.now = fleet.now + .milliseconds(Int64.random(in: 0...1500, using: &random))
    }
  }

  private mutating func arrive() {
    let (ticket, answer) = book.begin("a", limit: 64, now: fleet.now)
    switch answer {
    case .ready(let instance):
      seen.insert("at once")
      admit(ticket, instance)
    case .waits: waiting.insert(ticket)
    case .refused: problems.append("a request was refused")
    }
  }

  private mutating func admit(_ ticket: UInt64, _ instance: String) {
    using.insert(ticket)
    if fleet.instances[instance]?.phase != .ready {
      problems.append("a request was sent to \(instance), which is going")
    }
  }

  private mutating func end(_ ticket: UInt64) {
    using.remove(ticket)
    _ = book.end(ticket, now: fleet.now)
  }

  private mutating func plan() {
    for (model, use) in book.takeNews() {
      var demand = fleet.demands[model] ?? ModelDemand()
      demand.lastUsed = [demand.lastUsed, use.lastUsed].compactMap { $0 }.max()
      (demand.inFlight, demand.waitingSince) = (use.inFlight, use.waitingSince)
      fleet.demands[model] = demand
    }
    planned = Planner.plan(fleet.world())
  }

  /// Carries out the last plan, as old as it may be, except what somebody came to need since.
  private mutating func act() {
    guard var plan = planned else { return }
    planned = nil
    plan.steps.removeAll { step in
      guard case .unload(let id, _) = step.action else { return false }
      seen.insert("idle")
      let isKept = !book.close(id, of: "a", onlyIfIdle: step.reason == .idleUnloaded)
      if isKept { seen.insert("kept") }
      return isKept
    }
    loads += plan.steps.count { if case .load = $0.action { true } else { false } }
    if loads > 1 { seen.insert("two loads") }
    fleet.apply(plan)
    let running = fleet.instances.values.filter { if case .ended = $0.phase { false } else { true } }
    if running.count > 1 { problems.append("\(running.count) processes") }
    let world = fleet.world()
    for (model, since) in book.concerned {
      let standing = DemandRules.standing(
        of: model, world, plan, fleet.instances(of: model), since: since ?? fleet.now)
      for (ticket, outcome) in book.follow(model, standing, now: fleet.now) {
        waiting.remove(ticket)
        seen.insert("waited")
        if case .ready(let instance) = outcome { admit(ticket, instance) } else { problems.append("\(outcome)") }
      }
    }
  }

  private mutating func progress() {
    for (id, observed) in fleet.instances {
      switch observed.phase {
      case .intended: fleet.instances[id]?.phase = .starting
      case .starting:
        fleet.instances[id]?.phase = .ready
        fleet.instances[id]?.instance.readyAt = fleet.now
      case .stopping:
        guard !book.isUsed(id, of: "a") else { continue }
        fleet.instances[id]?.phase = .ended(Ending(.stopped, "", at: fleet.now))
        book.forget(id, of: "a")
      default: continue
      }
    }
  }
}
