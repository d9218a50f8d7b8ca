import DroverCore
import Testing

@Suite struct CivilDateTests {
  @Test(arguments: [
    ("1970-01-01", Int64(0)), ("2000-03-01", 11017), ("1969-12-31", -1), ("2027-01-31", 20849),
    ("0001-01-01", -719_162), ("9999-12-31", 2_932_896), ("2024-02-29", 19782),
  ])
  func `counts days`(text: String, days: Int64) {
    #expect(CivilDate(text)?.daysSinceEpoch == days)
    #expect(CivilDate(daysSinceEpoch: days).description == text)
  }

  @Test(arguments: [
    "2026-02-29", "1900-02-29", "2026-04-31", "2026-00-10", "2026-13-01", "26-1-1", "2026-1-01", "-026-01-01",
  ])
  func `refuses days that no month has`(text: String) {
    #expect(CivilDate(text) == nil)
  }

  @Test func `every day of eight centuries follows the one before`() {
    var previous = CivilDate(daysSinceEpoch: -146_097)
    for day in -146_096...146_097 {
      let date = CivilDate(daysSinceEpoch: Int64(day))
      #expect(date.daysSinceEpoch == Int64(day))
      let isNext =
        date.day == previous.day + 1 && date.month == previous.month && date.year == previous.year
        || date.day == 1 && (28...31).contains(previous.day)
      if !isNext {
        Issue.record("\(date) after \(previous)")
        return
      }
      previous = date
    }
  }

  @Test func `division rounds down`() {
    #expect(Int64(-1).flooredQuotient(1000) == -1)
    #expect(Int64(1999).flooredQuotient(1000) == 1)
    #expect(Int64(-2000).flooredQuotient(1000) == -2)
  }
}
