import DroverCore
import DroverTestKit
import Testing

@Suite struct ByteCountTests {
  @Test(arguments: [
    ("8GiB", Int64(8) << 30), ("512MiB", 536_870_912), ("8GB", 8_000_000_000), ("5.73GB", 5_730_000_000),
    ("1024B", 1024), ("1.5KiB", 1536), ("0B", 0), ("2TiB", 2_199_023_255_552), ("1kB", 1000), ("0.5B", 0),
  ])
  func `S2.1.8 reads sizes with their unit`(text: String, bytes: Int64) {
    #expect(ByteCount(manifestText: text)?.bytes == bytes)
  }

  @Test(arguments: ["", "8", "GiB", "8gib", "-1GiB", "8 GiB", "1.2.3GiB", "1.GiB", ".5GiB", "9999999TiB", "٣GiB"])
  func `refuses what is no size`(text: String) {
    #expect(ByteCount(manifestText: text) == nil)
  }

  @Test(arguments: [
    (Int64(16) << 30, "16GiB"), (1_610_612_736, "1536MiB"), (8_000_000_000, "8GB"), (1234, "1234B"), (0, "0B"),
    (1000, "1kB"),
  ])
  func `writes the shortest exact text`(bytes: Int64, text: String) {
    #expect(ByteCount(bytes).manifestText == text)
  }

  @Test(arguments: [
    (Int64(11_596_411_700), "10.8GiB"), (429_916_160, "410MiB"), (0, "0B"), (17_179_869_184, "16.0GiB"),
    (1023, "1023B"), (1536, "1.5KiB"), (1_073_741_823, "1.0GiB"), (1_048_575, "1MiB"), (10_444_800, "10MiB"),
    (989_560_464_998_400_000, "921600000.0GiB"), (-5, "-5B"),
  ])
  func `shows one decimal for people`(bytes: Int64, text: String) {
    #expect(ByteCount(bytes).display == text)
  }

  @Test func `texts are read back exactly`() {
    var random = SplitMix64(seed: 7)
    for _ in 0..<2000 {
      let size = ByteCount(Int64.random(in: 0..<(1 << Int64.random(in: 1...59, using: &random)), using: &random))
      #expect(ByteCount(manifestText: size.manifestText) == size)
    }
  }

  @Test func `sums stop at the largest number`() {
    let huge = ByteCount(.max)
    #expect(huge + ByteCount(1) == huge)
    #expect(ByteCount(.min) - ByteCount(1) == ByteCount(.min))
    #expect(ByteCount(3) - ByteCount(5) == ByteCount(-2))
    #expect(huge.display.hasSuffix("GiB"))
  }
}
