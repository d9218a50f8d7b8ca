import DroverCore

/// The newest events, numbered from 1 on. Whoever reads keeps the number of the last one; nobody's pace is anybody
/// else's.
struct EventRing: Sendable {
  struct Numbered: Equatable, Sendable {
    var number: UInt64
    var event: FleetEvent
  }

  private let capacity: Int
  private var events: [FleetEvent] = []
  /// The number of the newest event; 0 before the first.
  private(set) var newest: UInt64 = 0

  init(capacity: Int) { self.capacity = capacity }

  mutating func append(_ new: [FleetEvent]) {
    events += new
    newest += UInt64(new.count)
    // By halves, so that what is kept is not moved for each event.
    if events.count >= capacity * 2 { events.removeFirst(events.count - capacity) }
  }

  /// The events after a number, oldest first, at most `limit`; and how many between are not kept any more.
  func after(_ number: UInt64, limit: Int) -> (missed: UInt64, events: [Numbered]) {
    let kept = min(events.count, capacity)
    let oldest = newest - UInt64(kept) + 1
    let start = max(number + 1, oldest)
    guard start <= newest else { return (0, []) }
    let first = events.count - Int(newest - start) - 1
    let found = events[first..<min(events.count, first + limit)].enumerated().map { place, event in
      Numbered(number: start + UInt64(place), event: event)
    }
    return (start - (number + 1), found)
  }
}
