/// One life of a process that writes a ledger: 128 random bits, drawn at its start.
package struct Incarnation: Hashable, Sendable {
  package var high: UInt64
  package var low: UInt64

  package init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }
}

extension Incarnation: LosslessStringConvertible {
  /// 32 hexadecimal digits.
  package var description: String { Self.hexadecimal(high) + Self.hexadecimal(low) }

  package init?(_ description: String) {
    guard description.utf8.count == 32, let high = UInt64(description.prefix(16), radix: 16),
      let low = UInt64(description.suffix(16), radix: 16)
    else { return nil }
    self.init(high: high, low: low)
    guard self.description == description else { return nil }
  }

  private static func hexadecimal(_ word: UInt64) -> String {
    let digits = String(word, radix: 16)
    return String(repeating: "0", count: 16 - digits.utf8.count) + digits
  }
}

extension Incarnation: Comparable {
  package static func < (left: Incarnation, right: Incarnation) -> Bool {
    (left.high, left.low) < (right.high, right.low)
  }
}

/// Names one attempt at one request for good: nothing else ever has the same one, so that what is recorded twice counts
/// once.
package struct AttemptID: Hashable, Sendable {
  package var incarnation: Incarnation
  /// The event loop of that process.
  package var loop: UInt16
  /// The request, counted by its loop.
  package var request: UInt64
  /// 0 for the first attempt.
  package var attempt: UInt16

  package init(incarnation: Incarnation, loop: UInt16, request: UInt64, attempt: UInt16 = 0) {
    self.incarnation = incarnation
    self.loop = loop
    self.request = request
    self.attempt = attempt
  }
}

extension AttemptID: Comparable {
  package static func < (left: AttemptID, right: AttemptID) -> Bool {
    (left.incarnation, left.loop, left.request, left.attempt)
      < (right.incarnation, right.loop, right.request, right.attempt)
  }
}
