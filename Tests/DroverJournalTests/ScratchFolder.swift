import Glibc

/// A folder of one test, removed with everything in it when the test lets go of it.
final class ScratchFolder: Sendable {
  let path: String

  init() throws {
    path = "/tmp/drover-journal-\(getpid())-\(String(UInt64.random(in: 0 ... .max), radix: 16))"
    guard mkdir(path, 0o700) == 0 else { throw Failure() }
  }

  struct Failure: Error {}

  deinit { Self.remove(path) }

  private static func remove(_ path: String) {
    if let directory = opendir(path) {
      while let entry = readdir(directory) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
          pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name != "." && name != ".." { remove(path + "/" + name) }
      }
      closedir(directory)
      rmdir(path)
    } else {
      unlink(path)
    }
  }
}
