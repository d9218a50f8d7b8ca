import Glibc

/// One name in a directory, without `.` and `..`.
package struct DirectoryEntry: Hashable, Sendable {
  package var name: String
  /// As the directory says, without following a link. File systems that do not say are asked with lstat(2).
  package var kind: FileKind
  package var inode: UInt64

  package init(name: String, kind: FileKind, inode: UInt64) {
    self.name = name
    self.kind = kind
    self.inode = inode
  }
}

package enum Directory {
  /// Creates the directory and every missing parent with exactly these permission bits, whatever the umask.
  /// A directory that exists is left as it is.
  package static func create(_ path: String, mode: UInt32 = 0o700) throws(SystemError) {
    if mkdir(path, mode_t(mode)) == 0 { return try setMode(path, mode) }
    switch errno {
    case EEXIST:
      guard try FileStat(path).kind == .directory else {
        throw .errno(operation: "create folder", path: path, code: ENOTDIR)
      }
    case ENOENT:
      let parent = parent(of: path)
      guard parent != path else { throw .errno(operation: "create folder", path: path, code: ENOENT) }
      try create(parent, mode: mode)
      if mkdir(path, mode_t(mode)) == 0 { return try setMode(path, mode) }
      // Somebody else may have created it in between.
      guard errno == EEXIST else { throw .last("create folder", path) }
    default:
      throw .last("create folder", path)
    }
  }

  private static func setMode(_ path: String, _ mode: UInt32) throws(SystemError) {
    guard chmod(path, mode_t(mode)) == 0 else { throw .last("set the mode of", path) }
  }

  /// The entries in order of their names' bytes. Names that are not UTF-8 are left out; ``contents(of:)`` tells them.
  package static func list(_ path: String) throws(SystemError) -> [DirectoryEntry] {
    try contents(of: path).entries
  }

  /// The entries in order of their names' bytes, and those whose name is not UTF-8, with it repaired for showing.
  package static func contents(
    of path: String
  ) throws(SystemError) -> (entries: [DirectoryEntry], unreadable: [DirectoryEntry]) {
    let descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .last("open folder", path) }
    guard let stream = fdopendir(descriptor) else {
      let error = SystemError.last("open folder", path)
      close(descriptor)
      throw error
    }
    defer { closedir(stream) }
    var entries: [DirectoryEntry] = []
    var unreadable: [DirectoryEntry] = []
    while true {
      errno = 0
      guard let entry = readdir(stream) else {
        if errno != 0 { throw .last("read folder", path) }
        break
      }
      let bytes = UnsafeRawPointer(entry).advanced(by: MemoryLayout<dirent>.offset(of: \.d_name) ?? 0)
        .assumingMemoryBound(to: CChar.self)
      let name = String(validatingCString: bytes)
      if name == "." || name == ".." { continue }
      let found = DirectoryEntry(
        name: name ?? String(cString: bytes), kind: kind(entry.pointee.d_type) ?? kind(of: bytes, in: descriptor),
        inode: UInt64(entry.pointee.d_ino))
      if name == nil { unreadable.append(found) } else { entries.append(found) }
    }
    let byName = { (one: DirectoryEntry, other: DirectoryEntry) in one.name.precedesInBytes(other.name) }
    return (entries.sorted(by: byName), unreadable.sorted(by: byName))
  }

  private static func kind(_ type: UInt8) -> FileKind? {
    switch Int(type) {
    case Int(DT_REG): .regular
    case Int(DT_DIR): .directory
    case Int(DT_LNK): .symlink
    case Int(DT_UNKNOWN): nil
    default: .other
    }
  }

  private static func kind(of name: UnsafePointer<CChar>, in descriptor: Int32) -> FileKind {
    var status = stat()
    guard fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return .other }
    return FileStat(status).kind
  }

  /// Makes the names in a directory durable: what was renamed into it, created or removed.
  package static func synchronize(_ path: String) throws(SystemError) {
    let descriptor = try Descriptor.open(path, O_RDONLY | O_DIRECTORY, operation: "open folder")
    try descriptor.synchronize(path: path)
  }

  /// Removes a file or a link; a missing one is no error.
  package static func removeFile(_ path: String) throws(SystemError) {
    guard unlink(path) == 0 || errno == ENOENT else { throw .last("remove", path) }
  }

  /// What a symbolic link says, as it stands: readlink(2).
  package static func target(ofLink path: String) throws(SystemError) -> String {
    // The last byte stays 0.
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
    guard readlink(path, &buffer, Int(PATH_MAX)) >= 0 else { throw .last("read the link", path) }
    guard let text = String(validating: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self) else {
      throw .notUTF8(path: path)
    }
    return text
  }

  /// The directory part of a path: `.` for a bare name.
  package static func parent(of path: String) -> String {
    let text = withoutTrailingSlashes(path)
    guard let slash = text.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    let parent = withoutTrailingSlashes(text[..<slash])
    return parent.isEmpty ? "/" : String(parent)
  }

  /// The last component of a path.
  package static func name(of path: String) -> String {
    let text = withoutTrailingSlashes(path)
    guard text.utf8.count > 1, let slash = text.utf8.lastIndex(of: UInt8(ascii: "/")) else { return String(text) }
    return String(text[text.index(after: slash)...])
  }

  private static func withoutTrailingSlashes(_ path: some StringProtocol) -> Substring {
    var text = Substring(path)
    while text.utf8.count > 1, text.utf8.last == UInt8(ascii: "/") { text.removeLast() }
    return text
  }
}
