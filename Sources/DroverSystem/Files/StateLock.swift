import Glibc

/// The exclusive use of a state directory, by flock(2) on a file in it. Held until the object goes, or the process ends:
/// a lock file that is left behind locks nothing.
package final class StateLock: Sendable {
  package let path: String
  private let descriptor: Descriptor

  /// How long a lock is waited for whose holder has ended.
  package static let patience = Duration.seconds(10)
  private static let pause = Duration.milliseconds(5)

  /// Locks `path`, creating it, or throws ``SystemError/locked(path:pid:)``: at once where the holder lives. A holder
  /// that was killed while it started a child leaves its lock to that child until the child runs its own program, so
  /// then the lock is waited for.
  package static func acquire(_ path: String) throws(SystemError) -> StateLock {
    let descriptor = try Descriptor.open(path, O_RDWR | O_CREAT | O_NONBLOCK, mode: 0o600)
    let deadline = ContinuousClock.now + patience
    while flock(descriptor.raw, LOCK_EX | LOCK_NB) != 0 {
      switch errno {
      case EINTR: continue
      case EWOULDBLOCK:
        let holder = holder(of: path)
        guard holder.map(hasEnded) ?? true, ContinuousClock.now < deadline else {
          throw .locked(path: path, pid: holder)
        }
        usleep(useconds_t(pause / .microseconds(1)))
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

  private static func hasEnded(_ pid: Int32) -> Bool { ProcFS.state(pid) != .alive }

  /// The pid that the holder wrote; nil while it has not written it yet.
  private static func holder(of path: String) -> Int32? {
    guard let bytes = try? FileReader.read(path, maxBytes: 32) else { return nil }
    return Int32(String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
  }
}
