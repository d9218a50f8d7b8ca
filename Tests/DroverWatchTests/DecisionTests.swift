import DroverCore
import Testing

@testable import DroverSystem

@Suite struct `What was seen of a root` {
  private func state(changed: Int64, size: Int64 = 10) -> FileStat {
    FileStat(
      device: 1, inode: 1, size: size, modifiedNanoseconds: 0, changedNanoseconds: changed * 1_000_000, mode: 0o644,
      kind: .regular)
  }

  // 3, 4
  @Test func `lets a file settle, an empty one for longer`() {
    let now: Int64 = 1_700_000_000_000
    var calm = Calm(seenUntil: now)
    #expect(calm.isUnsettled(state(changed: now - 24)))
    #expect(!calm.isUnsettled(state(changed: now - 25)))
    #expect(calm.isUnsettled(state(changed: now - 999, size: 0)))
    #expect(!calm.isUnsettled(state(changed: now - 1000, size: 0)))
    // What happened after the last look at events is not known yet.
    #expect(calm.isUnsettled(state(changed: now + 500)))
    calm.quiet = Calm.withoutEvents
    #expect(calm.isUnsettled(state(changed: now - 249)))
    #expect(!calm.isUnsettled(state(changed: now - 250)))
    // The clock of another machine tells nothing.
    #expect(!calm.isUnsettled(state(changed: WallClock.now() + 60_000)))
  }

  // 3
  @Test func `waits for a file until it is closed, moved or left alone`() {
    let second: Int64 = 1_000_000_000
    func change(_ tree: inout DirtyTree, _ flags: InotifyEvent.Flags, at now: Int64) -> Bool {
      tree.entryChanged(root: 0, folder: "f", name: "a.yaml", flags: flags, isPassage: false, now: now)
    }
    for ending in [InotifyEvent.Flags.writeClosed, .movedFrom, .movedTo, .deleted] {
      var tree = DirtyTree(patience: 3 * 1_000_000_000)
      #expect(change(&tree, .created, at: 0))
      #expect(change(&tree, .modified, at: second))
      #expect(tree.busy(root: 0, now: second) == ["f/a.yaml"])
      #expect(tree.take(now: 2 * second) == DirtyTree.Work())
      #expect(change(&tree, ending, at: 2 * second))
      #expect(tree.take(now: 2 * second).files == [0: ["f/a.yaml"]])
      #expect(tree.take(now: 9 * second) == DirtyTree.Work())
    }
    var tree = DirtyTree(patience: 3 * 1_000_000_000)
    #expect(change(&tree, .modified, at: second))
    #expect(tree.patienceEnds == second + tree.patience)
    #expect(tree.take(now: second + tree.patience - 1) == DirtyTree.Work())
    #expect(tree.take(now: second + tree.patience).files == [0: ["f/a.yaml"]])
    #expect(tree.patienceEnds == nil)
  }

  // 17
  @Test func `reads everything, what is being written too, after events were lost`() {
    var tree = DirtyTree(patience: 3 * 1_000_000_000)
    _ = tree.entryChanged(root: 0, folder: "", name: "a.yaml", flags: .modified, isPassage: false, now: 0)
    tree.eventsLost()
    #expect(tree.take(now: 1) == DirtyTree.Work(files: [0: ["a.yaml"]], needsWalk: true, needsReading: true))
  }

  private static let names: [(String, InotifyEvent.Flags, Bool)] = [
    ("a.txt", InotifyEvent.Flags.created, false), ("a.yaml~", .writeClosed, false), (".a.yaml.swp", .movedTo, false),
    ("4913", .created, false), ("#a.yaml#", .writeClosed, false), (".droverignore", .writeClosed, true),
    (".droverignore", .modified, false), (".droverignore", .deleted, true), ("sub", [.created, .isDirectory], true),
    ("sub", [.attributesChanged, .isDirectory], true), ("a.json", .attributesChanged, true), ("b.yml", .created, true),
  ]

  @Test(arguments: names)
  func `knows which names and events matter`(_ name: String, _ flags: InotifyEvent.Flags, _ matters: Bool) {
    var tree = DirtyTree(patience: 3 * 1_000_000_000)
    #expect(tree.entryChanged(root: 0, folder: "", name: name, flags: flags, isPassage: false, now: 0) == matters)
    #expect((tree.take(now: 0) != DirtyTree.Work()) == matters)
  }

  @Test func `lets the last of several looks at a file decide`() {
    let place = ManifestPath(root: "r", path: "a.yaml")
    let file = SourceFile(place: place, sha256: "1", content: .bytes([1]))
    var removed = ChangeSet()
    removed.remove(place)
    var changed = ChangeSet()
    changed.set(file)
    var both = removed
    both.merge(changed)
    #expect(both.changed == [file] && both.removed == [])
    both.merge(removed)
    #expect(both.changed == [] && both.removed == [place])
  }

  @Test func `keeps as many events as wait in the kernel, and of more the overflow alone`() async {
    let inbox = SourceInbox(limit: 3)
    let event = InotifyEvent(watch: WatchDescriptor(rawValue: 1), flags: .created, name: "a.yaml")
    inbox.post([event, event])
    inbox.post([event])
    #expect(inbox.drain().events == [event, event, event])
    for _ in 1...4 { inbox.post([event]) }
    inbox.ask(everything: true)
    inbox.ask(everything: false)
    let contents = inbox.drain()
    #expect(contents.events == [.overflow])
    #expect(contents.isWalkAsked && contents.isReadingAsked)
    #expect(inbox.drain().events == [])
  }
}
