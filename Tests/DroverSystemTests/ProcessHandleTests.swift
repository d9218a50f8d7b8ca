import DroverSystem
import Glibc
import Testing

/// Whether PIDFD_GET_INFO tells exit codes here.
private let kernelKeepsExitCodes: Bool = {
  var name = utsname()
  guard uname(&name) == 0 else { return false }
  let release = withUnsafeBytes(of: name.release) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  let parts = release.split { $0 == "." || $0 == "-" }.prefix(2).compactMap { Int($0) }
  return parts.count == 2 && (parts[0], parts[1]) >= (6, 15)
}()

@Suite struct `A process handle` {
  let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
  }

  @Test(arguments: [0, 1, 42, 255]) func `tells the exit status of a child`(_ status: Int32) async throws {
    let child = try Child.shell("exit \(status)", in: directory)
    #expect(try await child.process.exit() == .exited(status))
    #expect(child.process.hasExited)
    #expect(child.process.exitStatus() == .exited(status))
    // Reaped: the pid is free.
    #expect(ProcFS.stat(child.identity.pid)?.startTime != child.identity.startTime)
  }

  @Test func `tells the signal that ended a child`() async throws {
    let child = try Child.sleeping(in: directory)
    #expect(!child.process.hasExited)
    #expect(child.process.exitStatus() == nil)
    #expect(try child.process.signal(SIGTERM))
    #expect(try await child.process.exit() == .signalled(SIGTERM))
    #expect(try !child.process.signal(SIGTERM))
  }

  @Test func `resumes everyone who waits`() async throws {
    let child = try Child.sleeping(in: directory)
    let process = child.process
    try await withThrowingTaskGroup(of: ExitStatus.self) { group in
      for _ in 0..<5 { group.addTask { try await process.exit() } }
      try process.signal(SIGKILL)
      for try await status in group { #expect(status == .signalled(SIGKILL)) }
    }
  }

  @Test func `stops waiting when the task is cancelled, and leaves the process`() async throws {
    let child = try Child.sleeping(in: directory)
    let process = child.process
    let task = Task { try await process.exit() }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(!process.hasExited)
    try process.signal(SIGKILL)
    #expect(try await process.exit() == .signalled(SIGKILL))
  }

  @Test func `refuses another start time, another boot and no process`() throws {
    let child = try Child.sleeping(in: directory)
    let good = child.identity
    #expect(ProcessHandle.open(good)?.identity == good)
    #expect(
      ProcessHandle.open(ProcessIdentity(pid: good.pid, startTime: good.startTime + 1, bootID: good.bootID)) == nil)
    #expect(ProcessHandle.open(ProcessIdentity(pid: good.pid, startTime: good.startTime, bootID: "other")) == nil)
    #expect(ProcessHandle.open(ProcessIdentity(pid: 0, startTime: 0, bootID: good.bootID)) == nil)
    #expect(ProcessHandle.open(ProcessIdentity(pid: -1, startTime: 0, bootID: good.bootID)) == nil)
  }

  @Test func `refuses a process that was reaped`() async throws {
    let child = try Child.shell("exit 0", in: directory)
    #expect(try await child.process.exit() == .exited(0))
    #expect(ProcessHandle.open(child.identity) == nil)
  }

  @Test func `opens a child that ended but was not collected`() async throws {
    let name = try ProcessSpawner.spawn(
      ChildLaunch(executable: "/bin/sh", arguments: ["-c", "exit 7"], environment: [], logPath: directory("log")))
    _ = try await eventually("the end") { ProcFS.state(name.pid) == .zombie ? true : nil }
    let handle = try #require(ProcessHandle.open(name))
    #expect(try await handle.exit() == .exited(7))
  }

  @Test func `tells the status of another's child that is still a zombie`() async throws {
    // sleep takes the shell's place as parent, and never reaps.
    let parent = try Child.shell("sh -c 'kill -STOP $$; exit 42' & echo $!; exec sleep 1000", in: directory)
    let pid = try await parent.firstNumber()
    let name = try await eventually("the grandchild") { try identity(of: pid) }
    let handle = try #require(ProcessHandle.open(name))
    try await resume(handle)
    #expect(try await handle.exit() == .exited(42))
    #expect(ProcFS.state(pid) == .zombie)
    #expect(ProcessHandle.open(name) == nil)
  }

  @Test(.enabled(if: kernelKeepsExitCodes))
  func `tells the status of another's child that its parent has reaped`() async throws {
    let parent = try Child.shell("sh -c 'kill -STOP $$; exit 42' & echo $!; wait $!; exit 0", in: directory)
    let name = try await eventually("the grandchild") { [pid = try await parent.firstNumber()] in try identity(of: pid)
    }
    let handle = try #require(ProcessHandle.open(name))
    try await resume(handle)
    #expect(try await parent.process.exit() == .exited(0))
    #expect(ProcFS.startTime(name.pid) != name.startTime)
    #expect(handle.exitStatus() == .exited(42))
  }

  /// Continues a script that stops itself first.
  private func resume(_ handle: ProcessHandle) async throws {
    let path = "/proc/\(handle.identity.pid)/stat"
    _ = try await eventually("the stop") {
      let text = String(decoding: try FileReader.read(path, maxBytes: 4096), as: UTF8.self)
      return text.contains(") T ") ? true : nil
    }
    try handle.signal(SIGCONT)
  }

  @Test func `kills the group with grandchildren`() async throws {
    let child = try Child.shell("sleep 1000 & echo $!; wait", in: directory)
    let pid = try await child.firstNumber()
    let grandchild = try #require(try hold(pid))
    #expect(try child.process.killGroup())
    #expect(try await child.process.exit() == .signalled(SIGKILL))
    #expect(try await grandchild.exit() == .signalled(SIGKILL))
  }

  @Test func `kills what a reaped leader left behind`() async throws {
    let child = try Child.shell("sleep 1000 & echo $!; exit 3", in: directory)
    #expect(try await child.process.exit() == .exited(3))
    let pid = try await child.firstNumber()
    let orphan = try #require(try hold(pid))
    #expect(try child.process.killGroup())
    _ = try await orphan.exit()
    #expect(orphan.hasExited)
  }

  @Test func `kills no group that the process does not lead`() async throws {
    let child = try Child.shell("sleep 1000 & echo $!; wait", in: directory)
    let pid = try await child.firstNumber()
    let member = try #require(try hold(pid))
    #expect(try !member.killGroup())
    #expect(!member.hasExited)
    #expect(!child.process.hasExited)
  }

  @Test func `measures memory and processor time`() async throws {
    let child = try Child.shell("while :; do :; done", in: directory)
    let pid = child.identity.pid
    let memory = try await eventually("a page") { ProcFS.residentMemory(pid).flatMap { $0 > 4096 ? $0 : nil } }
    #expect(memory < 1 << 30)
    #expect(ProcFS.residentMemory(session: pid) >= 4096)
    let time = try await eventually("some work") { ProcFS.processorTime(pid).flatMap { $0 > .zero ? $0 : nil } }
    #expect(time < .seconds(1000))
    #expect(!child.process.hasExited)
    #expect(ProcFS.residentMemory(Int32.max) == nil)
    #expect(ProcFS.environment(Int32.max) == nil)
  }
}
