import DroverCore
import DroverSystem
import Glibc
import Synchronization

extension LlamaCppManagedDriver {
  /// The process of an instance of an earlier daemon, held and taken over; nil where it is gone.
  func find(_ instance: Instance) -> ProcessHandle? {
    let handle: ProcessHandle?
    if let process = instance.process {
      handle = hold(
        ProcessIdentity(pid: process.pid, startTime: process.startTime, bootID: process.bootID), launch: instance.id)
    } else {
      handle = launched(as: instance.id)
    }
    guard let handle else { return nil }
    let kept = table.withLock { $0.adopt(instance, handle) }
    if kept === handle { watchExit(of: instance.id, handle) }
    return kept
  }

  /// Kills what an engine started and what left its group: it carries the mark of the launch wherever it went.
  func endRelatives(of instance: Instance) {
    guard let bootID = try? ProcFS.bootID() else { return }
    for pid in ProcFS.processes(withEnvironment: LlamaServerEnvironment.launchMark, value: instance.id) {
      guard let startTime = ProcFS.startTime(pid) else { continue }
      let identity = ProcessIdentity(pid: pid, startTime: startTime, bootID: bootID)
      _ = try? hold(identity, launch: instance.id)?.signal(SIGKILL)
    }
  }

  /// The leader of the processes that carry the mark of a launch: what it started carries it too.
  private func launched(as id: String) -> ProcessHandle? {
    guard let bootID = try? ProcFS.bootID() else { return nil }
    for pid in ProcFS.processes(withEnvironment: LlamaServerEnvironment.launchMark, value: id) {
      guard let stat = ProcFS.stat(pid), stat.session == pid else { continue }
      let identity = ProcessIdentity(pid: pid, startTime: stat.startTime, bootID: bootID)
      if let handle = hold(identity, launch: id) { return handle }
    }
    return nil
  }

  /// Holds a process that is surely the one of this launch: its mark is read while it is held.
  func hold(_ identity: ProcessIdentity, launch id: String) -> ProcessHandle? {
    guard let handle = ProcessHandle.open(identity) else { return nil }
    // An own child that has ended has no environment left, and is known by its start time alone.
    if handle.hasExited { return handle }
    let marks = ProcFS.environment(identity.pid)
    guard marks?[LlamaServerEnvironment.launchMark] == id, marks?[LlamaServerEnvironment.stateMark] == settings.stateID
    else { return nil }
    return handle
  }

  /// Why an instance whose process is not found has ended.
  func endingOfLost(_ instance: Instance, loadTimeout: Duration) -> Ending {
    let now = surroundings.now()
    guard let process = instance.process else {
      return Ending(.stopped, "was never started: droverd ended between the decision and the start", at: now)
    }
    if let bootID = try? ProcFS.bootID(), bootID != process.bootID {
      return Ending(.hostRestarted, "gone with the restart of the machine", at: now)
    }
    // The first process of a container starts after everything of an earlier one.
    if let first = ProcFS.startTime(1), first > process.startTime {
      return Ending(.hostRestarted, "gone with the restart of the container", at: now)
    }
    return EndingReport.ending(
      EndingReport.Evidence(
        instance: instance, status: nil, verdict: nil, loadTimeout: loadTimeout, wasReady: instance.readyAt != nil,
        line: lastLine(of: instance), memoryWasShort: false), at: now)
  }

  func lastLine(of instance: Instance) -> String? {
    guard let path = instance.logPath, let tail = try? ChildLog.tail(path, maxBytes: 32 << 10) else { return nil }
    return LogExcerpt.tellingLine(of: tail)
  }
}
