import Glibc

/// A segment that is open for reading.
struct ReadableSegment: ~Copyable {
  private let path: String
  private let descriptor: Int32

  init(_ path: String) throws(JournalFailure) {
    self.path = path
    while true {
      let descriptor = open(path, O_RDONLY | O_CLOEXEC)
      if descriptor >= 0 {
        self.descriptor = descriptor
        return
      }
      if errno != EINTR { throw .last("open", path) }
    }
  }

  deinit { close(descriptor) }

  /// Fills `buffer` from `offset` on, and returns how many bytes came: fewer than there is room only at the end.
  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(JournalFailure) -> Int {
    var filled = 0
    while filled < buffer.count {
      let count = pread(
        descriptor, buffer.baseAddress.map { $0 + filled }, buffer.count - filled, off_t(offset + filled))
      if count == 0 { break }
      if count > 0 { filled += count } else if errno != EINTR { throw .last("read", path) }
    }
    return filled
  }

  /// All of it that is written is on the disk afterwards.
  func synchronize() throws(JournalFailure) {
    while fdatasync(descriptor) != 0 {
      if errno != EINTR { throw .last("sync", path) }
    }
  }
}
