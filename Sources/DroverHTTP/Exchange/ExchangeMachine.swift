/// The course of the exchanges on one client connection of a proxy: one after the other, each from the first byte of a
/// request to the last of its reply. Pure: events and instants come in, what is to be done comes out, in order. It
/// decides when something is given up and what follows from that; bytes and sockets are not its concern.
///
/// What always holds: the use of a model that ``ready(_:now:)`` began is ended once, whatever happens; a request gets one
/// reply, or its connection is closed; nothing is sent twice to an upstream that may have begun to work on it, unless
/// that costs nothing.
package struct ExchangeMachine: Sendable {
  package enum Phase: Hashable, Sendable {
    /// Between two requests.
    case idle
    case readingHead, readingBody
    /// The request is whole; somebody decides what is to become of it.
    case admitting
    /// It waits until its model can take it.
    case awaitingModel
    case connecting, relaying
    /// The client is gone, or has its refusal; the upstream's reply is read to its end all the same.
    case draining
    /// A refusal is being written.
    case refusing
    case closed
  }

  /// What is to be done, in the order in which it is given.
  package enum Action: Hashable, Sendable {
    case admit
    /// Stop waiting for the model.
    case giveUpModel
    /// Connect to the upstream; `isFresh`: not by a connection that was kept.
    case connect(isFresh: Bool)
    /// Send the request to the upstream that was connected.
    case send
    /// Write a reply of our own. Nothing was written of another one.
    case refuse(ExchangeFailure)
    /// Give the upstream connection back for the next exchange.
    case keepUpstream
    /// Close the upstream connection, or give up connecting.
    case dropUpstream
    case endUse
    /// The reply is written: read the next request.
    case next
    /// Close the client connection: once what was written is flushed, or at once where a reply stays incomplete.
    case close(isAbrupt: Bool)
  }

  package internal(set) var phase = Phase.idle
  /// When ``tick(now:)`` acts next.
  package internal(set) var deadline: ExchangeInstant?
  let limits: ExchangeLimits
  var upstream = UpstreamLimits()
  /// Whether another request may follow on the client's connection.
  var keepsAlive = true
  var isQuiescing = false
  var isClientGone = false
  var holdsUse = false
  var isReused = false
  var hasRetried = false
  /// Whether a byte of the reply came, and whether one of it was written.
  var (hasBytes, hasReplied) = (false, false)
  var totalDeadline: ExchangeInstant?
  /// Bytes of the body since the last look at its rate.
  var bodyBytes = 0

  package init(limits: ExchangeLimits = ExchangeLimits()) { self.limits = limits }

  // MARK: The request

  /// The first byte of a request came.
  package mutating func began(now: ExchangeInstant) {
    guard phase == .idle else { return }
    phase = .readingHead
    deadline = now + limits.head
  }

  /// The head is whole. `hasBody`: bytes of a body are to come.
  package mutating func readHead(hasBody: Bool, keepsAlive: Bool, now: ExchangeInstant) -> [Action] {
    guard phase == .readingHead else { return [] }
    self.keepsAlive = keepsAlive && !isQuiescing
    guard hasBody else { return readBody() }
    phase = .readingBody
    bodyBytes = 0
    deadline = now + limits.bodyInterval
    return []
  }

  package mutating func readBodyBytes(_ count: Int) { bodyBytes += count }

  /// The last byte of the body came.
  package mutating func readBody() -> [Action] {
    guard phase == .readingHead || phase == .readingBody else { return [] }
    phase = .admitting
    deadline = nil
    return [.admit]
  }

  /// The request cannot be read, or is not to be served. Bytes of it that were not read end the connection after the
  /// reply.
  package mutating func refuse(_ failure: ExchangeFailure) -> [Action] {
    switch phase {
    case .readingHead, .readingBody:
      keepsAlive = false
      return beginRefusal(failure)
    case .admitting, .awaitingModel: return beginRefusal(failure)
    default: return []
    }
  }

  /// The model has to be waited for.
  package mutating func awaitModel() {
    if phase == .admitting { phase = .awaitingModel }
  }

  /// The model can take the request; its use has begun.
  package mutating func ready(_ upstream: UpstreamLimits, now: ExchangeInstant) -> [Action] {
    guard phase == .admitting || phase == .awaitingModel else { return [.endUse] }
    phase = .connecting
    self.upstream = upstream
    (holdsUse, hasRetried, hasBytes, hasReplied) = (true, false, false, false)
    totalDeadline = now + upstream.total
    bound(now + upstream.connect)
    return [.connect(isFresh: false)]
  }

  /// The reply of our own is written.
  package mutating func refusalWritten() -> [Action] {
    guard phase == .refusing else { return [] }
    return afterReply()
  }

  /// Whether the client's connection is closed after the present reply.
  package var willClose: Bool { !mayFollow() }

  /// The present reply ends with the connection.
  package mutating func closeAfterReply() { keepsAlive = false }

  // MARK: Ends

  func mayFollow() -> Bool { keepsAlive && !isQuiescing && !isClientGone }

  mutating func bound(_ instant: ExchangeInstant) { deadline = totalDeadline.map { min($0, instant) } ?? instant }

  mutating func endUse() -> [Action] {
    defer { holdsUse = false }
    return holdsUse ? [.endUse] : []
  }

  mutating func beginRefusal(_ failure: ExchangeFailure) -> [Action] {
    phase = .refusing
    (deadline, totalDeadline) = (nil, nil)
    return endUse() + [.refuse(failure)]
  }

  mutating func afterReply() -> [Action] {
    (deadline, totalDeadline) = (nil, nil)
    guard mayFollow() else {
      phase = .closed
      return [.close(isAbrupt: false)]
    }
    phase = .idle
    return [.next]
  }
}
