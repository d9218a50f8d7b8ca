import DroverSystem
import Glibc

struct SystemCallFailed: Error, CustomStringConvertible {
  var description: String

  /// Throws unless a system call gave success.
  static func check(_ outcome: some BinaryInteger, _ what: String) throws {
    if outcome < 0 { throw SystemCallFailed(description: "\(what): errno \(errno)") }
  }
}

/// A folder of one test's own, removed with all it holds when the object goes. `root` in it is the one to watch.
final class Folder: Sendable {
  let path: String
  var root: String { path + "/root" }

  init(at base: String = "/tmp") throws {
    path = "\(base)/drover-watch-\(getpid())-\(UInt64.random(in: .min ... .max))"
    try Directory.create(root, mode: 0o755)
  }

  /// The path of a name in the root.
  func callAsFunction(_ name: String) -> String { root + "/" + name }

  func beside(_ name: String) -> String { path + "/" + name }

  /// Writes a file of the root in place, creating it.
  func write(_ name: String, _ text: String) throws { try Folder.write(self(name), Array(text.utf8)) }

  /// Writes a file of the root under another name and renames it.
  func replace(_ name: String, _ text: String) throws {
    let temporary = self(name) + ".tmp"
    try Folder.write(temporary, Array(text.utf8))
    try move(temporary, self(name))
  }

  func remove(_ name: String) throws { try SystemCallFailed.check(unlink(self(name)), "unlink \(name)") }

  func makeFolder(_ name: String) throws { try Directory.create(self(name), mode: 0o755) }

  func move(_ from: String, _ to: String) throws {
    try SystemCallFailed.check(rename(from, to), "rename \(from) to \(to)")
  }

  func link(_ path: String, to target: String) throws {
    try SystemCallFailed.check(symlink(target, path), "symlink \(path)")
  }

  /// Exchanges a link in one step, as publishers do.
  func flip(_ path: String, to target: String) throws {
    try link(path + "_tmp", to: target)
    try move(path + "_tmp", path)
  }

  /// Waits until a file has been left alone for so long that it is taken for whole: for clocks that stand still.
  func settled(_ name: String) async throws {
    while try WallClock.now() - FileStat(self(name)).changedNanoseconds / 1_000_000 < 100 {
      try await Task.sleep(for: .milliseconds(10))
    }
  }

  static func write(_ path: String, _ bytes: [UInt8]) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    try SystemCallFailed.check(descriptor, "open \(path)")
    defer { close(descriptor) }
    try SystemCallFailed.check(Glibc.write(descriptor, bytes, bytes.count), "write \(path)")
  }

  static func removeTree(_ path: String) {
    for entry in (try? Directory.list(path)) ?? [] {
      let child = path + "/" + entry.name
      if entry.kind == .directory { removeTree(child) } else { unlink(child) }
    }
    rmdir(path)
  }

  deinit { Folder.removeTree(path) }
}
