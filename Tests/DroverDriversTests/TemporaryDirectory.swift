import DroverSystem
import Glibc

/// A directory of one test's own, removed with all it holds when the object goes.
final class TemporaryDirectory: Sendable {
  let path: String

  init() throws {
    path = "/tmp/drover-drivers-\(getpid())-\(UInt64.random(in: .min ... .max))"
    try Directory.create(path)
  }

  func callAsFunction(_ name: String) -> String { path + "/" + name }

  @discardableResult
  func write(_ name: String, _ bytes: some Sequence<UInt8>, mode: UInt32 = 0o644) throws -> String {
    try Directory.create(Directory.parent(of: self(name)))
    try AtomicFile.write(self(name), Array(bytes), mode: mode, durability: .none)
    return self(name)
  }

  /// Writes a program by another process: were it written here, a child that another test starts at that moment would
  /// have the file open for writing for an instant, in which it cannot be run.
  func program(_ name: String, _ text: String) async throws -> String {
    let process = try ProcessSpawner.launchProcess(
      ChildLaunch(
        executable: "/bin/sh", arguments: ["-c", "printf %s \"$TEXT\" >\"$1\"; chmod 755 \"$1\"", "sh", self(name)],
        environment: ["PATH=/usr/bin:/bin", "TEXT=" + text], logPath: self("program.log")))
    guard try await process.exit() == .exited(0) else {
      throw SystemError.errno(operation: "write program", path: self(name), code: EIO)
    }
    return self(name)
  }

  deinit { Self.remove(path) }

  private static func remove(_ path: String) {
    for entry in (try? Directory.list(path)) ?? [] {
      let child = path + "/" + entry.name
      if entry.kind == .directory { remove(child) } else { unlink(child) }
    }
    rmdir(path)
  }
}
