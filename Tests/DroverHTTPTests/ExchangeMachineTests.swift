import DroverHTTP
import DroverTestKit
import Testing

private func at(_ seconds: Int64) -> ExchangeInstant { ExchangeInstant(nanoseconds: seconds * 1_000_000_000) }

/// A machine with a request read and its model ready.
private func connecting(_ limits: UpstreamLimits = UpstreamLimits()) -> ExchangeMachine {
  var machine = ExchangeMachine()
  machine.began(now: at(0))
  #expect(machine.readHead(hasBody: true, keepsAlive: true, now: at(0)) == [])
  #expect(machine.readBody() == [.admit])
  #expect(machine.ready(limits, now: at(0)) == [.connect(isFresh: false)])
  return machine
}

private func relaying(_ limits: UpstreamLimits = UpstreamLimits(), isReused: Bool = false) -> ExchangeMachine {
  var machine = connecting(limits)
  #expect(machine.connected(isReused: isReused, now: at(0)) == [.send])
  return machine
}

@Suite struct ExchangeMachineTests {
  @Test func `one exchange follows another on a connection`() {
    var machine = relaying()
    for _ in 0..<2 {
      machine.receivedBytes(now: at(1))
      machine.replied()
      #expect(machine.ended(keeps: true) == [.keepUpstream, .endUse, .next])
      #expect(machine.phase == .idle && machine.deadline == nil)
      machine.began(now: at(2))
      #expect(machine.readHead(hasBody: false, keepsAlive: true, now: at(2)) == [.admit])
      machine.awaitModel()
      #expect(machine.ready(UpstreamLimits(), now: at(2)) == [.connect(isFresh: false)])
      #expect(machine.connected(isReused: true, now: at(2)) == [.send])
    }
  }

  @Test func `a connection that its client closes after this request is closed`() {
    var machine = ExchangeMachine()
    machine.began(now: at(0))
    #expect(machine.readHead(hasBody: false, keepsAlive: false, now: at(0)) == [.admit])
    #expect(machine.refuse(.denied) == [.refuse(.denied)])
    #expect(machine.refusalWritten() == [.close(isAbrupt: false)])
  }

  @Test func `a head and a body must come in time`() {
    var machine = ExchangeMachine()
    machine.began(now: at(0))
    #expect(machine.tick(now: at(9)) == [])
    var late = machine
    #expect(late.tick(now: at(10)) == [.refuse(.headTimeout)])
    #expect(late.refusalWritten() == [.close(isAbrupt: false)])
    #expect(machine.readHead(hasBody: true, keepsAlive: true, now: at(5)) == [])
    machine.readBodyBytes(10 << 10)
    #expect(machine.tick(now: at(15)) == [])
    machine.readBodyBytes(1)
    #expect(machine.tick(now: at(25)) == [.refuse(.bodyTimeout)])
  }

  @Test func `what fails before a reply is refused, and the use ends`() {
    var machine = connecting()
    #expect(machine.cannotConnect() == [.endUse, .refuse(.unreachable)])
    machine = connecting()
    #expect(machine.tick(now: at(5)) == [.dropUpstream, .endUse, .refuse(.connectTimeout)])
    machine = relaying()
    #expect(machine.upstreamGone(wasSent: true, now: at(1)) == [.dropUpstream, .endUse, .refuse(.broken)])
    #expect(machine.refusalWritten() == [.next])
    machine = relaying()
    #expect(
      machine.upstreamGone(wasSent: true, isBroken: true, now: at(1)) == [.dropUpstream, .endUse, .refuse(.malformed)])
    machine = relaying()
    #expect(machine.tick(now: at(120)) == [.dropUpstream, .endUse, .refuse(.firstByteTimeout)])
  }

  @Test func `a reply that has begun and fails is cut off`() {
    var machine = relaying()
    machine.receivedBytes(now: at(1))
    machine.replied()
    var silent = machine
    #expect(silent.tick(now: at(61)) == [.dropUpstream, .endUse, .close(isAbrupt: true)])
    #expect(machine.upstreamGone(wasSent: true, now: at(2)) == [.dropUpstream, .endUse, .close(isAbrupt: true)])
    #expect(machine.phase == .closed)
  }

  @Test func `the bound on the whole comes before the one on silence`() {
    var machine = relaying(UpstreamLimits(idle: .seconds(60), total: .seconds(100)))
    machine.receivedBytes(now: at(90))
    #expect(machine.deadline == at(100))
    #expect(machine.tick(now: at(100)) == [.dropUpstream, .endUse, .refuse(.totalTimeout)])
  }

  @Test func `a kept connection that was dead is replaced once, where that costs nothing`() {
    var machine = relaying(isReused: true)
    #expect(machine.upstreamGone(wasSent: true, now: at(0)) == [.dropUpstream, .endUse, .refuse(.broken)])
    machine = relaying(isReused: true)
    #expect(machine.upstreamGone(wasSent: false, now: at(0)) == [.dropUpstream, .connect(isFresh: true)])
    #expect(machine.connected(isReused: false, now: at(0)) == [.send])
    machine = relaying(UpstreamLimits(isFree: true), isReused: true)
    #expect(machine.upstreamGone(wasSent: true, now: at(0)) == [.dropUpstream, .connect(isFresh: true)])
    #expect(machine.connected(isReused: true, now: at(0)) == [.send])
    #expect(machine.upstreamGone(wasSent: true, now: at(0)) == [.dropUpstream, .endUse, .refuse(.broken)])
    machine = relaying(UpstreamLimits(isFree: true), isReused: true)
    machine.receivedBytes(now: at(0))
    #expect(machine.upstreamGone(wasSent: true, now: at(0)) == [.dropUpstream, .endUse, .refuse(.broken)])
    machine = relaying(UpstreamLimits(isFree: true), isReused: true)
    #expect(machine.upstreamGone(wasSent: true, isBroken: true, now: at(0)).contains(.refuse(.malformed)))
  }

  @Test func `a client that goes away ends its exchange, or leaves it to drain`() {
    var machine = relaying()
    #expect(machine.clientGone(now: at(1)) == [.dropUpstream, .endUse])
    #expect(machine.phase == .closed && machine.clientGone(now: at(1)) == [])
    machine = relaying(UpstreamLimits(drains: true))
    #expect(machine.clientGone(now: at(1)) == [])
    #expect(machine.phase == .draining && machine.deadline == at(61))
    var late = machine
    #expect(late.tick(now: at(61)) == [.dropUpstream, .endUse])
    #expect(machine.ended(keeps: true) == [.keepUpstream, .endUse])
    machine = connecting()
    #expect(machine.clientGone(now: at(0)) == [.dropUpstream, .endUse])
    #expect(machine.connected(isReused: false, now: at(0)) == [.dropUpstream])
  }

  @Test func `a use that begins after the client has gone is ended at once`() {
    var machine = ExchangeMachine()
    machine.began(now: at(0))
    _ = machine.readHead(hasBody: false, keepsAlive: true, now: at(0))
    machine.awaitModel()
    #expect(machine.clientGone(now: at(1)) == [.giveUpModel])
    #expect(machine.ready(UpstreamLimits(), now: at(2)) == [.endUse])
    #expect(machine.refuse(.denied) == [])
  }

  @Test func `a server that ends closes idle connections at once and others after their reply`() {
    var idle = ExchangeMachine()
    #expect(idle.quiesce() == [.close(isAbrupt: false)])
    var machine = relaying()
    #expect(machine.quiesce() == [])
    machine.replied()
    #expect(machine.ended(keeps: false) == [.dropUpstream, .endUse, .close(isAbrupt: false)])
  }

  @Test func `whatever happens in whatever order, a use is ended once and a request answered once`() {
    var random = SplitMix64(seed: 8)
    var finished = 0
    for number in 0..<FuzzRun.cases(share: 5) {
      guard let problem = walk(&random, &finished) else { continue }
      Issue.record("walk \(number): \(problem)")
      return
    }
    #expect(finished > 300)
  }

  /// One connection with random events; what was violated, if anything.
  private func walk(_ random: inout SplitMix64, _ finished: inout Int) -> String? {
    var machine = ExchangeMachine()
    var (uses, upstreams, now) = (0, 0, Int64(0))
    var (isClosed, isWriting) = (false, false)
    for _ in 0..<Int.random(in: 4..<40, using: &random) {
      now += Int64.random(in: 0..<40, using: &random)
      let before = machine.phase
      var actions: [ExchangeMachine.Action] = []
      switch Int.random(in: 0..<16, using: &random) {
      case 0, 1: machine.began(now: at(now))
      case 2, 3: actions = machine.readHead(hasBody: random.chance(50), keepsAlive: random.chance(90), now: at(now))
      case 4: actions = machine.readBody()
      case 5: machine.awaitModel()
      case 6, 7:
        uses += 1
        actions = machine.ready(
          UpstreamLimits(isFree: random.chance(50), drains: random.chance(50)), now: at(now))
      case 8, 9:
        if before == .connecting { upstreams += 1 }
        actions = machine.connected(isReused: random.chance(50), now: at(now))
        if before != .connecting, actions != [.dropUpstream] { return "kept a connection in \(before)" }
        if before != .connecting { continue }
      case 10: machine.receivedBytes(now: at(now))
      case 11:
        machine.replied()
        if before == .relaying { isWriting = true }
      case 12: actions = machine.ended(keeps: random.chance(50))
      case 13: actions = machine.upstreamGone(wasSent: random.chance(50), isBroken: random.chance(20), now: at(now))
      case 14: actions = random.chance(50) ? machine.tick(now: at(now)) : machine.cannotConnect()
      default:
        actions =
          random.chance(40)
          ? machine.refusalWritten()
          : random.chance(30)
            ? machine.clientGone(now: at(now))
            : random.chance(50) ? machine.refuse(.denied) : random.chance(10) ? machine.quiesce() : []
      }
      for action in actions {
        switch action {
        case .endUse: uses -= 1
        case .dropUpstream, .keepUpstream: upstreams = 0
        case .refuse: if isWriting { return "refused what was being answered" }
        case .next:
          finished += 1
          isWriting = false
        case .close: isClosed = true
        case .admit, .connect, .send, .giveUpModel: if isClosed { return "\(action) after the end" }
        }
      }
      if uses < 0 || uses > 1 { return "\(uses) uses in \(machine.phase)" }
      if uses == 1, ![.connecting, .relaying, .draining].contains(machine.phase) { return "a use in \(machine.phase)" }
      if upstreams == 1, ![.relaying, .draining].contains(machine.phase) { return "an upstream in \(machine.phase)" }
      if machine.phase == .idle, machine.deadline != nil { return "a deadline while idle" }
    }
    return nil
  }
}
