import Glibc
import Testing

@testable import DroverSystem

@Suite(.serialized) struct `The inotify watcher` {
  let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
  }

  /// All events up to and with the first that fits.
  private func collect(
    _ watcher: InotifyWatcher, until isLast: (InotifyEvent) -> Bool
  ) async throws -> [InotifyEvent] {
    var events: [InotifyEvent] = []
    for await batch in watcher.events {
      events += batch
      if batch.contains(where: isLast) { return events }
    }
    throw TimedOut(description: "the stream ended after \(events)")
  }

  @Test(.timeLimit(.minutes(15))) func `tells writes, renames and removals by name`() async throws {
    let watcher = try InotifyWatcher()
    let watch = try watcher.add(directory.path)
    try directory.write("a.yaml", "x")
    rename(directory("a.yaml"), directory("b.yaml"))
    try Directory.create(directory("folder"))
    unlink(directory("b.yaml"))
    let events = try await collect(watcher) { $0.flags.contains(.deleted) }
    #expect(events.allSatisfy { $0.watch == watch })
    func event(_ flags: InotifyEvent.Flags, _ name: String) -> InotifyEvent {
      InotifyEvent(watch: watch, flags: flags, name: name)
    }
    #expect(
      events.filter { !$0.flags.contains(.attributesChanged) } == [
        event(.created, "a.yaml"), event(.modified, "a.yaml"), event(.writeClosed, "a.yaml"),
        event(.movedFrom, "a.yaml"), event(.movedTo, "b.yaml"), event([.created, .isDirectory], "folder"),
        event(.deleted, "b.yaml"),
      ])
  }

  @Test(.timeLimit(.minutes(15))) func `tells that the watched folder went`() async throws {
    try Directory.create(directory("folder"))
    let watcher = try InotifyWatcher()
    let watch = try watcher.add(directory("folder"))
    rename(directory("folder"), directory("other"))
    rmdir(directory("other"))
    let events = try await collect(watcher) { $0.flags.contains(.ignored) }
    #expect(
      events == [
        InotifyEvent(watch: watch, flags: .selfMoved, name: nil),
        InotifyEvent(watch: watch, flags: .selfDeleted, name: nil),
        InotifyEvent(watch: watch, flags: .ignored, name: nil),
      ])
  }

  @Test(.timeLimit(.minutes(15))) func `tells nothing of a folder that is no longer watched`() async throws {
    try Directory.create(directory("one"))
    try Directory.create(directory("two"))
    let watcher = try InotifyWatcher()
    let one = try watcher.add(directory("one"))
    #expect(try watcher.add(directory("one")) == one)
    let two = try watcher.add(directory("two"))
    watcher.remove(one)
    watcher.remove(one)
    try directory.write("one/a.yaml")
    try directory.write("two/b.yaml")
    let events = try await collect(watcher) { $0.flags.contains(.writeClosed) }
    #expect(Set(events.compactMap(\.name)) == ["b.yaml"])
    #expect(events.last?.watch == two)
  }

  @Test func `refuses files and missing folders`() throws {
    let watcher = try InotifyWatcher()
    try directory.write("file")
    #expect(throws: SystemError.errno(operation: "watch folder", path: directory("file"), code: ENOTDIR)) {
      try watcher.add(directory("file"))
    }
    #expect(throws: SystemError.errno(operation: "watch folder", path: directory("missing"), code: ENOENT)) {
      try watcher.add(directory("missing"))
    }
  }

  @Test(arguments: [(ENOSPC, true), (EMFILE, true), (EACCES, false), (ENOENT, false)])
  func `names an exhausted limit as such`(_ code: Int32, _ isLimit: Bool) {
    #expect((InotifyWatcher.error("watch folder", "/x", code: code) == .watchLimit) == isLimit)
  }

  @Test func `parses records with and without names`() {
    func record(_ watch: Int32, _ mask: Int, _ name: [UInt8]) -> [UInt8] {
      var header = inotify_event()
      header.wd = watch
      header.mask = UInt32(mask)
      header.len = UInt32(name.count)
      return withUnsafeBytes(of: header) { Array($0.prefix(16)) } + name
    }
    let overflow = record(-1, Int(IN_Q_OVERFLOW), [])
    let named = record(7, Int(IN_CREATE | IN_ISDIR), Array("folder".utf8) + [UInt8](repeating: 0, count: 10))
    let cut = record(7, Int(IN_CREATE), [])
    let events = (overflow + named + cut.dropLast()).withUnsafeBytes { InotifyEvent.parse($0) }
    #expect(
      events == [
        .overflow,
        InotifyEvent(watch: WatchDescriptor(rawValue: 7), flags: [.created, .isDirectory], name: "folder"),
      ])
    #expect(events.map(\.isDirectory) == [false, true])
  }

  @Test(.timeLimit(.minutes(15))) func `tells a slow consumer that it lost events`() async throws {
    let queue = InotifyQueue(limit: 3)
    var stream = queue.stream().makeAsyncIterator()
    let change = InotifyEvent(watch: WatchDescriptor(rawValue: 1), flags: .modified, name: "a.yaml")
    for _ in 0..<3 { queue.push([change]) }
    #expect(await stream.next() == [change, change, change])
    for _ in 0..<5 { queue.push([change]) }
    #expect(await stream.next() == [.overflow])
    queue.push([change])
    queue.finish()
    #expect(await stream.next() == [change])
    #expect(await stream.next() == nil)
  }

  @Test(.timeLimit(.minutes(15))) func `ends for a cancelled consumer`() async throws {
    let watcher = try InotifyWatcher()
    let task = Task { for await _ in watcher.events {} }
    task.cancel()
    await task.value
    #expect(task.isCancelled)
  }

  @Test(.timeLimit(.minutes(15))) func `ends its stream and closes its descriptor when it goes`() async throws {
    var watcher: InotifyWatcher? = try InotifyWatcher()
    let events = try #require(watcher?.events)
    watcher = nil
    for await _ in events {}
    #expect(watcher == nil)
  }
}
