/// The mounts that the calling thread sees (/proc/thread-self/mountinfo, proc(5)).
package enum MountTable {
  /// The mount points at or under a directory, given as a real path, that are single files: such a mount keeps the old
  /// file when the host replaces it, and its directory gets no events. In order of their names' bytes.
  package static func singleFileBindMounts(under directory: String) throws(SystemError) -> [String] {
    let bytes = try FileReader.read("/proc/thread-self/mountinfo", maxBytes: 16 << 20)
    return mountPoints(bytes).filter { isInside($0, directory) && isFile($0) }
  }

  private static func isFile(_ path: String) -> Bool {
    (try? FileStat(path, followSymlinks: false))?.kind == .regular
  }

  /// Field 5 of each line, in which space, tab, newline and backslash are `\ooo`.
  static func mountPoints(_ bytes: [UInt8]) -> [String] {
    let points = bytes.split(separator: UInt8(ascii: "\n")).compactMap { line -> String? in
      let fields = line.split(separator: UInt8(ascii: " "), maxSplits: 5)
      return fields.count > 4 ? String(decoding: unescape(fields[4]), as: UTF8.self) : nil
    }
    return Set(points).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  private static func unescape(_ field: ArraySlice<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    var rest = field
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "\\"), rest.count >= 3,
        let value = UInt8(String(decoding: rest.prefix(3), as: UTF8.self), radix: 8)
      {
        result.append(value)
        rest = rest.dropFirst(3)
      } else {
        result.append(byte)
      }
    }
    return result
  }
}

/// Whether a path is the directory or lies in it. Both are real paths.
func isInside(_ path: String, _ directory: String) -> Bool {
  directory == "/" || path == directory || path.utf8.starts(with: directory.utf8 + [UInt8(ascii: "/")])
}
