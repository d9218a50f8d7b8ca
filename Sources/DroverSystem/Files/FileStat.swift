import Glibc

/// What stands at a path.
package enum FileKind: String, Hashable, Sendable, Codable {
  case regular, directory, symlink, other
}

/// The metadata by which two looks at a file are compared. Equal metadata is no proof of equal bytes.
package struct FileStat: Hashable, Sendable {
  package var device: UInt64
  package var inode: UInt64
  /// Bytes.
  package var size: Int64
  /// Nanoseconds since 1970.
  package var modifiedNanoseconds: Int64
  /// Nanoseconds since 1970: when the inode changed last; no program can set it back.
  package var changedNanoseconds: Int64
  /// The permission bits (07777).
  package var mode: UInt32
  package var kind: FileKind

  package init(
    device: UInt64, inode: UInt64, size: Int64, modifiedNanoseconds: Int64, changedNanoseconds: Int64, mode: UInt32,
    kind: FileKind
  ) {
    self.device = device
    self.inode = inode
    self.size = size
    self.modifiedNanoseconds = modifiedNanoseconds
    self.changedNanoseconds = changedNanoseconds
    self.mode = mode
    self.kind = kind
  }

  init(_ status: stat) {
    self.init(
      device: UInt64(status.st_dev), inode: UInt64(status.st_ino), size: Int64(status.st_size),
      modifiedNanoseconds: Self.nanoseconds(status.st_mtim), changedNanoseconds: Self.nanoseconds(status.st_ctim),
      mode: UInt32(status.st_mode & 0o7777), kind: Self.kind(of: status.st_mode))
  }

  package init(_ path: String, followSymlinks: Bool = true) throws(SystemError) {
    var status = stat()
    guard (followSymlinks ? stat(path, &status) : lstat(path, &status)) == 0 else { throw .last("stat", path) }
    self.init(status)
  }

  private static func nanoseconds(_ time: timespec) -> Int64 {
    Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
  }

  private static func kind(of mode: mode_t) -> FileKind {
    switch mode & S_IFMT {
    case S_IFREG: .regular
    case S_IFDIR: .directory
    case S_IFLNK: .symlink
    default: .other
    }
  }
}

/// realpath(3): the absolute path without links or dots. Fails where nothing stands at the path.
package func realPath(_ path: String) throws(SystemError) -> String {
  guard let resolved = realpath(path, nil) else { throw .last("resolve", path) }
  defer { free(resolved) }
  guard let text = String(validatingCString: resolved) else { throw .notUTF8(path: path) }
  return text
}
