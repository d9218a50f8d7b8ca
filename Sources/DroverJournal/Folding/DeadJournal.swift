import DroverCore
import Glibc

/// The journal of a process that has ended, locked until it is removed.
final class DeadJournal: Sendable {
  let path: String
  let incarnation: Incarnation
  let segments: [UInt16: [UInt32]]
  private let lock: Int32

  /// Nil where its process lives.
  static func take(_ path: String, _ incarnation: Incarnation) throws(JournalFailure) -> DeadJournal? {
    let lock = open(path + "/" + JournalFolder.lockName, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard lock >= 0 else { throw .last("open", path + "/" + JournalFolder.lockName) }
    guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
      close(lock)
      return nil
    }
    return DeadJournal(path, incarnation, try JournalListing.segments(in: path), lock)
  }

  private init(_ path: String, _ incarnation: Incarnation, _ segments: [UInt16: [UInt32]], _ lock: Int32) {
    self.path = path
    self.incarnation = incarnation
    self.segments = segments
    self.lock = lock
  }

  /// Its folder, unless somebody put other files there.
  func remove() {
    for (loop, numbers) in segments {
      for number in numbers { JournalListing.remove(path + "/" + JournalFolder.name(loop: loop, segment: number)) }
    }
    JournalListing.remove(path + "/" + JournalFolder.lockName)
    rmdir(path)
  }

  deinit { close(lock) }
}
