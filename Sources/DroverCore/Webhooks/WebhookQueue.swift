/// What one receiver is still to be told: bounded, in order, each event tried a few times with growing pauses.
package struct WebhookQueue: Sendable {
  package struct Item: Equatable, Sendable {
    /// Names the event for good, over all attempts at it.
    package var id: String
    package var event: FleetEvent

    package init(id: String, event: FleetEvent) {
      self.id = id
      self.event = event
    }
  }

  /// What is to be done after a failure.
  package enum Next: Equatable, Sendable {
    case tryAgain(after: Duration)
    case givenUp
  }

  /// Events that may wait. Beyond it the oldest of them are left out.
  package static let capacity = 1000
  /// About nine minutes altogether.
  package static let attempts = 10
  private static let longestPause = Duration.seconds(300)

  private var items: [Item] = []
  private var isUnderWay = false
  private var failures = 0
  /// Events that were left out or given up since the last one that arrived: the next one tells of them.
  package private(set) var missed: UInt64 = 0

  package init() {}

  package var count: Int { items.count }

  /// Puts events at the end. Returns how many were left out for it.
  package mutating func offer(_ new: [Item]) -> Int {
    items += new
    let surplus = max(0, items.count - Self.capacity)
    guard surplus > 0 else { return 0 }
    // The one that is under way stays: whether it arrives is not known yet.
    let first = isUnderWay ? 1 : 0
    items.removeSubrange(first..<first + surplus)
    missed += UInt64(surplus)
    return surplus
  }

  /// Notes events that were gone before they could be offered.
  package mutating func miss(_ count: UInt64) { missed += count }

  /// The event to send now; it stays until ``delivered()`` or a failure that gives it up.
  package mutating func next() -> Item? {
    guard let first = items.first else { return nil }
    isUnderWay = true
    return first
  }

  package mutating func delivered() {
    drop()
    missed = 0
  }

  /// `isFinal`: there is no sense in another attempt. `chance` is from 0 to 1.
  package mutating func failed(isFinal: Bool, chance: Double) -> Next {
    failures += 1
    guard !isFinal, failures < Self.attempts else {
      drop()
      missed += 1
      return .givenUp
    }
    let pause = min(Self.longestPause, .seconds(1 << min(failures - 1, 16)))
    return .tryAgain(after: pause / 2 + pause / 2 * min(max(chance, 0), 1))
  }

  private mutating func drop() {
    items.removeFirst()
    isUnderWay = false
    failures = 0
  }
}
