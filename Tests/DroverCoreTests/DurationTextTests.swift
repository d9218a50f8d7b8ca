import DroverCore
import DroverTestKit
import Testing

@Suite struct DurationTextTests {
  @Test(arguments: [
    ("500ms", Int64(500)), ("30s", 30_000), ("10m", 600_000), ("24h", 86_400_000), ("7d", 604_800_000),
    ("1h30m", 5_400_000), ("0s", 0), ("1d2h3m4s5ms", 93_784_005),
  ])
  func `reads durations`(text: String, milliseconds: Int64) {
    #expect(Duration(manifestText: text) == .milliseconds(milliseconds))
  }

  @Test(arguments: ["", "30", "s", "-1s", "1.5h", "1 h", "1w", "1H", "1h30", "9999999999999s", "999999999999d", "１s"])
  func `refuses everything else`(text: String) {
    #expect(Duration(manifestText: text) == nil)
  }

  @Test(arguments: [
    (Int64(0), "0s"), (90_000, "90s"), (600_000, "10m"), (1500, "1500ms"), (86_400_000, "1d"), (90_000_000, "25h"),
  ])
  func `writes one unit`(milliseconds: Int64, text: String) {
    #expect(Duration.milliseconds(milliseconds).manifestText == text)
  }

  @Test func `texts are read back exactly`() {
    var random = SplitMix64(seed: 11)
    for _ in 0..<2000 {
      let duration = Duration.milliseconds(Int64.random(in: 0...10_000_000_000, using: &random))
      #expect(Duration(manifestText: duration.manifestText) == duration)
    }
  }

  /// The table of kubectl's AGE column.
  @Test(arguments: [
    (Int64(-5), "<invalid>"), (-1, "0s"), (0, "0s"), (119, "119s"), (120, "2m"), (185, "3m5s"), (599, "9m59s"),
    (600, "10m"), (10_799, "179m"), (10_800, "3h"), (18_600, "5h10m"), (28_800, "8h"), (172_799, "47h"),
    (172_800, "2d"), (442_800, "5d3h"), (691_200, "8d"), (17_280_000, "200d"), (63_072_000, "2y"),
    (98_064_000, "3y40d"), (283_824_000, "9y"),
  ])
  func `ages are those of kubectl`(seconds: Int64, text: String) {
    #expect(Duration.seconds(seconds).age == text)
  }
}
