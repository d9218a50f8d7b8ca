import Glibc

/// An open file descriptor with one owner, closed when it goes. Always CLOEXEC.
struct Descriptor: ~Copyable, Sendable {
  let raw: Int32

  init(owning raw: Int32) {
    self.raw = raw
  }

  /// open(2) with O_CLOEXEC, again where a signal interrupts. With `relative`, openat(2) of that path in a folder that is
  /// open; errors name `path` then.
  static func open(
    _ path: String, in folder: Int32 = AT_FDCWD, at relative: String? = nil, _ flags: Int32, mode: mode_t = 0,
    operation: String = "open"
  ) throws(SystemError) -> Descriptor {
    while true {
      let raw = openat(folder, relative ?? path, flags | O_CLOEXEC, mode)
      if raw >= 0 { return Descriptor(owning: raw) }
      if errno != EINTR { throw .last(operation, path) }
    }
  }

  /// Another descriptor of the same open file, CLOEXEC as well.
  func duplicate() -> Int32? {
    let copy = fcntl(raw, F_DUPFD_CLOEXEC, 0)
    return copy >= 0 ? copy : nil
  }

  func status(of path: String) throws(SystemError) -> FileStat {
    var status = stat()
    guard fstat(raw, &status) == 0 else { throw .last("stat", path) }
    return FileStat(status)
  }

  /// Writes all bytes, over short writes and signals.
  func writeAll(_ bytes: Span<UInt8>, path: String) throws(SystemError) {
    var offset = 0
    while offset < bytes.count {
      let written = bytes.extracting(offset..<bytes.count).withUnsafeBytes { write(raw, $0.baseAddress, $0.count) }
      if written >= 0 {
        offset += written
      } else if errno != EINTR {
        throw .last("write", path)
      }
    }
  }

  func synchronize(path: String) throws(SystemError) {
    while fsync(raw) != 0 {
      if errno != EINTR { throw .last("sync", path) }
    }
  }

  deinit {
    close(raw)
  }
}
