import Dispatch
import Glibc
import Synchronization

/// inotify(7) on a queue of its own.
package final class InotifyWatcher: DirectoryWatching {
  /// Events that wait for the consumer; as many as wait in the kernel by default.
  private static let waitingEvents = 16_384
  private static let bufferSize = 64 << 10

  package let events: AsyncStream<[InotifyEvent]>
  private let descriptor: Int32
  private let source: Mutex<any DispatchSourceRead>

  /// Throws ``SystemError/watchLimit`` where this user has no inotify instance left.
  package init() throws(SystemError) {
    let descriptor = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
    guard descriptor >= 0 else { throw Self.error("start watching", "folders") }
    let queue = InotifyQueue(limit: Self.waitingEvents)
    let source = DispatchSource.makeReadSource(
      fileDescriptor: descriptor, queue: DispatchQueue(label: "drover.inotify"))
    source.setEventHandler { Self.drain(descriptor, into: queue) }
    source.setCancelHandler {
      close(descriptor)
      queue.finish()
    }
    source.activate()
    events = queue.stream()
    self.descriptor = descriptor
    self.source = Mutex(source)
  }

  deinit {
    source.withLock { $0.cancel() }
  }

  package func add(_ directory: String) throws(SystemError) -> WatchDescriptor {
    let mask =
      IN_ONLYDIR | IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO | IN_CREATE | IN_DELETE | IN_ATTRIB | IN_DELETE_SELF
      | IN_MOVE_SELF | IN_MODIFY
    let watch = inotify_add_watch(descriptor, directory, UInt32(mask))
    guard watch >= 0 else { throw Self.error("watch folder", directory) }
    return WatchDescriptor(rawValue: watch)
  }

  package func remove(_ watch: WatchDescriptor) {
    inotify_rm_watch(descriptor, watch.rawValue)
  }

  private static func error(_ operation: String, _ path: String) -> SystemError {
    error(operation, path, code: errno)
  }

  /// Too few watches is ENOSPC, too few instances EMFILE (inotify(7)), which a process out of descriptors gets as well.
  static func error(_ operation: String, _ path: String, code: Int32) -> SystemError {
    code == ENOSPC || code == EMFILE ? .watchLimit : .errno(operation: operation, path: path, code: code)
  }

  private static func drain(_ descriptor: Int32, into queue: InotifyQueue) {
    withUnsafeTemporaryAllocation(byteCount: bufferSize, alignment: MemoryLayout<inotify_event>.alignment) { buffer in
      while true {
        let count = read(descriptor, buffer.baseAddress, buffer.count)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return }
        queue.push(InotifyEvent.parse(UnsafeRawBufferPointer(rebasing: buffer[..<count])))
      }
    }
  }
}
