import Glibc

/// The log that a child process writes by itself.
package enum ChildLog {
  /// Rotates the log where it is over `maxBytes`: copies it to `PATH.1`, shifting older copies, and truncates it, since
  /// the child keeps it open. The child appends, so that its next line begins the empty file; what it writes
  /// between the copy's last byte and the truncation is lost. Returns whether it rotated.
  @discardableResult
  package static func rotate(_ path: String, maxBytes: Int64, keep: Int) throws(SystemError) -> Bool {
    let log = try Descriptor.open(path, O_RDWR | O_NONBLOCK)
    let status = try log.status(of: path)
    guard status.kind == .regular else { throw .notRegular(path: path) }
    guard status.size > maxBytes else { return false }
    if keep > 0 {
      for number in stride(from: keep, to: 1, by: -1) {
        let from = "\(path).\(number - 1)"
        guard rename(from, "\(path).\(number)") == 0 || errno == ENOENT else { throw .last("rotate", from) }
      }
      try copy(log, to: path + ".1", path)
    }
    guard ftruncate(log.raw, 0) == 0 else { throw .last("truncate", path) }
    return true
  }

  /// The last bytes of the log, from the start of a line: for an error that tells how a child died.
  package static func tail(_ path: String, maxBytes: Int) throws(SystemError) -> [UInt8] {
    let log = try Descriptor.open(path, O_RDONLY | O_NONBLOCK)
    let status = try log.status(of: path)
    guard status.kind == .regular else { throw .notRegular(path: path) }
    let offset = max(0, Int(status.size) - maxBytes)
    let bytes = try read(log, at: offset, maxBytes, path)
    guard offset > 0, let newline = bytes.firstIndex(of: UInt8(ascii: "\n")) else { return bytes }
    return Array(bytes[(newline + 1)...])
  }

  private static func copy(_ log: borrowing Descriptor, to target: String, _ path: String) throws(SystemError) {
    let copy = try Descriptor.open(target, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, mode: 0o600, operation: "create")
    var offset = 0
    while true {
      let chunk = try read(log, at: offset, 1 << 20, path)
      if chunk.isEmpty { return }
      try copy.writeAll(chunk.span, path: target)
      offset += chunk.count
    }
  }

  private static func read(
    _ log: borrowing Descriptor, at offset: Int, _ capacity: Int, _ path: String
  ) throws(SystemError) -> [UInt8] {
    let descriptor = log.raw
    var outcome = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
      repeat {
        outcome = pread(descriptor, buffer.baseAddress, capacity, off_t(offset))
      } while outcome < 0 && errno == EINTR
      count = max(0, outcome)
    }
    guard outcome >= 0 else { throw .last("read", path) }
    return bytes
  }
}
