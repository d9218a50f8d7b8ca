import Glibc
import Testing

@testable import DroverSystem

@Suite struct `The check of a tree` {
  let folder: Folder

  init() throws {
    folder = try Folder()
    try folder.write(".droverignore", "draft-*\n")
    try folder.makeFolder("sub")
    try folder.makeFolder("other")
    try folder.makeFolder(".store")
    try folder.write("a.yaml", "v: 1\n")
    try folder.write("sub/b.yaml", "v: 1\n")
    try folder.write(".store/c", "v: 1\n")
    try folder.link(folder("c.yaml"), to: ".store/c")
    try folder.link(folder("linked"), to: ".store")
  }

  /// Scans until the check holds, which it cannot right after a change.
  private func settled() async throws -> (scan: TreeScan, startedAt: Int64) {
    while true {
      let startedAt = WallClock.now()
      let scan = TreeScanner(root: folder.root).scan()
      if isUnchanged((scan, startedAt)) { return (scan, startedAt) }
      try await Task.sleep(for: .milliseconds(5))
    }
  }

  private func isUnchanged(_ found: (scan: TreeScan, startedAt: Int64)) -> Bool {
    var check = TreeCheck(
      folder.root, scan: found.scan, known: found.scan.files.map(\.stat), startedAt: found.startedAt)
    while !check.isOver {
      guard check.next() == .files([]) else { return false }
    }
    return true
  }

  /// One change each, with what it is.
  private static let changes: [(what: String, make: @Sendable (Folder) throws -> Void)] = [
    ("an edit", { try $0.write("a.yaml", "v: 2\n") }),
    ("an edit in a folder", { try $0.write("sub/b.yaml", "v: 2\n") }),
    ("an edit behind a link", { try $0.write(".store/c", "v: 2\n") }),
    ("another mode", { try SystemCallFailed.check(chmod($0("a.yaml"), 0o600), "chmod") }),
    ("a new file", { try $0.write("new.yaml", "v: 2\n") }),
    ("a new file in an empty folder", { try $0.write("other/new.yaml", "v: 2\n") }),
    ("a removed file", { try $0.remove("a.yaml") }),
    ("a renamed file", { try $0.move($0("a.yaml"), $0("sub/a.yaml")) }),
    ("an exchanged link", { try $0.flip($0("c.yaml"), to: "a.yaml") }),
    ("an exchanged link to a folder", { try $0.flip($0("linked"), to: "sub") }),
    ("a new folder", { try $0.makeFolder("fresh") }),
    ("a renamed folder", { try $0.move($0("sub"), $0("renamed")) }),
    ("other rules", { try $0.write(".droverignore", "draft-*\na.yaml\n") }),
    ("no rules", { try $0.remove(".droverignore") }),
    ("no root", { try $0.move($0.root, $0.beside("away")) }),
    (
      "another root",
      {
        try $0.move($0.root, $0.beside("away"))
        try shell("cp -a away root", in: $0.path, log: $0.beside("log"))
      }
    ),
  ]

  @Test(.timeLimit(.minutes(15)), arguments: changes.indices)
  func `sees any change`(_ index: Int) async throws {
    let found = try await settled()
    #expect(isUnchanged(found))
    let change = Self.changes[index]
    try change.make(folder)
    #expect(!isUnchanged(found), "\(change.what)")
  }

  @Test(.timeLimit(.minutes(15))) func `names the files that differ, and no other`() async throws {
    for number in 0..<3 * TreeCheck.slice { try folder.write("other/\(number).yaml", "v: 1\n") }
    let found = try await settled()
    let edited = [0, TreeCheck.slice, 3 * TreeCheck.slice - 1].map { "other/\($0).yaml" }
    for path in edited { try folder.write(path, "v: 22\n") }
    var check = TreeCheck(
      folder.root, scan: found.scan, known: found.scan.files.map(\.stat), startedAt: found.startedAt)
    var named: [String] = []
    while !check.isOver {
      guard case .files(let paths) = check.next() else {
        Issue.record("an edit in place changes no folder")
        return
      }
      named += paths
    }
    #expect(named.sorted() == edited.sorted())
  }

  @Test(.timeLimit(.minutes(15))) func `proves nothing after a problem or with a link that leads nowhere`() async throws
  {
    let before = try await settled()
    try folder.link(folder("nowhere"), to: "missing")
    #expect(!isUnchanged(before))
    let dangling = TreeScanner(root: folder.root).scan()
    // As if it had been scanned long after.
    let later = WallClock.now() + 60_000
    #expect(!isUnchanged((dangling, later)))
    try folder.flip(folder("nowhere"), to: "/")
    #expect(!isUnchanged((TreeScanner(root: folder.root).scan(), later)))
    try folder.remove("nowhere")
    #expect(isUnchanged((TreeScanner(root: folder.root).scan(), later)))
  }
}
