/// One process among all that this machine ever had: a pid alone is reused.
package struct ProcessIdentity: Hashable, Sendable, Codable {
  package var pid: Int32
  /// Clock ticks from boot to its start: field 22 of /proc/PID/stat.
  package var startTime: UInt64
  /// /proc/sys/kernel/random/boot_id.
  package var bootID: String

  package init(pid: Int32, startTime: UInt64, bootID: String) {
    self.pid = pid
    self.startTime = startTime
    self.bootID = bootID
  }
}
