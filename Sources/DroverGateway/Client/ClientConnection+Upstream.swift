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
    connection.send(bytes) { [self, weak connection] in
      guard let connection, self.exchange?.connection === connection else { return }
      advance(machine.upstreamGone(wasSent: false, now: loop.now))
    }
  }

  // MARK: The reply

  func upstreamRead(_ bytes: ByteBuffer, from connection: UpstreamConnection) {
    guard let exchange, exchange.connection === connection else { return }
    machine.receivedBytes(now: loop.now)
    var bytes = bytes
    do throws(RelayError) {
      try exchange.relay.take(
        &bytes, minorVersion: exchange.head.minorVersion,
        fields: { self.addFields(to: &$0, exchange, isDelimited: $1) },
        write: { self.relay($0) })
    } catch {
      switch error {
      case .malformed: advance(machine.upstreamGone(wasSent: true, isBroken: true, now: loop.now))
      case .unauthorized: advance(machine.reject(.unauthorized))
      }
      return
    }
    guard exchange.relay.isComplete else { return }
    countReply(of: exchange)
    let keeps = exchange.relay.keeps(rest: bytes.readableBytes)
    advance(machine.ended(keeps: keeps))
  }

  func upstreamReadComplete() { if machine.phase == .relaying { flush() } }

  func upstreamClosed(_ connection: UpstreamConnection) {
    guard let exchange, exchange.connection === connection else { return }
    // That may be the end of a body without a length.
    if (try? exchange.relay.close { self.relay($0) }) != nil, exchange.relay.isComplete {
      countReply(of: exchange)
      advance(machine.ended(keeps: false))
    } else {
      advance(machine.upstreamGone(wasSent: true, now: loop.now))
    }
  }

  /// What the server says of a request that is at fault counts neither for it nor against it.
  private func countReply(of exchange: Exchange) {
    guard let status = exchange.relay.head?.status else { return }
    if status < 400 { loop.count(exchange, succeeded: true) }
    if status >= 500 || status == 429 { loop.count(exchange, succeeded: false) }
  }

  private func relay(_ piece: ReplyRelay.Piece) {
    guard machine.phase == .relaying else { return }
    machine.replied()
    switch piece {
    case .bytes(let bytes): write(bytes)
    case .slice(let buffer): write(buffer)
    }
  }

  /// What the reply says of the way that its request took.
  private func addFields(to writer: inout HeadWriter, _ exchange: Exchange, isDelimited: Bool) {
    writer.add("X-Drover-Model", exchange.model.key)
    writer.add("X-Drover-Attempts", exchange.attempts)
    writer.add("X-Drover-Request-ID", exchange.requestID)
    for field in exchange.model.deprecation?.fields ?? [] { writer.add(name: field.name, field.value) }
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
