import DroverCore
import DroverHTTP
import NIOCore

extension ClientConnection {
  func connect(isFresh: Bool) {
    guard let exchange, let upstream = exchange.upstream else { return }
    let place = UpstreamPool.Place(upstream)
    exchange.attempts += 1
    if !isFresh, let connection = loop.pool.takeIdle(place) {
      connected(connection, for: exchange)
      return
    }
    loop.pool.connect(place, timeout: exchange.model.provider.connectTimeout) { [self] connection in
      guard self.exchange === exchange else {
        connection?.close()
        return
      }
      guard let connection else {
        advance(machine.cannotConnect())
        return
      }
      connected(connection, for: exchange)
      advance([])
    }
  }

  private func connected(_ connection: UpstreamConnection, for exchange: Exchange) {
    exchange.connection = connection
    exchange.isUpstreamGone = false
    connection.client = self
    if context?.channel.isWritable == false { connection.pause() }
    for action in machine.connected(isReused: connection.isReused, now: loop.now) { perform(action) }
  }

  func send() {
    guard let exchange, let upstream = exchange.upstream, let connection = exchange.connection, let context else {
      return
    }
    guard let bytes = exchange.outgoing(to: upstream, allocator: context.channel.allocator) else {
      advance(machine.upstreamGone(wasSent: false, isBroken: true, now: loop.now))
      return
    }
    connection.send(bytes) { [self, weak connection] isSent in
      guard let connection, self.exchange?.connection === connection else { return }
      exchange.charge?.sent(isSent)
      if !isSent { advance(machine.upstreamGone(wasSent: false, now: loop.now)) }
    }
  }

  // MARK: The reply

  func upstreamRead(_ bytes: ByteBuffer, from connection: UpstreamConnection) {
    guard let exchange, exchange.connection === connection else { return }
    machine.receivedBytes(now: loop.now)
    guard !exchange.relay.isComplete else {
      // What follows the reply spoils the connection.
      exchange.keepsUpstream = false
      return
    }
    var bytes = bytes
    do throws(RelayError) {
      try exchange.relay.take(&bytes, minorVersion: exchange.head.minorVersion, course(of: exchange))
    } catch {
      switch error {
      case .malformed: advance(machine.upstreamGone(wasSent: true, isBroken: true, now: loop.now))
      case .unauthorized:
        exchange.charge?.meter.begin(status: 401)
        advance(machine.reject(.unauthorized))
      }
      return
    }
    if exchange.relay.isComplete { exchange.keepsUpstream = exchange.relay.keeps(rest: bytes.readableBytes) }
    passOn(exchange)
  }

  func upstreamReadComplete() { if machine.phase == .relaying { flush() } }

  func upstreamClosed(_ connection: UpstreamConnection) {
    guard let exchange, exchange.connection === connection else { return }
    // That may be the end of a body without a length.
    let isEnd = (try? exchange.relay.close(course(of: exchange))) != nil && exchange.relay.isComplete
    exchange.keepsUpstream = false
    exchange.isUpstreamGone = !isEnd
    passOn(exchange)
  }

  /// Pieces of a reply come behind each other in the exchange, and are written once nothing of it is to be settled first.
  private func course(of exchange: Exchange) -> ReplyRelay.Course {
    ReplyRelay.Course(
      fields: { writer, head, isDelimited in
        exchange.charge?.meter.begin(head)
        self.addFields(to: &writer, exchange, isDelimited: isDelimited)
      },
      body: { exchange.charge?.take(&$0) }, end: { exchange.charge?.meter.end() }, write: { exchange.tail.append($0) },
      ownsRates: exchange.charge?.rates.isEmpty == false)
  }

  /// Goes on with what has come of the reply. What tells the client that it is whole waits until the journal knows what
  /// it costs.
  private func passOn(_ exchange: Exchange) {
    let isWhole = exchange.relay.isComplete
    if let charge = exchange.charge, charge.isOpen, isWhole || charge.meter.isTerminal {
      charge.settle(isWhole: true) { [self] isWritten in
        guard self.exchange === exchange else { return }
        guard isWritten else {
          advance(machine.upstreamGone(wasSent: true, now: loop.now))
          return
        }
        passOn(exchange)
        flush()
      }
      return
    }
    guard exchange.charge?.isSettling != true else { return }
    writeTail(exchange)
    if isWhole {
      countReply(of: exchange)
      advance(machine.ended(keeps: exchange.keepsUpstream))
    } else if exchange.isUpstreamGone {
      // What came is the client's, before its connection is cut off.
      flush()
      advance(machine.upstreamGone(wasSent: true, now: loop.now))
    }
  }

  /// What the server says of a request that is at fault counts neither for it nor against it.
  private func countReply(of exchange: Exchange) {
    guard let status = exchange.relay.head?.status else { return }
    if status < 400 { loop.count(exchange, succeeded: true) }
    if status >= 500 || status == 429 { loop.count(exchange, succeeded: false) }
  }

  private func writeTail(_ exchange: Exchange) {
    let pieces = exchange.tail
    exchange.tail.removeAll(keepingCapacity: true)
    guard machine.phase == .relaying, !pieces.isEmpty else { return }
    machine.replied()
    for piece in pieces {
      switch piece {
      case .bytes(let bytes): write(bytes)
      case .slice(let buffer): write(buffer)
      }
    }
  }

  /// What the reply says of the way that its request took.
  private func addFields(to writer: inout HeadWriter, _ exchange: Exchange, isDelimited: Bool) {
    writer.add("X-Drover-Model", exchange.model.key)
    writer.add("X-Drover-Attempts", exchange.attempts)
    writer.add("X-Drover-Request-ID", exchange.requestID)
    for field in exchange.model.deprecation?.fields ?? [] { writer.add(name: field.name, field.value) }
    for field in exchange.charge?.rates ?? [] { writer.add(field.name, field.value) }
    if let limit = exchange.charge?.clamp { writer.add("X-Drover-Max-Tokens", String(limit)) }
    if !isDelimited { machine.closeAfterReply() }
    if machine.willClose {
      writer.add("Connection", "close")
    } else if exchange.head.minorVersion == 0 {
      writer.add("Connection", "keep-alive")
    }
  }

  func keepUpstream() {
    guard let exchange, let connection = exchange.connection, let upstream = exchange.upstream else { return }
    exchange.connection = nil
    let lifetime = exchange.relay.head.flatMap { KeepAlive.lifetime($0.fields) }
    loop.pool.put(connection, upstream, lifetime: lifetime)
  }
}
