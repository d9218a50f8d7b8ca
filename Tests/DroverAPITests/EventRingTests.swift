import DroverCore
import Testing

@testable import DroverAPI

/// S13.1.20
struct EventRingTests {
  private func event(_ number: Int) -> FleetEvent {
    FleetEvent(
      time: Timestamp(milliseconds: Int64(number)), name: "e\(number)", severity: .normal, reason: .loaded, object: nil,
      message: "", actor: "test")
  }

  private func names(_ ring: EventRing, after number: UInt64, limit: Int = 100) -> (missed: UInt64, names: [String]) {
    let (missed, found) = ring.after(number, limit: limit)
    #expect(found.allSatisfy { $0.event.name == "e\($0.number)" })
    return (missed, found.map(\.event.name))
  }

  @Test func `gives what comes after a number, in order, and no more than asked for`() {
    var ring = EventRing(capacity: 8)
    #expect(names(ring, after: 0) == (0, []))
    ring.append((1...5).map(event))
    #expect(names(ring, after: 0) == (0, ["e1", "e2", "e3", "e4", "e5"]))
    #expect(names(ring, after: 3) == (0, ["e4", "e5"]))
    #expect(names(ring, after: 1, limit: 2) == (0, ["e2", "e3"]))
    #expect(names(ring, after: 5) == (0, []) && names(ring, after: 99) == (0, []))
  }

  @Test(arguments: [9, 15, 16, 17, 100, 1000])
  func `tells how many a slow reader missed`(count: Int) {
    var ring = EventRing(capacity: 8)
    for number in 1...count { ring.append([event(number)]) }
    let found = names(ring, after: 0)
    #expect(found.missed == UInt64(count - 8) && found.names == (count - 7...count).map { "e\($0)" })
    #expect(names(ring, after: UInt64(count - 3)).missed == 0)
  }
}
