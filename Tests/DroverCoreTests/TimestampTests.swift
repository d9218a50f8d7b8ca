import DroverCore
import DroverTestKit
import Testing

@Suite struct TimestampTests {
  @Test(arguments: [
    ("1970-01-01T00:00:00Z", Int64(0)), ("2026-08-22T18:31:32Z", 1_787_423_492_000),
    ("2026-08-22T20:31:32+02:00", 1_787_423_492_000), ("2026-08-22T13:01:32.041-05:30", 1_787_423_492_041),
    ("2000-02-29T23:59:60Z", 951_868_800_000), ("1969-12-31T23:59:59.999Z", -1),
    ("2026-08-22t18:31:32.5z", 1_787_423_492_500), ("2026-08-22T18:31:32.0419999Z", 1_787_423_492_041),
  ])
  func `reads RFC 3339`(text: String, milliseconds: Int64) {
    #expect(Timestamp(rfc3339: text)?.milliseconds == milliseconds)
  }

  @Test(arguments: [
    "", "2026-08-22", "2026-08-22T18:31:32", "2026-08-22 18:31:32Z", "2026-08-22T24:00:00Z", "2026-02-30T00:00:00Z",
    "2026-08-22T18:31:32.Z", "2026-08-22T18:31:32+0200", "2026-08-22T18:31:32Zx", "+026-08-22T18:31:32Z",
    "2026-+8-22T18:31:32Z", "2026-08-22T18:60:00Z", "2026-08-22T18:31:32+24:00", "2026-08-22T+8:31:32Z",
  ])
  func `refuses everything else`(text: String) {
    #expect(Timestamp(rfc3339: text) == nil)
  }

  @Test func `texts are read back exactly`() {
    var random = SplitMix64(seed: 3)
    for _ in 0..<2000 {
      let time = Timestamp(milliseconds: Int64.random(in: -62_135_596_800_000...253_402_300_799_999, using: &random))
      #expect(Timestamp(rfc3339: time.precise) == time)
      #expect(Timestamp(rfc3339: time.description)?.milliseconds == time.milliseconds.flooredQuotient(1000) * 1000)
    }
  }

  @Test func `sums stop at the ends of time`() {
    let end = Timestamp(milliseconds: .max)
    #expect(end + .seconds(1) == end)
    #expect(Timestamp(milliseconds: 5) + .milliseconds(-7) == Timestamp(milliseconds: -2))
    #expect(end - Timestamp(milliseconds: -5) == .milliseconds(Int64.max))
  }
}
