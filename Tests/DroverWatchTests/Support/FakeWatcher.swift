import DroverSystem
import Synchronization

/// A watcher of whose events a test decides; the kernel is not asked.
final class FakeWatcher: DirectoryWatching {
  let events: AsyncStream<[InotifyEvent]>
  private let event: AsyncStream<[InotifyEvent]>.Continuation
  private let watched = Mutex<[String: WatchDescriptor]>([:])
  private let limit: Int

  /// Watches so many folders, and no more.
  init(limit: Int = .max) {
    self.limit = limit
    (events, event) = AsyncStream.makeStream()
  }

  func tell(_ batch: [InotifyEvent]) { event.yield(batch) }

  func add(_ directory: String) throws(SystemError) -> WatchDescriptor {
    let watch = watched.withLock { watched -> WatchDescriptor? in
      if let known = watched[directory] { return known }
      guard watched.count < limit else { return nil }
      let watch = WatchDescriptor(rawValue: Int32(watched.count + 1))
      watched[directory] = watch
      return watch
    }
    guard let watch else { throw .watchLimit }
    return watch
  }

  func remove(_ watch: WatchDescriptor) {}
}
