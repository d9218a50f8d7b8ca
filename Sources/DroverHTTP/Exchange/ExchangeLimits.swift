/// An instant by a clock that never goes back, in nanoseconds.
package struct ExchangeInstant: Hashable, Comparable, Sendable {
  package var nanoseconds: Int64

  package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  package static func < (left: ExchangeInstant, right: ExchangeInstant) -> Bool { left.nanoseconds < right.nanoseconds }

  /// The last instant there is, where the sum lies beyond it.
  package static func + (instant: ExchangeInstant, duration: Duration) -> ExchangeInstant {
    let (seconds, attoseconds) = duration.components
    let (whole, isTooLong) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, isTooLate) = instant.nanoseconds.addingReportingOverflow(whole)
    let (exact, isBeyond) = sum.addingReportingOverflow(attoseconds / 1_000_000_000)
    return ExchangeInstant(nanoseconds: isTooLong || isTooLate || isBeyond ? .max : exact)
  }
}

/// Bounds on what a client may take its time for.
package struct ExchangeLimits: Hashable, Sendable {
  /// From the first byte of a head to its last.
  package var head: Duration
  /// A body must come at this rate at least: so many bytes in each interval.
  package var bodyInterval: Duration
  package var bodyBytesPerInterval: Int
  /// How long a reply is read on whose client is gone.
  package var drain: Duration

  package init(
    head: Duration = .seconds(10), bodyInterval: Duration = .seconds(10), bodyBytesPerInterval: Int = 10 << 10,
    drain: Duration = .seconds(60)
  ) {
    self.head = head
    self.bodyInterval = bodyInterval
    self.bodyBytesPerInterval = bodyBytesPerInterval
    self.drain = drain
  }
}

/// Bounds on what an upstream may take its time for, and what may be asked of it.
package struct UpstreamLimits: Hashable, Sendable {
  package var connect: Duration
  /// To the first byte of a reply.
  package var firstByte: Duration
  /// Between two reads of a reply.
  package var idle: Duration
  /// For the whole exchange with it.
  package var total: Duration
  /// Whether a request costs nothing, so that it may be sent twice.
  package var isFree: Bool
  /// Whether a reply is read to its end although the client is gone.
  package var drains: Bool

  package init(
    connect: Duration = .seconds(5), firstByte: Duration = .seconds(120), idle: Duration = .seconds(60),
    total: Duration = .seconds(600), isFree: Bool = false, drains: Bool = false
  ) {
    self.connect = connect
    self.firstByte = firstByte
    self.idle = idle
    self.total = total
    self.isFree = isFree
    self.drains = drains
  }
}

/// Why an exchange ends without the upstream's reply. What the refusing part says of it is its own.
package enum ExchangeFailure: Hashable, Sendable {
  /// The head or the body does not come.
  case headTimeout, bodyTimeout
  /// Decided by whoever admits requests, who keeps what there is to say.
  case denied
  case unreachable, connectTimeout
  /// The upstream's connection ended before a reply.
  case broken
  /// What the upstream sent is no HTTP/1.1.
  case malformed
  /// The upstream's reply is not for the client.
  case unauthorized
  case firstByteTimeout, silence, totalTimeout
}
