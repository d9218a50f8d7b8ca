import Glibc

/// Segments as files of one folder.
final class DirectoryStorage: JournalStorage {
  private let path: String

  init(path: String) { self.path = path }

  func create(loop: UInt16, segment: UInt32) throws(JournalFailure) -> any SegmentFile {
    let name = path + "/" + JournalFolder.name(loop: loop, segment: segment)
    while true {
      let descriptor = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
      if descriptor >= 0 { return DiskSegment(path: name, descriptor: descriptor) }
      if errno != EINTR { throw .last("make", name) }
    }
  }
}

/// An open segment on a disk.
final class DiskSegment: SegmentFile {
  private let path: String
  private let descriptor: Int32

  init(path: String, descriptor: Int32) {
    self.path = path
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(JournalFailure) -> Int {
    while true {
      let count = pwrite(descriptor, bytes.baseAddress, bytes.count, off_t(offset))
      if count >= 0 { return count }
      if errno != EINTR { throw .last("write", path) }
    }
  }

  func truncate(to size: Int) throws(JournalFailure) {
    while ftruncate(descriptor, off_t(size)) != 0 {
      if errno != EINTR { throw .last("cut", path) }
    }
  }

  func remove() { unlink(path) }
}
