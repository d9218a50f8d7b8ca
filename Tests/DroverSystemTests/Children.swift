import DroverSystem
import Glibc

/// Children for tests: killed with their group when the object goes.
final class Child: Sendable {
  let process: ProcessHandle
  let log: String

  init(
    _ executable: String, _ arguments: [String], in directory: TemporaryDirectory, environment: [String] = [],
    workingDirectory: String? = nil
  ) throws {
    log = directory("child.log")
    process = try ProcessSpawner.launchProcess(
      ChildLaunch(
        executable: executable, arguments: arguments, environment: ["PATH=/usr/bin:/bin"] + environment, logPath: log,
        workingDirectory: workingDirectory))
  }

  /// A shell script.
  static func shell(
    _ script: String, in directory: TemporaryDirectory, environment: [String] = [], workingDirectory: String? = nil
  ) throws -> Child {
    try Child(
      "/bin/sh", ["-c", script], in: directory, environment: environment, workingDirectory: workingDirectory)
  }

  static func sleeping(in directory: TemporaryDirectory) throws -> Child {
    try Child("/bin/sleep", ["1000"], in: directory)
  }

  var identity: ProcessIdentity { process.identity }

  /// The whole lines that it has written.
  func lines() throws -> [String] {
    let text = String(decoding: try FileReader.read(log, maxBytes: 1 << 20), as: UTF8.self)
    return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
  }

  /// The number on its first line.
  func firstNumber() async throws -> Int32 {
    try await eventually("a first line") { try lines().first.flatMap { Int32($0) } }
  }

  deinit {
    _ = try? process.killGroup()
    var status: Int32 = 0
    // Nobody else waits for it any more: reap it, unless the test has.
    if process.exitStatus() == nil { waitpid(process.identity.pid, &status, 0) }
  }
}

/// Names a process that a test learnt the pid of.
func identity(of pid: Int32) throws -> ProcessIdentity? {
  guard let startTime = ProcFS.startTime(pid) else { return nil }
  return ProcessIdentity(pid: pid, startTime: startTime, bootID: try ProcFS.bootID())
}

/// Holds a process that a test learnt the pid of.
func hold(_ pid: Int32) throws -> ProcessHandle? {
  try identity(of: pid).flatMap(ProcessHandle.open)
}
