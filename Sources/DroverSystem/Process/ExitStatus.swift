import CDrover

/// How a process ended.
package enum ExitStatus: Hashable, Sendable, Codable {
  /// It exited with this status (0 to 255).
  case exited(Int32)
  /// This signal ended it.
  case signalled(Int32)
  /// It ended, and nobody can say how: another process reaped it, on a kernel that keeps no record.
  case unknown

  /// Nil where the kernel has not said.
  init?(_ result: drover_exit) {
    switch result.kind {
    case 1: self = .exited(result.value)
    case 2: self = .signalled(result.value)
    default: return nil
    }
  }
}

extension ExitStatus: CustomStringConvertible {
  package var description: String {
    switch self {
    case .exited(let status): "exit status \(status)"
    case .signalled(let signal): "signal \(signal)"
    case .unknown: "exit status unknown"
    }
  }
}
