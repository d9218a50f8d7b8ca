import Glibc
import Synchronization

/// A file of lines that only grows, with size rotation: `PATH`, then `PATH.1` (newer) to `PATH.N`.
///
/// A line that a crash tore stays torn: the next one starts on a line of its own. A file that somebody moved or removed
/// is opened anew: whoever reads it finds it by its name.
package final class AppendLog: Sendable {
  package let path: String
  private let maxBytes: Int
  private let keep: Int
  private let mode: UInt32
  private let file: Mutex<OpenFile>

  private struct OpenFile: ~Copyable {
    var descriptor: Descriptor
    var device: UInt64
    var inode: UInt64
    var size: Int
    /// Whether the file ends within a line.
    var isTorn: Bool
  }

  /// Opens or creates the file. It is rotated before a line that would take it over `maxBytes`; `keep` older files
  /// stay, of which none may be 0.
  package init(path: String, maxBytes: Int, keep: Int, mode: UInt32 = 0o644) throws(SystemError) {
    self.path = path
    self.maxBytes = maxBytes
    self.keep = keep
    self.mode = mode
    file = Mutex(try Self.openFile(path, mode))
  }

  /// Appends one line, given without its newline, with a single write(2) where the kernel takes it whole.
  package func append(_ line: [UInt8]) throws(SystemError) {
    try file.withLock { file throws(SystemError) in
      let found = try? FileStat(path)
      if found?.inode != file.inode || found?.device != file.device { file = try Self.openFile(path, mode) }
      let bytes = (file.isTorn ? [UInt8(ascii: "\n")] : []) + line + [UInt8(ascii: "\n")]
      if file.size > 0, file.size + bytes.count > maxBytes {
        try rotate()
        file = try Self.openFile(path, mode)
        try write(line + [UInt8(ascii: "\n")], to: &file)
      } else {
        try write(bytes, to: &file)
      }
    }
  }

  private func write(_ bytes: [UInt8], to file: inout OpenFile) throws(SystemError) {
    file.isTorn = true
    try file.descriptor.writeAll(bytes.span, path: path)
    file.size += bytes.count
    file.isTorn = false
  }

  private func rotate() throws(SystemError) {
    guard keep > 0 else { return try Directory.removeFile(path) }
    for number in stride(from: keep, through: 1, by: -1) {
      let from = number == 1 ? path : "\(path).\(number - 1)"
      guard rename(from, "\(path).\(number)") == 0 || errno == ENOENT else { throw .last("rotate", from) }
    }
  }

  private static func openFile(_ path: String, _ mode: UInt32) throws(SystemError) -> OpenFile {
    let descriptor = try Descriptor.open(path, O_RDWR | O_APPEND | O_CREAT | O_NONBLOCK, mode: mode_t(mode))
    let status = try descriptor.status(of: path)
    guard status.kind == .regular else { throw .notRegular(path: path) }
    var last: UInt8 = UInt8(ascii: "\n")
    if status.size > 0, pread(descriptor.raw, &last, 1, off_t(status.size - 1)) < 0 { throw .last("read", path) }
    return OpenFile(
      descriptor: descriptor, device: status.device, inode: status.inode, size: Int(status.size),
      isTorn: last != UInt8(ascii: "\n"))
  }
}
