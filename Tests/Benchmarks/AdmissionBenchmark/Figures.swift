import Glibc

/// How often each number of nanoseconds was measured, up to a millisecond.
struct Histogram {
  private var counts = [Int](repeating: 0, count: 1_000_001)
  private var total = 0

  mutating func add(_ nanoseconds: Int64) {
    counts[Int(min(max(nanoseconds, 0), 1_000_000))] += 1
    total += 1
  }

  func quantile(_ share: Double) -> Int {
    var left = Int(Double(total) * share)
    for (nanoseconds, count) in counts.enumerated() {
      left -= count
      if left < 0 { return nanoseconds }
    }
    return counts.count - 1
  }
}

struct Figures {
  var admit = Histogram()
  var finish = Histogram()
  /// What reading the clock twice costs; it is part of both others.
  var clock = Histogram()
}

func nanoseconds() -> Int64 {
  var now = timespec()
  clock_gettime(CLOCK_MONOTONIC, &now)
  return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
}
