import DroverSystem
import Synchronization

/// Real inotify, whose events can be held back: what happens meanwhile then is one burst, or overflows.
final class HeldWatcher: DirectoryWatching {
  let events: AsyncStream<[InotifyEvent]>
  private let watcher: InotifyWatcher

  /// Holds events back while it is closed.
  final class Gate: Sendable {
    /// The file whose removal ends a burst. Nothing looks at a file of such a name.
    fileprivate static let mark = ".burst"

    private struct State {
      var isOpen = true
      var bursts = 0
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

    /// Lets the events of all that `body` does in the root through at once, however long it takes.
    func burst(in folder: Folder, _ body: () throws -> Void) throws {
      close()
      defer { open() }
      state.withLock { $0.bursts += 1 }
      try body()
      try folder.write(Self.mark, "")
      try folder.remove(Self.mark)
    }

    fileprivate func pass() async {
      await withCheckedContinuation { continuation in
        let isOpen = state.withLock { state in
          if !state.isOpen { state.waiting.append(continuation) }
          return state.isOpen
        }
        if isOpen { continuation.resume() }
      }
    }

    /// Whether what comes next belongs to a burst that has not been let through.
    fileprivate func beginsBurst() -> Bool {
      state.withLock { state in
        guard state.bursts > 0 else { return false }
        state.bursts -= 1
        return true
      }
    }

    /// Makes a watcher behind this gate.
    var watcher: @Sendable () throws(SystemError) -> any DirectoryWatching {
      { () throws(SystemError) in try HeldWatcher(self) }
    }
  }

  init(_ gate: Gate) throws(SystemError) {
    let watcher = try InotifyWatcher()
    self.watcher = watcher
    events = AsyncStream(unfolding: {
      var iterator = watcher.events.makeAsyncIterator()
      guard var batch = await iterator.next() else { return nil }
      let isBurst = gate.beginsBurst()
      await gate.pass()
      while isBurst, !batch.contains(where: { $0.name == Gate.mark && $0.flags.contains(.deleted) }) {
        guard let more = await iterator.next() else { break }
        batch += more
      }
      return batch
    })
  }

  func add(_ directory: String) throws(SystemError) -> WatchDescriptor { try watcher.add(directory) }
  func remove(_ watch: WatchDescriptor) { watcher.remove(watch) }
}
