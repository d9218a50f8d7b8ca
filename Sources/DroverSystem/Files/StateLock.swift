import Glibc

/// The exclusive use of a state directory, by flock(2) on a file in it. Held until the object goes, or the process ends:
/// a lock file that is left behind locks nothing.
package final class StateLock: Sendable {
  package let path: String
  private let descriptor: Descriptor

  /// Locks `path`, creating it, or throws ``SystemError/locked(path:pid:)`` at once. Children never inherit the lock.
  package static func acquire(_ path: String) throws(SystemError) -> StateLock {
    let descriptor = try Descriptor.open(path, O_RDWR | O_CREAT | O_NONBLOCK, mode: 0o600)
    while flock(descriptor.raw, LOCK_EX | LOCK_NB) != 0 {
      switch errno {
      case EINTR: continue
      case EWOULDBLOCK: throw .locked(path: path, pid: holder(of: path))
      default: throw .last("lock", path)
      }
    }
    guard ftruncate(descriptor.raw, 0) == 0 else { throw .last("write", path) }
    try descriptor.writeAll(Array("\(getpid())\n".utf8).span, path: path)
    return StateLock(path, descriptor)
  }

  private init(_ path: String, _ descriptor: consuming Descriptor) {
    self.path = path
    self.descriptor = descriptor
  }

  deinit {
    // Closing is not enough: a child being spawned right now still has a copy of the descriptor.
    flock(descriptor.raw, LOCK_UN)
  }

  /// The pid that the holder wrote, for messages only.
  private static func holder(of path: String) -> Int32? {
    guard let bytes = try? FileReader.read(path, maxBytes: 32) else { return nil }
    return Int32(String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
  }
}
