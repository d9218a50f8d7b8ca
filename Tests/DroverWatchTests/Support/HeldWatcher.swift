import DroverSystem
import Synchronization

/// Real inotify, whose events can be held back: what happens meanwhile then is one burst, or overflows.
final class HeldWatcher: DirectoryWatching {
  let events: AsyncStream<[InotifyEvent]>
  private let watcher: InotifyWatcher

  /// Holds events back while it is closed.
  final class Gate: Sendable {
    private struct State {
      var isOpen = true
      var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    func close() { state.withLock { $0.isOpen = false } }

    func open() {
      let waiting = state.withLock { state in
        state.isOpen = true
        defer { state.waiting = [] }
        return state.waiting
      }
      for each in waiting { each.resume() }
    }

    func pass() async {
      await withCheckedContinuation { continuation in
        let isOpen = state.withLock { state in
          if !state.isOpen { state.waiting.append(continuation) }
          return state.isOpen
        }
        if isOpen { continuation.resume() }
      }
    }
  }

  init(_ gate: Gate) throws(SystemError) {
    let watcher = try InotifyWatcher()
    self.watcher = watcher
    events = AsyncStream(unfolding: {
      var iterator = watcher.events.makeAsyncIterator()
      let batch = await iterator.next()
      await gate.pass()
      return batch
    })
  }

  func add(_ directory: String) throws(SystemError) -> WatchDescriptor { try watcher.add(directory) }
  func remove(_ watch: WatchDescriptor) { watcher.remove(watch) }
}
