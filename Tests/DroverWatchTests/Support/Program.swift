import DroverSystem
import Glibc

struct ProgramFailed: Error, CustomStringConvertible {
  var description: String
}

/// Runs a shell script to its end in a folder.
func shell(_ script: String, in folder: String, log: String) throws {
  let environment = [
    "PATH=/usr/bin:/bin", "HOME=\(folder)", "GIT_CONFIG_NOSYSTEM=1", "GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@b",
    "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@b",
  ]
  let process = try ProcessSpawner.launchProcess(
    ChildLaunch(
      executable: "/bin/sh", arguments: ["-e", "-c", script], environment: environment, logPath: log,
      workingDirectory: folder))
  while process.exitStatus() == nil { usleep(1000) }
  guard process.exitStatus() == .exited(0) else {
    let text = String(decoding: try FileReader.read(log, maxBytes: 1 << 20), as: UTF8.self)
    throw ProgramFailed(description: "\(script) gave \(process.exitStatus().map { "\($0)" } ?? "nothing"): \(text)")
  }
}
