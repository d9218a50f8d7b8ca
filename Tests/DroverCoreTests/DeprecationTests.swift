import DroverCore
import Testing

@Suite struct DeprecationTests {
  private let now = Timestamp(milliseconds: 1_800_000_000_000)  // 2027-01-15T08:00:00Z

  private func notice(inDays days: Int64?) -> DeprecationNotice {
    DeprecationNotice(
      Deprecation(origin: .manifest, sunset: days.map { now + .seconds(86400 * $0 + 1) }), now: now)
  }

  @Test func `a notice is due 30, 7 and 1 days before a sunset, and after it`() {
    #expect(notice(inDays: nil).daysLeft == nil)
    #expect(notice(inDays: 30).daysLeft == nil)
    #expect(notice(inDays: 29).daysLeft == 30)
    #expect(notice(inDays: 7).daysLeft == 30)
    #expect(notice(inDays: 6).daysLeft == 7)
    #expect(notice(inDays: 1).daysLeft == 7)
    #expect(notice(inDays: 0).daysLeft == 1)
    #expect(notice(inDays: -1).daysLeft == 0)
  }

  @Test func `each notice says when the next one is due`() throws {
    var time = now
    let end = Deprecation(origin: .manifest, sunset: now + .seconds(86400 * 40))
    var seen: [Int?] = []
    while let next = DeprecationNotice(end, now: time).nextAt {
      #expect(next > time)
      seen.append(DeprecationNotice(end, now: time).daysLeft)
      time = next
    }
    #expect(seen == [nil, 30, 7, 1])
    #expect(DeprecationNotice(end, now: time).isPast)
  }

  @Test func `of a manifest's sunset and a provider's the earlier one counts`() {
    let written = FieldValue.object(["sunset": .string("2027-01-31"), "replacement": .string("b")])
    let early = Timestamp(milliseconds: now.milliseconds + 1000)
    let late = Timestamp(milliseconds: now.milliseconds + 1_000_000_000_000)
    let before = Deprecation(written: written, retiresAt: early, zone: .utc)
    #expect(before == Deprecation(origin: .provider, replacement: "b", sunset: early))
    let after = Deprecation(written: written, retiresAt: late, zone: .utc)
    #expect(after?.origin == .manifest)
    #expect(after?.sunset?.description == "2027-02-01T00:00:00Z")
    #expect(Deprecation(written: nil, retiresAt: early, zone: .utc)?.origin == .provider)
    #expect(Deprecation(written: .null, retiresAt: nil, zone: .utc) == nil)
    #expect(Deprecation(written: .emptyMap, retiresAt: nil, zone: .utc)?.sunset == nil)
  }
}
