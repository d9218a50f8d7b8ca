import DroverCore
import DroverHTTP
import NIOCore

extension ClientConnection {
  func perform(_ action: ExchangeMachine.Action) {
    switch action {
    case .admit: admit()
    case .giveUpModel: exchange?.wait?.cancel()
    case .connect(let isFresh): connect(isFresh: isFresh)
    case .send: send()
    case .refuse(let failure): refuse(failure)
    case .keepUpstream: keepUpstream()
    case .dropUpstream:
      exchange?.connection?.close()
      exchange?.connection = nil
    case .endUse: if let exchange { endUse(of: exchange) }
    case .next:
      flush()
      release()
    case .close(let isAbrupt):
      // A reply that is cut off, with nothing left to refuse by.
      if isAbrupt, !isGone, let exchange, exchange.upstream != nil { loop.count(exchange, succeeded: false) }
      close(isAbrupt: isAbrupt)
    }
  }

  func flush() { context?.flush() }

  // MARK: Admission

  private func admit() {
    guard let head = intake.head else { return }
    do throws(Refusal) {
      try admit(head)
    } catch {
      deny(error)
    }
  }

  private func admit(_ head: ReceivedRequestHead) throws(Refusal) {
    let host = head.fields.value(of: .host).map { String(decoding: $0, as: UTF8.self) }
    let origin = head.fields.value(of: .origin).map { String(decoding: $0, as: UTF8.self) }
    if let refusal = loop.shared.hosts.refusal(host: host, origin: origin) { throw refusal }
    guard let target = GatewayTarget(head.target) else {
      throw Refusal(404, "not_found", "there is nothing at '\(head.target.prefix(200))'")
    }
    guard head.fields.text(head.methodRange) == target.method else {
      throw Refusal(405, "method_not_allowed", "'\(head.target.prefix(200))' is asked by \(target.method)")
    }
    let routing = loop.shared.routing.routing
    let router = RequestRouter(routing: routing, grant: try authenticate(by: routing.table), now: loop.shared.now())
    switch target {
    case .models:
      reply(OwnReply(json: ModelList.list(try router.models(), dialect: isAnthropic ? .anthropic : .openAI)))
    case .model(let name):
      let model = try router.model(listed: name)
      var entry = OwnReply(json: ModelList.entry(model, dialect: isAnthropic ? .anthropic : .openAI))
      entry.fields = model.deprecation?.fields ?? []
      reply(entry)
    case .inference(let path): try admit(head, path, router)
    }
  }

  private func admit(_ head: ReceivedRequestHead, _ path: InferencePath, _ router: RequestRouter) throws(Refusal) {
    let fields: PolicyFields
    do throws(JSONScanError) { fields = try intake.fields() } catch { throw Refusal(error) }
    let model = try router.route(path, model: fields.model)
    let exchange = Exchange(
      path: path, model: model, fields: fields, grant: router.grant, head: head, body: intake.body,
      requestID: requestID)
    self.exchange = exchange
    look(exchange)
  }

  /// What the sender of the present request may use by one state of the manifests; asked once its head is there, so that
  /// nobody else's body is taken in, and again when it is decided upon.
  func authenticate(by table: RoutingTable) throws(Refusal) -> AccessGrant {
    let now = loop.shared.now()
    let grant = try credential.grant(by: table.access, at: now)
    if let name = grant.accessKey { loop.traffic.keyUses[name] = now }
    return grant
  }

  /// A reply of our own that is no refusal.
  private func reply(_ reply: OwnReply) {
    ownReply = reply
    for action in machine.refuse(.denied) { perform(action) }
  }

  func enqueue(_ exchange: Exchange) {
    let bound = NIOLoopBound((client: self, exchange: exchange), eventLoop: loop.eventLoop)
    let wait = ModelWait(model: exchange.model.name) { [eventLoop = loop.eventLoop] answer in
      eventLoop.execute {
        let (client, exchange) = bound.value
        switch answer {
        case .success(let use): client.ready(use, for: exchange)
        case .failure(let refusal): client.waitFailed(refusal, for: exchange)
        }
      }
    }
    exchange.wait = wait
    loop.shared.waits.add(wait)
  }

  private func waitFailed(_ refusal: ModelRefusal, for exchange: Exchange) {
    guard self.exchange === exchange else { return }
    if refusal.isFailure { loop.count(exchange, succeeded: false) }
    deny(Refusal(refusal))
    advance([])
  }

  func ready(_ use: ModelUse, for exchange: Exchange) {
    exchange.use = use
    guard self.exchange === exchange else {
      endUse(of: exchange)
      return
    }
    do throws(Refusal) {
      exchange.upstream = try loop.upstream(of: use, model: exchange.model)
    } catch {
      turnAway(exchange, error)
      return
    }
    take(exchange)
  }

  /// The exchange needs its model no more: nothing of it is on its way to an upstream.
  func endUse(of exchange: Exchange) {
    exchange.charge?.settle(isWhole: false)
    guard let use = exchange.use else { return }
    exchange.use = nil
    loop.shared.gate.end(use)
  }

  private func refuse(_ failure: ExchangeFailure) {
    let refusal = Refusal(failure, model: exchange?.model.name ?? "")
    if let exchange, exchange.upstream != nil, failure != .denied { loop.count(exchange, succeeded: false) }
    let reply = refusal.map { OwnReply($0, dialect: dialect, requestID: requestID) } ?? ownReply
    ownReply = reply
    if let reply {
      let isHead = intake.head?.method == .head
      write(
        reply.bytes(requestID: requestID, dialect: dialect, closes: machine.willClose, isHead: isHead), flush: true)
    }
    for action in machine.refusalWritten() { perform(action) }
  }
}
