import DroverSystem
import Glibc

/// A folder of one test, removed with everything in it when the test lets go of it.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    let random = String(UInt64.random(in: 0 ... .max), radix: 16)
    path = "/tmp/drover-store-\(getpid())-\(random)"
    try Directory.create(path)
  }

  func file(_ name: String) -> String { path + "/" + name }

  var names: [String] { ((try? Directory.list(path)) ?? []).map(\.name) }

  deinit { Self.remove(path) }

  private static func remove(_ folder: String) {
    for entry in (try? Directory.list(folder)) ?? [] {
      if entry.kind == .directory { remove(folder + "/" + entry.name) } else { unlink(folder + "/" + entry.name) }
    }
    rmdir(folder)
  }
}
