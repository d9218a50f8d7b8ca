import DroverCore
import NIOCore
import NIOPosix
import NIOSSL

/// The connections of one event loop to servers, kept for the next exchange while they are idle.
final class UpstreamPool {
  /// Connections to one place may serve each other's requests; keys go with requests, not with connections.
  struct Place: Hashable {
    var isTLS: Bool
    var host: String
    var port: Int

    init(_ upstream: Upstream) { (isTLS, host, port) = (upstream.isTLS, upstream.host, upstream.port) }
  }

  private let eventLoop: any EventLoop
  private let tls: NIOSSLContext?
  /// The one that was used last is taken first.
  private var idle: [Place: [UpstreamConnection]] = [:]

  /// Servers close idle connections after five seconds (cpp-httplib, uvicorn) or a minute (most others).
  private static let localLifetime = TimeAmount.seconds(4)
  private static let remoteLifetime = TimeAmount.seconds(55)
  private static let idleLimit = 256

  init(eventLoop: any EventLoop, tls: NIOSSLContext?) {
    self.eventLoop = eventLoop
    self.tls = tls
  }

  /// A kept connection that should still be good.
  func takeIdle(_ place: Place) -> UpstreamConnection? {
    while let connection = idle[place]?.popLast() {
      guard !connection.isClosed, connection.idleUntil > eventLoop.now else {
        connection.close()
        continue
      }
      connection.isReused = true
      return connection
    }
    return nil
  }

  /// A new connection; nil where there is none. Called on the loop.
  func connect(
    _ place: Place, timeout: Duration, then: @escaping (UpstreamConnection?) -> Void
  ) {
    let bound = NIOLoopBound((pool: self, tls: tls), eventLoop: eventLoop)
    ClientBootstrap(group: eventLoop)
      .channelOption(.socketOption(.tcp_nodelay), value: 1)
      .connectTimeout(.nanoseconds(timeout.clampedNanoseconds))
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let (pool, tls) = bound.value
          if place.isTLS, let tls {
            // A name that is an address is not sent, and is not checked against names.
            let isAddress = (try? SocketAddress(ipAddress: place.host, port: 0)) != nil
            try channel.pipeline.syncOperations.addHandler(
              NIOSSLClientHandler(context: tls, serverHostname: isAddress ? nil : place.host))
          }
          try channel.pipeline.syncOperations.addHandler(UpstreamConnection(pool: pool))
        }
      }
      .connect(host: place.host, port: place.port)
      .assumeIsolated()
      .whenComplete { result in
        let channel = try? result.get()
        then(try? channel?.pipeline.syncOperations.handler(type: UpstreamConnection.self))
      }
  }

  /// Takes a connection back whose exchange is over. `lifetime`: what its server says.
  func put(_ connection: UpstreamConnection, _ upstream: Upstream, lifetime: Duration?) {
    connection.client = nil
    connection.resume()
    let place = Place(upstream)
    guard !connection.isClosed, idle[place, default: []].count < Self.idleLimit else {
      connection.close()
      return
    }
    let isLocal = upstream.host == "localhost" || upstream.host == "::1" || upstream.host.hasPrefix("127.")
    var limit = isLocal ? Self.localLifetime : Self.remoteLifetime
    // A second less than it says: the connection must not end while a request is on its way.
    if let lifetime { limit = min(limit, .nanoseconds(max(.zero, lifetime - .seconds(1)).clampedNanoseconds)) }
    connection.idleUntil = eventLoop.now + limit
    idle[place, default: []].append(connection)
  }

  func remove(_ connection: UpstreamConnection) {
    guard connection.client == nil else { return }
    for place in idle.keys { idle[place]?.removeAll { $0 === connection } }
  }

  /// Closes what was idle for too long.
  func expire(now: NIODeadline) {
    for (place, connections) in idle where connections.contains(where: { $0.idleUntil <= now }) {
      idle[place] = connections.filter { $0.idleUntil > now }
      for connection in connections where connection.idleUntil <= now { connection.close() }
    }
    idle = idle.filter { !$0.value.isEmpty }
  }

  func closeAll() {
    let all = idle.values.flatMap { $0 }
    idle = [:]
    for connection in all { connection.close() }
  }
}

extension Duration {
  var clampedNanoseconds: Int64 {
    let (seconds, attoseconds) = components
    let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    return overflow ? .max : product.addingReportingOverflow(attoseconds / 1_000_000_000).partialValue
  }
}
