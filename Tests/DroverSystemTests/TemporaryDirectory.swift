import DroverSystem
import Glibc

/// A directory of one test's own, removed with all it holds when the object goes.
final class TemporaryDirectory: Sendable {
  let path: String

  init() throws {
    path = "/tmp/drover-system-\(getpid())-\(UInt64.random(in: .min ... .max))"
    try Directory.create(path)
  }

  /// The path of a name in it.
  func callAsFunction(_ name: String) -> String { path + "/" + name }

  /// Writes a file in place, creating it.
  @discardableResult
  func write(_ name: String, _ text: String = "x") throws -> String {
    let descriptor = open(self(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw SystemError.errno(operation: "open", path: self(name), code: errno) }
    defer { close(descriptor) }
    let bytes = Array(text.utf8)
    guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else {
      throw SystemError.errno(operation: "write", path: self(name), code: errno)
    }
    return self(name)
  }

  func text(_ name: String) throws -> String {
    String(decoding: try FileReader.read(self(name), maxBytes: 1 << 24), as: UTF8.self)
  }

  func names() throws -> [String] { try Directory.list(path).map(\.name) }

  deinit {
    Self.remove(path)
  }

  private static func remove(_ path: String) {
    for entry in (try? Directory.list(path)) ?? [] {
      let child = path + "/" + entry.name
      if entry.kind == .directory { remove(child) } else { unlink(child) }
    }
    rmdir(path)
  }
}
