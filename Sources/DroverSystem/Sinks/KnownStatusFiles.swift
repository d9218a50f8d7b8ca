import DroverCore
import Synchronization

/// What the files of status were when they were last written, or read and found right.
final class KnownStatusFiles: Sendable {
  /// Enough to see that somebody else wrote a file. The change time is left out: renaming a file into place moves it.
  private struct Mark: Equatable {
    var device: UInt64
    var inode: UInt64
    var size: Int64
    var modifiedNanoseconds: Int64

    init(_ stat: FileStat) {
      (device, inode) = (stat.device, stat.inode)
      (size, modifiedNanoseconds) = (stat.size, stat.modifiedNanoseconds)
    }
  }

  private let marks = Mutex<[Identity: Mark]>([:])

  func note(_ stat: FileStat, of identity: Identity) { marks.withLock { $0[identity] = Mark(stat) } }
  func forget(_ identity: Identity) { marks.withLock { $0[identity] = nil } }

  func isSame(_ found: FileStat, as identity: Identity) -> Bool {
    marks.withLock { $0[identity] } == Mark(found)
  }
}
