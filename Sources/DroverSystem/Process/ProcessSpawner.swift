import CDrover
import Glibc

/// Starts programs that outlive droverd: each leads its own session and process group, has default signals, stdin on
/// /dev/null, its output on its log, and no other descriptor.
package enum ProcessSpawner {
  /// Starts the program and names it. Until a ``ProcessHandle`` collects its exit status, an ended child is a zombie.
  ///
  /// Fails with the errno of exec or chdir where the program cannot be run.
  package static func spawn(_ launch: ChildLaunch) throws(SystemError) -> ProcessIdentity {
    try launchProcess(launch).identity
  }

  /// Starts the program and holds it.
  package static func launchProcess(_ launch: ChildLaunch) throws(SystemError) -> ProcessHandle {
    for text in [launch.executable, launch.workingDirectory ?? ""] + launch.arguments + launch.environment
    where text.utf8.contains(0) {
      throw .errno(operation: "pass a text with a null byte to", path: launch.executable, code: EINVAL)
    }
    let log = try Descriptor.open(
      launch.logPath, O_WRONLY | O_APPEND | O_CREAT | O_NOCTTY, mode: 0o600, operation: "open log")
    let pid = withCStrings([launch.executable] + launch.arguments) { arguments in
      withCStrings(launch.environment) { environment in
        if let directory = launch.workingDirectory {
          drover_spawn(launch.executable, arguments, environment, log.raw, directory)
        } else {
          drover_spawn(launch.executable, arguments, environment, log.raw, nil)
        }
      }
    }
    guard pid > 0 else { throw .errno(operation: "run", path: launch.executable, code: -pid) }
    FileDescriptorLimit.restore(in: pid)
    return try ProcessHandle(child: pid, executable: launch.executable)
  }

  /// Lends a null-terminated array of C strings.
  private static func withCStrings<Result>(
    _ texts: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
  ) -> Result {
    var pointers: [UnsafeMutablePointer<CChar>?] = texts.map { strdup($0) }
    pointers.append(nil)
    defer { for pointer in pointers { free(pointer) } }
    return pointers.withUnsafeBufferPointer { buffer in
      buffer.baseAddress.map(body) ?? withUnsafePointer(to: nil, body)
    }
  }
}
