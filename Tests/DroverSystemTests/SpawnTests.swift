import DroverSystem
import Glibc
import Testing

@Suite struct `Spawning` {
  let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
  }

  @Test func `closes every descriptor but the standard three`() async throws {
    let inheritable = open("/dev/null", O_RDONLY)
    defer { close(inheritable) }
    #expect(inheritable > 2)
    let child = try Child.sleeping(in: directory)
    // The program opens its libraries first.
    try await eventually("only the standard three") {
      try Directory.list("/proc/\(child.identity.pid)/fd").map(\.name) == ["0", "1", "2"] ? () : nil
    }
    #expect(try realPath("/proc/\(child.identity.pid)/fd/0") == "/dev/null")
    #expect(try realPath("/proc/\(child.identity.pid)/fd/1") == realPath(child.log))
    #expect(try realPath("/proc/\(child.identity.pid)/fd/2") == realPath(child.log))
  }

  @Test func `gives exactly the environment and arguments`() async throws {
    let odd = "spaces, \"quotes\" and = signs"
    let child = try Child("/bin/sleep", ["1000"], in: directory, environment: ["EMPTY=", "ODD=\(odd)"])
    #expect(
      ProcFS.environment(child.identity.pid) == ["PATH": "/usr/bin:/bin", "EMPTY": "", "ODD": odd])
    let arguments = try FileReader.read("/proc/\(child.identity.pid)/cmdline", maxBytes: 4096)
    #expect(arguments == Array("/bin/sleep\u{0}1000\u{0}".utf8))
    #expect(!child.process.hasExited)
  }

  @Test func `starts a session of its own with default signals`() throws {
    signal(SIGPIPE, SIG_IGN)
    let child = try Child.sleeping(in: directory)
    let pid = child.identity.pid
    let stat = try #require(ProcFS.stat(pid))
    #expect(stat.session == pid)
    #expect(stat.group == pid)
    #expect(stat.parent == getpid())
    let status = String(decoding: try FileReader.read("/proc/\(pid)/status", maxBytes: 1 << 16), as: UTF8.self)
    let masks = status.split(separator: "\n").map { $0.split(separator: "\t") }
    let ignored = try #require(masks.first { $0.first == "SigIgn:" }?.last.flatMap { UInt64($0, radix: 16) })
    let blocked = try #require(masks.first { $0.first == "SigBlk:" }?.last.flatMap { UInt64($0, radix: 16) })
    // glibc leaves its own signals 32 and 33 ignored until the program starts a thread.
    #expect(ignored & ~(0b11 << 31) == 0)
    #expect(blocked == 0)
    #expect(!child.process.hasExited)
  }

  @Test func `appends output and errors to a private log`() async throws {
    try directory.write("child.log", "before\n")
    chmod(directory("child.log"), 0o600)
    let child = try Child.shell("echo out; echo err >&2", in: directory)
    #expect(try await child.process.exit() == .exited(0))
    #expect(try directory.text("child.log") == "before\nout\nerr\n")
    let fresh = try TemporaryDirectory()
    let other = try Child.shell("echo x", in: fresh)
    #expect(try await other.process.exit() == .exited(0))
    #expect(try FileStat(fresh("child.log")).mode == 0o600)
  }

  @Test func `runs in the given folder`() async throws {
    let child = try Child.shell("pwd", in: directory, workingDirectory: directory.path)
    #expect(try await child.process.exit() == .exited(0))
    #expect(try child.lines() == [try realPath(directory.path)])
  }

  @Test func `tells why a program cannot be run`() throws {
    #expect(throws: SystemError.errno(operation: "run", path: "/nonexistent/llama-server", code: ENOENT)) {
      _ = try Child("/nonexistent/llama-server", [], in: directory)
    }
    #expect(throws: SystemError.errno(operation: "run", path: "/bin/sh", code: ENOENT)) {
      _ = try Child.shell("true", in: directory, workingDirectory: directory("missing"))
    }
    #expect(throws: SystemError.self) { _ = try Child("/bin/sleep", ["1\u{0}2"], in: directory) }
  }

  @Test func `gives children the limit on open files from before it was raised`() throws {
    let (_, hard) = try FileDescriptorLimit.current()
    // As much as can be: other tests are at work.
    var lowered = rlimit(rlim_cur: rlim_t(hard - 1), rlim_max: rlim_t(hard))
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &lowered)
    #expect(try FileDescriptorLimit.raise() == hard)
    #expect(try FileDescriptorLimit.current().soft == hard)
    let child = try Child.sleeping(in: directory)
    let limits = try FileReader.read("/proc/\(child.identity.pid)/limits", maxBytes: 1 << 16)
    let lines = String(decoding: limits, as: UTF8.self).split(separator: "\n")
    let line = try #require(lines.first { $0.hasPrefix("Max open") })
    #expect(line.split(separator: " ").dropFirst(3).first == "\(hard - 1)")
    #expect(!child.process.hasExited)
  }

  @Test func `finds processes by their launch token`() async throws {
    let token = "\(UInt64.random(in: .min ... .max))"
    let child = try Child("/bin/sleep", ["1000"], in: directory, environment: ["DROVER_LAUNCH=\(token)"])
    let other = try Child("/bin/sleep", ["1000"], in: directory, environment: ["DROVER_LAUNCH=\(token)0"])
    #expect(ProcFS.processes(withEnvironment: "DROVER_LAUNCH", value: token) == [child.identity.pid])
    #expect(!other.process.hasExited)
  }

  @Test func `leaks no descriptor over 200 children`() async throws {
    for number in 0..<200 {
      let child = try Child("/bin/sleep", ["1000"], in: directory)
      let other = try #require(ProcessHandle.open(child.identity))
      #expect(try child.process.signal(SIGTERM))
      #expect(try await other.exit() == .signalled(SIGTERM), "child \(number)")
      _ = child.process.exitStatus()
    }
    // Logs of these children, and holds on processes that have ended: of the latter, other tests have some.
    let targets = try Directory.list("/proc/self/fd").compactMap { entry in
      (try? Directory.target(ofLink: "/proc/self/fd/" + entry.name)).map { (entry.name, $0) }
    }
    #expect(!targets.contains { $0.1.hasPrefix(directory.path) })
    let ended = targets.filter { name, target in
      let info = target.contains("pidfd") ? try? FileReader.read("/proc/self/fdinfo/" + name, maxBytes: 4096) : nil
      return info.map { String(decoding: $0, as: UTF8.self).contains("Pid:\t-1\n") } ?? false
    }
    #expect(ended.count < 100)
  }
}
