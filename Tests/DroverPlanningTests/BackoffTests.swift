import DroverCore
import DroverPlanning
import DroverTestKit
import Testing

@Suite struct BackoffTests {
  @Test(arguments: [(1, 2), (2, 4), (3, 8), (8, 256), (9, 300), (60, 300), (Int.max, 300)])
  func `the wait lies between a second and a bound that doubles`(failures: Int, bound: Int) {
    #expect(Backoff.delay(failures: failures, random: 0) == .seconds(1))
    #expect(Backoff.delay(failures: failures, random: .max) == .seconds(bound))
  }

  @Test func `the wait is spread over the whole span`() {
    var random = SplitMix64(seed: 1)
    var buckets = Array(repeating: 0, count: 10)
    for _ in 0..<10_000 {
      let delay = Backoff.delay(failures: 9, random: random.next())
      buckets[min(9, Int((delay.wholeMilliseconds - 1000) / 29_900))] += 1
    }
    #expect(buckets.allSatisfy { (800...1200).contains($0) })
  }
}
