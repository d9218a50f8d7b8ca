import DroverAdmission
import DroverCore
import DroverTestKit
import Testing

@Suite struct BudgetPeriodTests {
  private func span(_ period: BudgetPeriod, _ now: String, _ zone: ZoneRules = TestZone.berlin) -> String {
    let span = period.span(at: instant(now), in: zone)
    return "\(span.start) \(span.end)"
  }

  @Test func `windows begin where clocks of their zone show midnight`() {
    #expect(span(.day, "2026-11-21T12:00:00Z") == "2026-11-20T23:00:00Z 2026-11-21T23:00:00Z")
    #expect(span(.day, "2026-11-20T23:00:00Z") == "2026-11-20T23:00:00Z 2026-11-21T23:00:00Z")
    #expect(span(.day, "2026-11-20T22:59:59Z") == "2026-11-19T23:00:00Z 2026-11-20T23:00:00Z")
    #expect(span(.day, "2026-11-21T12:00:00Z", .utc) == "2026-11-21T00:00:00Z 2026-11-22T00:00:00Z")
    #expect(span(.hour, "2026-11-21T12:34:56Z") == "2026-11-21T12:00:00Z 2026-11-21T13:00:00Z")
  }

  @Test func `weeks begin on Monday, months on their first day`() {
    // 2026-11-21 is a Saturday.
    #expect(span(.week, "2026-11-21T12:00:00Z") == "2026-11-15T23:00:00Z 2026-11-22T23:00:00Z")
    #expect(span(.week, "2026-11-22T22:59:59Z") == "2026-11-15T23:00:00Z 2026-11-22T23:00:00Z")
    #expect(span(.week, "2026-11-22T23:00:00Z") == "2026-11-22T23:00:00Z 2026-11-29T23:00:00Z")
    #expect(span(.month, "2026-11-30T22:59:59Z") == "2026-10-31T23:00:00Z 2026-11-30T23:00:00Z")
    #expect(span(.month, "2027-02-28T12:00:00Z") == "2027-01-31T23:00:00Z 2027-02-28T23:00:00Z")
    #expect(span(.month, "2026-12-31T23:00:00Z") == "2026-12-31T23:00:00Z 2027-01-31T23:00:00Z")
  }

  @Test func `a day on which clocks are set has 23 or 25 hours, and a month of it as many more or fewer`() {
    #expect(span(.day, "2027-03-28T12:00:00Z") == "2027-03-27T23:00:00Z 2027-03-28T22:00:00Z")
    #expect(span(.day, "2027-10-31T12:00:00Z") == "2027-10-30T22:00:00Z 2027-10-31T23:00:00Z")
    #expect(span(.month, "2027-03-28T12:00:00Z") == "2027-02-28T23:00:00Z 2027-03-31T22:00:00Z")
    #expect(span(.month, "2027-10-31T12:00:00Z") == "2027-09-30T22:00:00Z 2027-10-31T23:00:00Z")
  }

  @Test func `without a window there is one, for good`() {
    #expect(BudgetPeriod.lifetime.span(at: instant("2026-11-21T12:00:00Z"), in: .utc).isEndless)
  }

  @Test(arguments: [BudgetPeriod.hour, .day, .week, .month])
  func `windows follow each other without a gap and hold the instant they are asked for`(period: BudgetPeriod) {
    var random = SplitMix64(seed: 5)
    for zone in [ZoneRules.utc, TestZone.berlin, TestZone.twiceMidnight] {
      var wrong: [Timestamp] = []
      var now = instant("2026-10-20T00:00:00Z")
      var last = period.span(at: now, in: zone)
      while now < instant("2028-05-01T00:00:00Z") {
        now = now + .seconds(Int64.random(in: 1...200_000, using: &random))
        let span = period.span(at: now, in: zone)
        let isRight =
          span.start <= now && now < span.end && (span == last || span.start >= last.end)
          && period.span(at: span.end, in: zone).start == span.end
          && period.span(at: Timestamp(milliseconds: span.end.milliseconds - 1), in: zone) == span
        if !isRight { wrong.append(now) }
        last = span
      }
      #expect(wrong.isEmpty)
    }
  }
}
