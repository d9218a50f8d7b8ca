import CDrover
import Synchronization

/// The soft limit on open files, which droverd raises for its own sockets and lowers again in its children: programs
/// that use select(2) break above 1024.
package enum FileDescriptorLimit {
  /// The soft limit before it was raised; 0 where it was not.
  private static let original = Atomic<UInt64>(0)

  /// Raises the soft limit to the hard one. Returns the limit that holds now.
  @discardableResult
  package static func raise() throws(SystemError) -> UInt64 {
    let (soft, hard) = try current()
    guard soft < hard else { return soft }
    let outcome = drover_set_descriptor_limit(0, hard)
    guard outcome == 0 else {
      throw .errno(operation: "raise the limit on open files of", path: "this process", code: -outcome)
    }
    original.store(soft, ordering: .relaxed)
    return hard
  }

  /// The limits that hold now.
  package static func current() throws(SystemError) -> (soft: UInt64, hard: UInt64) {
    var soft: UInt64 = 0
    var hard: UInt64 = 0
    let outcome = drover_descriptor_limit(&soft, &hard)
    guard outcome == 0 else {
      throw .errno(operation: "read the limit on open files of", path: "this process", code: -outcome)
    }
    return (soft, hard)
  }

  /// Gives a child the soft limit from before ``raise()``. The child already runs: one that reads its limit in its
  /// first instant may see the raised one, which harms none that does not use select(2) by then.
  static func restore(in pid: Int32) {
    let soft = original.load(ordering: .relaxed)
    if soft > 0 { _ = drover_set_descriptor_limit(pid, soft) }
  }
}
