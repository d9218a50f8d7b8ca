import DroverCore

/// Where all jobs stand. Pure: the bench runs what it hands out, one at a time, since each takes all cores.
struct QuantizeTable {
  private struct Entry {
    var progress: QuantizeProgress
    var failures = 0
    /// When a job that failed may be tried again.
    var retryAt: Timestamp?
  }

  private var entries: [QuantizeJob: Entry] = [:]
  private var queue: [QuantizeJob] = []
  /// What each model asked for last.
  private var wanted: [String: QuantizeJob] = [:]

  private static let firstRetry = Duration.seconds(30)
  private static let longestRetry = Duration.seconds(3600)

  mutating func want(_ job: QuantizeJob, for model: String) { wanted[model] = job }

  var wantedPaths: [String] {
    wanted.values.compactMap { job in
      if case .done(let path) = entries[job]?.progress { path } else { nil }
    }
  }

  /// Where a job stands; one that is new, or may be tried again, is queued. True where the bench has work.
  mutating func ask(_ job: QuantizeJob, now: Timestamp) -> (progress: QuantizeProgress, isQueued: Bool) {
    if let entry = entries[job] {
      guard case .failed = entry.progress, let retryAt = entry.retryAt, retryAt <= now else {
        return (entry.progress, false)
      }
    }
    entries[job, default: Entry(progress: .waiting)].retryAt = nil
    let shown = entries[job]?.progress ?? .waiting
    if !queue.contains(job) { queue.append(job) }
    // What went wrong before stays on show until the next attempt has begun.
    return (shown, true)
  }

  mutating func next() -> QuantizeJob? { queue.isEmpty ? nil : queue.removeFirst() }

  mutating func note(_ progress: QuantizeProgress, of job: QuantizeJob, now: Timestamp) {
    var entry = entries[job] ?? Entry(progress: progress)
    entry.progress = progress
    switch progress {
    case .failed:
      entry.failures += 1
      var delay = QuantizeTable.firstRetry
      for _ in 1..<min(entry.failures, 8) { delay = delay * 2 }
      entry.retryAt = now + min(delay, QuantizeTable.longestRetry)
    case .done: entry.failures = 0
    case .waiting, .hashing, .running: break
    }
    entries[job] = entry
  }

  /// Forgets a result that is no longer there.
  mutating func forget(_ job: QuantizeJob) { entries[job] = nil }
}
