import DroverCore
import DroverHTTP
import NIOCore
import NIOSSL

/// What all connections of one event loop share. It belongs to its loop.
final class GatewayLoop {
  let eventLoop: any EventLoop
  let shared: GatewayShared
  let pool: UpstreamPool
  let journal: LoopJournal
  private var connections: [ObjectIdentifier: ClientConnection] = [:]
  private var isQuiescing = false
  /// Where running models are, for as long as that is not asked anew.
  private var upstreams: [String: (upstream: Upstream, until: NIODeadline)] = [:]
  /// What went through, as far as that was not told yet.
  var traffic = GatewayTraffic()
  private let requestPrefix: String
  private var requests: UInt64 = 0

  /// Often enough for deadlines, which are counted in seconds.
  static let sweepInterval = TimeAmount.milliseconds(100)
  /// A key that was replaced is used no longer than this.
  private static let upstreamLifetime = TimeAmount.seconds(1)

  /// `tag` tells the ids of this loop's requests from those of all others.
  init(eventLoop: any EventLoop, shared: GatewayShared, tls: NIOSSLContext?, tag: String) {
    self.eventLoop = eventLoop
    self.shared = shared
    journal = LoopJournal(shared.ledger.journal, eventLoop: eventLoop)
    pool = UpstreamPool(eventLoop: eventLoop, tls: tls)
    requestPrefix = "req_" + tag
  }

  var now: ExchangeInstant { ExchangeInstant(nanoseconds: Int64(eventLoop.now.uptimeNanoseconds)) }

  func nextRequestID() -> String {
    requests += 1
    return requestPrefix + String(requests, radix: 36)
  }

  func opened(_ connection: ClientConnection) {
    connections[ObjectIdentifier(connection)] = connection
    shared.open.opened()
    if isQuiescing { connection.quiesce() }
  }

  func closed(_ connection: ClientConnection) {
    if connections.removeValue(forKey: ObjectIdentifier(connection)) != nil { shared.open.closed() }
  }

  /// Where the instance of this use is, and what it must be sent.
  func upstream(of use: ModelUse, model: ModelRoute) throws(Refusal) -> Upstream {
    if let known = upstreams[use.instance], known.until > eventLoop.now { return known.upstream }
    guard let instance = shared.routing.instance(use.instance) else {
      throw Refusal(
        503, "model_unavailable", "model '\(model.name)' was just unloaded", retryAfter: .seconds(1))
    }
    do throws(DriverError) {
      let upstream = try shared.access.upstream(of: instance, at: model.provider)
      upstreams[use.instance] = (upstream, eventLoop.now + Self.upstreamLifetime)
      return upstream
    } catch {
      throw Refusal(error, model: model.name)
    }
  }

  func sweep() {
    for connection in Array(connections.values) { connection.tick() }
    let now = eventLoop.now
    pool.expire(now: now)
    tellTraffic()
    journal.retry()
    if upstreams.count > 1024 { upstreams = upstreams.filter { $0.value.until > now } }
  }

  private func tellTraffic() {
    guard !traffic.isEmpty else { return }
    shared.traffic.note(traffic)
    traffic.keyUses.removeAll(keepingCapacity: true)
    traffic.outcomes.removeAll(keepingCapacity: true)
  }

  /// Counts how a request ended: once for each.
  func count(_ exchange: Exchange, succeeded: Bool) {
    guard !exchange.isCounted else { return }
    exchange.isCounted = true
    traffic.outcomes[exchange.model.name, default: OutcomeCount()] +=
      succeeded ? OutcomeCount(successes: 1) : OutcomeCount(failures: 1)
  }

  /// Idle connections are closed, others after their present exchange.
  func quiesce() {
    isQuiescing = true
    for connection in Array(connections.values) { connection.quiesce() }
  }

  func closeAll() {
    tellTraffic()
    for connection in Array(connections.values) {
      connection.close(isAbrupt: true)
      // A reply that is read on without its client ends here.
      if let exchange = connection.exchange { connection.endUse(of: exchange) }
    }
    pool.closeAll()
  }
}
