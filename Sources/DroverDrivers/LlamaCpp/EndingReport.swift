import DroverCore
import DroverSystem

/// Says how a child ended, from what is known of it. Pure.
enum EndingReport {
  struct Evidence {
    var instance: Instance
    /// Nil where it ended while no daemon looked.
    var status: ExitStatus?
    var verdict: ChildTable.Verdict?
    var loadTimeout: Duration
    /// Whether it was seen to be ready, at any time.
    var wasReady: Bool
    /// The line of its log that says why.
    var line: String?
    /// Whether the kernel killed for memory since the child was last seen.
    var memoryWasShort: Bool
  }

  static func ending(_ evidence: Evidence, at time: Timestamp) -> Ending {
    let how = description(of: evidence.status)
    if evidence.verdict == .loadTimeout {
      let limit = evidence.loadTimeout.manifestText
      return Ending(
        .loadTimeout, "not ready within \(limit), so it was killed" + lastWords(evidence.line), at: time)
    }
    if evidence.verdict == .stopped || evidence.instance.stoppingSince != nil {
      return Ending(.stopped, "stopped (\(how))", at: time)
    }
    if evidence.status == .signalled(9), evidence.memoryWasShort {
      return Ending(.outOfMemory, "killed by the kernel for memory; lower its context or its slots", at: time)
    }
    if evidence.wasReady { return Ending(.crashed, "crashed: \(how)" + lastWords(evidence.line), at: time) }
    return Ending(.loadFailed, "ended while loading: \(how)" + lastWords(evidence.line), at: time)
  }

  private static func description(of status: ExitStatus?) -> String {
    switch status {
    case .exited(let code): "exit status \(code)"
    case .signalled(let signal): "killed by signal \(signal)"
    case .unknown, nil: "exit status unknown"
    }
  }

  private static func lastWords(_ line: String?) -> String { line.map { "; its log says: \($0)" } ?? "" }
}
