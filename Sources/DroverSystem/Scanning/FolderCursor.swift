import Glibc

/// Looks at the files below one folder one after another. A file is found from the folder that it lies in, which stays
/// open while the next lies there too: of files in the order of their paths, most cost one name each.
struct FolderCursor: ~Copyable {
  private let root: Descriptor
  /// The folder of the last file; nil while that is the root.
  private var folder: Descriptor?
  /// Path of ``folder`` from the root, with the slash at its end.
  private var prefix: [CChar] = []

  init(_ root: String) throws(SystemError) {
    self.root = try Descriptor.open(root, O_RDONLY | O_DIRECTORY, operation: "open folder")
  }

  /// The metadata of the file at `path`, relative to the root; a link is followed. Nil where they cannot be had.
  mutating func stat(_ path: String) -> FileStat? {
    locate(path) { folder, name in
      var status = Glibc.stat()
      return fstatat(folder, name, &status, 0) == 0 ? FileStat(status) : nil
    } ?? nil
  }

  /// Opens the file at `path` to read it; nil where that cannot be done, or a link stands there.
  mutating func open(_ path: String) -> Descriptor? {
    let raw = locate(path) { folder, name in
      openat(folder, name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC)
    }
    guard let raw, raw >= 0 else { return nil }
    return Descriptor(owning: raw)
  }

  /// Calls `body` with the folder of a path and the name in it; nil where the folder cannot be opened.
  private mutating func locate<Result>(
    _ path: String, _ body: (_ folder: Int32, _ name: UnsafePointer<CChar>) -> Result
  ) -> Result? {
    path.withCString { text in
      let end = (strrchr(text, Int32(UInt8(ascii: "/"))).map { UnsafePointer($0) - text } ?? -1) + 1
      guard end > 0 else { return body(root.raw, text) }
      if end != prefix.count || memcmp(text, prefix, end) != 0 {
        prefix = []
        folder = nil
        let path = Array(UnsafeBufferPointer(start: text, count: end))
        let raw = openat(root.raw, path + [0], O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard raw >= 0 else { return nil }
        folder = Descriptor(owning: raw)
        prefix = path
      }
      switch folder {
      case .some(let folder): return body(folder.raw, text + end)
      case .none: return nil
      }
    }
  }
}
