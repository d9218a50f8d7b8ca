import CDrover
import Glibc
import Synchronization

/// A hold on one process, own child or adopted, through a pidfd: it never reaches another process that got the pid
/// later. The descriptor is closed when the object goes.
package final class ProcessHandle: Sendable {
  package let identity: ProcessIdentity
  let descriptor: Descriptor
  let state = Mutex(ExitState())

  /// Holds the process, or returns nil where it is gone: another boot, another start time, no such pid, or ended.
  /// An own child that ended, but whose exit status nobody collected, is held.
  package static func open(_ identity: ProcessIdentity) -> ProcessHandle? {
    guard identity.pid > 0, (try? ProcFS.bootID()) == identity.bootID else { return nil }
    let raw = drover_pidfd_open(identity.pid)
    guard raw >= 0 else { return nil }
    // The order matters: what has this start time now is what the descriptor holds.
    let handle = ProcessHandle(identity, Descriptor(owning: raw))
    guard ProcFS.startTime(identity.pid) == identity.startTime else { return nil }
    guard !handle.hasExited || handle.isUncollectedChild else { return nil }
    return handle
  }

  /// Holds a child just spawned. Its pid is its own until this process reaps it, even where it has already ended.
  init(child pid: Int32, executable: String) throws(SystemError) {
    let raw = drover_pidfd_open(pid)
    guard raw >= 0, let startTime = ProcFS.startTime(pid), let bootID = try? ProcFS.bootID() else {
      if raw >= 0 { close(raw) }
      // Nobody would ever find a child that cannot be named.
      kill(pid, SIGKILL)
      var status: Int32 = 0
      waitpid(pid, &status, 0)
      throw .errno(operation: "hold the process of", path: executable, code: raw < 0 ? -raw : ESRCH)
    }
    identity = ProcessIdentity(pid: pid, startTime: startTime, bootID: bootID)
    descriptor = Descriptor(owning: raw)
  }

  private init(_ identity: ProcessIdentity, _ descriptor: consuming Descriptor) {
    self.identity = identity
    self.descriptor = descriptor
  }

  /// Whether the process has ended, reaped or not.
  package var hasExited: Bool {
    var poll = pollfd(fd: descriptor.raw, events: Int16(POLLIN), revents: 0)
    return Glibc.poll(&poll, 1, 0) > 0
  }

  private var isUncollectedChild: Bool {
    var result = drover_exit()
    return drover_reap(descriptor.raw, 1, &result) == 0 && result.kind != 0
  }

  /// Sends a signal to the process alone. Returns false where it is gone.
  @discardableResult
  package func signal(_ signal: Int32) throws(SystemError) -> Bool {
    let outcome = drover_pidfd_signal(descriptor.raw, signal)
    if outcome == -ESRCH { return false }
    guard outcome == 0 else { throw .errno(operation: "signal", path: "process \(identity.pid)", code: -outcome) }
    return true
  }

  /// Kills every process of the group that this one leads, or led: what it started and left behind too. A process that
  /// leads no group is not touched. Returns false where there was nobody to kill.
  @discardableResult
  package func killGroup() throws(SystemError) -> Bool {
    var outcome = drover_pidfd_signal_group(descriptor.raw, SIGKILL)
    if outcome == -EINVAL {
      // Before Linux 6.9: by number, and so only while the leader exists.
      guard !wasReaped, getpgid(identity.pid) == identity.pid, ProcFS.startTime(identity.pid) == identity.startTime
      else { return false }
      outcome = kill(-identity.pid, SIGKILL) == 0 ? 0 : -errno
    }
    if outcome == -ESRCH { return false }
    guard outcome == 0 else {
      throw .errno(operation: "kill the group of", path: "process \(identity.pid)", code: -outcome)
    }
    return true
  }
}
