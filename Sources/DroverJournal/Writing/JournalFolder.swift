import CDrover
package import DroverCore
import Glibc
import Synchronization

/// The folder of one incarnation, locked while it lives: its segments, and the writers of its loops.
package final class JournalFolder: Sendable {
  package let path: String
  package let incarnation: Incarnation
  package let names = JournalNames()
  /// Raised by every writer.
  package let signal = WriteSignal()
  private let boot: BootMark
  private let now: @Sendable () -> Timestamp
  private let lock: Int32
  private let loops = Mutex<[JournalProgress]>([])

  /// Makes the folder of a new incarnation below `root`.
  package init(
    root: String, incarnation: Incarnation, boot: BootMark, now: @escaping @Sendable () -> Timestamp
  ) throws(JournalFailure) {
    path = root + "/" + incarnation.description
    self.incarnation = incarnation
    self.boot = boot
    self.now = now
    for folder in [root, path] where mkdir(folder, 0o700) != 0 && errno != EEXIST {
      throw .last("make", folder)
    }
    lock = open(path + "/" + Self.lockName, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard lock >= 0 else { throw .last("make", path + "/" + Self.lockName) }
    guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
      let failure = JournalFailure.last("lock", path)
      Glibc.close(lock)
      throw failure
    }
  }

  deinit {
    flock(lock, LOCK_UN)
    Glibc.close(lock)
  }

  package static let lockName = "lock"

  /// How far each loop has written, by the order in which they came.
  package var progress: [JournalProgress] { loops.withLock { $0 } }

  /// The writer of a new loop, to be used on that loop alone.
  package func makeWriter(segmentSize: Int = JournalWriter.segmentSize) -> JournalWriter {
    let progress = loops.withLock { loops in
      let new = JournalProgress(loop: UInt16(loops.count), signal: signal)
      loops.append(new)
      return new
    }
    return JournalWriter(
      incarnation: incarnation, boot: boot, names: names, progress: progress, storage: DirectoryStorage(path: path),
      segmentSize: segmentSize, now: now)
  }

  /// Name of the file of a segment.
  package static func name(loop: UInt16, segment: UInt32) -> String { "\(loop)-\(segment).dj" }

  /// Loop and segment of a file's name; nil for other files.
  package static func segment(named name: String) -> (loop: UInt16, segment: UInt32)? {
    guard name.hasSuffix(".dj") else { return nil }
    let parts = name.dropLast(3).split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, let loop = UInt16(parts[0]), let segment = UInt32(parts[1]),
      Self.name(loop: loop, segment: segment) == name
    else { return nil }
    return (loop, segment)
  }
}
