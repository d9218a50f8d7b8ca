import DroverCore
import DroverSystem
import Synchronization
import Testing

@testable import DroverSystem

@Suite(.serialized, .timeLimit(.minutes(15))) struct `The end of a source` {
  // Its descriptor is closed with the watcher.
  @Test func `ends its deltas and lets its watcher go when it is cancelled`() async throws {
    let folder = try Folder()
    try folder.write("a.yaml", "v: 1\n")
    let made = Mutex<[Weak]>([])
    for _ in 1...20 {
      let source = DirectoryManifestSource(
        roots: [folder.root], schedule: .eventsOnly, surroundings: .real,
        watcher: { () throws(SystemError) in
          let watcher = try InotifyWatcher()
          made.withLock { $0.append(Weak(watcher: watcher)) }
          return watcher
        })
      try await withThrowingTaskGroup { group in
        group.addTask { await source.run() }
        var deltas = source.deltas.makeAsyncIterator()
        let first = await deltas.next(isolation: #isolation)
        #expect(first?.changed.count == 1)
        group.cancelAll()
        try await group.waitForAll()
        #expect(await deltas.next(isolation: #isolation) == nil)
      }
    }
    #expect(made.withLock { $0.count } == 20)
    // A task that has ended may be taken apart a moment later. The time limit is for watchers that stay.
    while !made.withLock({ $0.allSatisfy { $0.watcher == nil } }) { try await Task.sleep(for: .milliseconds(5)) }
  }

  private struct Weak: Sendable { weak var watcher: InotifyWatcher? }
}
