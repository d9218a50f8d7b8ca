import DroverAdmission
import DroverCore
import DroverHTTP
import DroverJournal
import DroverWire
import NIOCore

/// Between the routing of a request and its way upstream: limits and budgets are looked at, its model is made ready, then
/// limits and budgets are taken in one step, and what was taken is in the journal before anything is sent.
extension ClientConnection {
  func look(_ exchange: Exchange) {
    let answer = desk.look(
      exchange.inquiry, loop.shared.routing, resume: resumption { client in client.lookAgain(exchange) })
    switch answer {
    case .refused(let refusal, let rates, let now):
      if let other = exchange.replacement(after: refusal, loop.shared.routing.routing, now: loop.shared.now()) {
        self.exchange = other
        return look(other)
      }
      return deny(Refusal(refusal, rates, at: now))
    case .outdated: return deny(.outdated(exchange.model.name))
    case .later: return machine.awaitModel()
    case .taken, nil: break
    }
    if let use = loop.shared.gate.beginAtOnce(exchange.model.name) {
      ready(use, for: exchange)
    } else {
      machine.awaitModel()
      enqueue(exchange)
    }
  }

  private func lookAgain(_ exchange: Exchange) {
    guard self.exchange === exchange else { return }
    look(exchange)
    advance([])
  }

  func take(_ exchange: Exchange) {
    guard self.exchange === exchange else {
      endUse(of: exchange)
      return
    }
    let request = loop.journal.nextRequest()
    let id = AttemptID(incarnation: loop.journal.incarnation, loop: loop.journal.loop, request: request)
    let answer = desk.take(
      exchange.inquiry, id: id, loop.shared.routing, resume: resumption { client in client.take(exchange) })
    machine.awaitModel()
    switch answer {
    case .refused(let refusal, let rates, let now):
      if let other = exchange.replacement(after: refusal, loop.shared.routing.routing, now: loop.shared.now()) {
        endUse(of: exchange)
        self.exchange = other
        look(other)
        advance([])
      } else {
        turnAway(exchange, Refusal(refusal, rates, at: now))
      }
    case .outdated: turnAway(exchange, .outdated(exchange.model.name))
    case .later: break
    case .taken(let taken):
      let charge = Charge(
        taken, request: request, loop: loop,
        meter: ReplyMeter(ReplyShape(exchange.path), promptBytes: exchange.body.readableBytes), path: exchange.path)
      exchange.charge = charge
      charge.meter.hidesUsage = exchange.asksForUsage
      let isHeld = charge.write { [self] mayGo in go(exchange, mayGo) }
      if !isHeld { turnAway(exchange, .tooManyRules) }
    }
  }

  /// The hold is in the journal, or cannot be.
  private func go(_ exchange: Exchange, _ mayGo: Bool) {
    guard self.exchange === exchange else {
      // Its client is gone: nothing was sent.
      endUse(of: exchange)
      return
    }
    guard mayGo else {
      turnAway(exchange, .ledgerUnavailable)
      return
    }
    advance(machine.ready(exchange.limits, now: loop.now))
  }

  /// Refuses what has its model already.
  func turnAway(_ exchange: Exchange, _ refusal: Refusal) {
    endUse(of: exchange)
    deny(refusal)
    advance([])
  }

  private var desk: AdmissionDesk { loop.shared.ledger.desk }

  /// Comes back to this loop from wherever the desk calls.
  private func resumption(_ body: @escaping (ClientConnection) -> Void) -> @Sendable () -> Void {
    let bound = NIOLoopBound((client: self, body: body), eventLoop: loop.eventLoop)
    return { [eventLoop = loop.eventLoop] in
      eventLoop.execute { bound.value.body(bound.value.client) }
    }
  }
}
