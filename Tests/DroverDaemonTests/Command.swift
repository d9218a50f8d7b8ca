import DroverSystem
import Glibc

/// A program that ran to its end.
struct Command {
  var status: Int32
  var output: String
  var errors: String

  /// Runs `program` in `folder`, with what it prints in files there. One that does not end is killed.
  static func run(
    _ program: String, _ arguments: [String], in folder: String, environment: [String] = []
  ) async throws -> Command {
    let name = "/command-\(UInt64.random(in: .min ... .max))"
    let (out, err) = (folder + name + ".out", folder + name + ".err")
    let handle = try ProcessSpawner.launchProcess(
      ChildLaunch(
        executable: "/bin/sh",
        arguments: ["-c", "exec \"$@\" 2>\"$ERRORS\" </dev/null", "sh", program] + arguments,
        environment: ["PATH=/usr/bin:/bin", "ERRORS=" + err, "HOME=/nonexistent"] + environment, logPath: out,
        workingDirectory: folder))
    let status = try await withThrowingTaskGroup { group in
      group.addTask {
        try await Task.sleep(for: .seconds(300))
        try handle.killGroup()
      }
      defer { group.cancelAll() }
      return try await handle.exit()
    }
    defer {
      unlink(out)
      unlink(err)
    }
    let code: Int32 = if case .exited(let code) = status { code } else { -1 }
    return Command(status: code, output: text(of: out), errors: text(of: err))
  }

  static func text(of path: String) -> String {
    String(decoding: (try? FileReader.read(path, maxBytes: 64 << 20)) ?? [], as: UTF8.self)
  }
}
