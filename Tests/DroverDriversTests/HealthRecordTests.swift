import DroverCore
import Testing

@testable import DroverDrivers

struct HealthRecordTests {
  private func at(_ milliseconds: Int64) -> Timestamp { Timestamp(milliseconds: milliseconds) }

  @Test
  func `a starting instance is never unhealthy`() {
    var record = HealthRecord(wasReady: false)
    for time in 0..<10 { record.failed("refused", now: at(Int64(time)), threshold: 1) }
    #expect(record.phase == .starting)
    record.succeeded(now: at(10))
    #expect(record.phase == .ready)
  }

  @Test
  func `only failures in a row count`() {
    var record = HealthRecord(wasReady: true)
    record.failed("a", now: at(0), threshold: 2)
    record.succeeded(now: at(1))
    record.failed("b", now: at(2), threshold: 2)
    #expect(record.phase == .ready)
    record.failed("c", now: at(3), threshold: 2)
    #expect(record.phase == .unhealthy(failures: 2, message: "c"))
    record.succeeded(now: at(4))
    #expect(record.phase == .ready)
  }

  @Test
  func `probes a starting instance at every look and a ready one in its interval`() {
    var record = HealthRecord(wasReady: false)
    record.failed("refused", now: at(0), threshold: 3)
    #expect(record.isDue(now: at(1), interval: .seconds(10)))
    record.succeeded(now: at(1000))
    #expect(!record.isDue(now: at(10_999), interval: .seconds(10)))
    #expect(record.isDue(now: at(11_000), interval: .seconds(10)))
    // A clock that was set back must not stop the probes.
    #expect(record.isDue(now: at(999), interval: .seconds(10)))
  }
}
