extension ExchangeMachine {
  /// A connection stands; `isReused`: it was kept from an earlier exchange, so that it may be dead already.
  package mutating func connected(isReused: Bool, now: ExchangeInstant) -> [Action] {
    guard phase == .connecting else { return [.dropUpstream] }
    phase = .relaying
    self.isReused = isReused
    bound(now + upstream.firstByte)
    return [.send]
  }

  package mutating func cannotConnect() -> [Action] {
    guard phase == .connecting else { return [] }
    return beginRefusal(.unreachable)
  }

  /// Bytes of the reply came.
  package mutating func receivedBytes(now: ExchangeInstant) {
    guard phase == .relaying || phase == .draining else { return }
    hasBytes = true
    if phase == .relaying { bound(now + upstream.idle) }
  }

  /// The head of the reply is being written to the client.
  package mutating func replied() { if phase == .relaying { hasReplied = true } }

  /// The reply is whole, and all of it was handed on. `keeps`: the connection may carry another exchange.
  package mutating func ended(keeps: Bool) -> [Action] {
    let give: Action = keeps ? .keepUpstream : .dropUpstream
    switch phase {
    case .relaying: return [give] + endUse() + afterReply()
    case .draining:
      phase = .closed
      (deadline, totalDeadline) = (nil, nil)
      return [give] + endUse()
    default: return []
    }
  }

  /// The upstream's connection ended, or sent what is no reply. `wasSent` is false where writing the request failed.
  package mutating func upstreamGone(wasSent: Bool, isBroken: Bool = false, now: ExchangeInstant) -> [Action] {
    switch phase {
    case .relaying:
      if isReused, !hasBytes, !hasReplied, !hasRetried, !isBroken, !wasSent || upstream.isFree {
        hasRetried = true
        phase = .connecting
        bound(now + upstream.connect)
        return [.dropUpstream, .connect(isFresh: true)]
      }
      return [.dropUpstream] + giveUpReply(isBroken ? .malformed : .broken)
    case .draining: return upstreamEnds()
    default: return []
    }
  }

  /// The reply that has begun to come is not passed on.
  package mutating func reject(_ failure: ExchangeFailure) -> [Action] {
    switch phase {
    case .relaying: return [.dropUpstream] + giveUpReply(failure)
    case .draining: return upstreamEnds()
    default: return []
    }
  }

  private mutating func upstreamEnds() -> [Action] {
    phase = .closed
    (deadline, totalDeadline) = (nil, nil)
    return [.dropUpstream] + endUse()
  }

  /// The reply cannot be completed: refused where nothing of it was written, else cut off, which tells the client that
  /// it is not whole.
  mutating func giveUpReply(_ failure: ExchangeFailure) -> [Action] {
    guard hasReplied else { return beginRefusal(failure) }
    phase = .closed
    (deadline, totalDeadline) = (nil, nil)
    return endUse() + [.close(isAbrupt: true)]
  }

  /// The client's connection ended.
  package mutating func clientGone(now: ExchangeInstant) -> [Action] {
    guard !isClientGone else { return [] }
    isClientGone = true
    switch phase {
    case .awaitingModel:
      phase = .closed
      return [.giveUpModel]
    case .connecting: return upstreamEnds()
    case .relaying where upstream.drains:
      phase = .draining
      totalDeadline = nil
      deadline = now + limits.drain
      return []
    case .relaying: return upstreamEnds()
    case .draining, .closed: return []
    case .idle, .readingHead, .readingBody, .admitting, .refusing:
      phase = .closed
      (deadline, totalDeadline) = (nil, nil)
      return endUse()
    }
  }

  /// The server is to end: the present exchange is the last of its connection.
  package mutating func quiesce() -> [Action] {
    isQuiescing = true
    guard phase == .idle else { return [] }
    phase = .closed
    deadline = nil
    return [.close(isAbrupt: false)]
  }

  /// Time has passed. Acts once the deadline is reached.
  package mutating func tick(now: ExchangeInstant) -> [Action] {
    guard let due = deadline, due <= now else { return [] }
    deadline = nil
    switch phase {
    case .readingHead: return refuse(.headTimeout)
    case .readingBody:
      guard bodyBytes >= limits.bodyBytesPerInterval else { return refuse(.bodyTimeout) }
      bodyBytes = 0
      deadline = now + limits.bodyInterval
      return []
    case .connecting: return [.dropUpstream] + beginRefusal(.connectTimeout)
    case .relaying:
      let failure: ExchangeFailure = totalDeadline.map { $0 <= now } == true ? .totalTimeout : .silence
      return [.dropUpstream] + giveUpReply(hasBytes || failure == .totalTimeout ? failure : .firstByteTimeout)
    case .draining: return upstreamEnds()
    case .idle, .admitting, .awaitingModel, .refusing, .closed: return []
    }
  }
}
