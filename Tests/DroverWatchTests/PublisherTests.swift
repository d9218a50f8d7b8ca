import DroverCore
import DroverSystem
import Testing

@Suite(.serialized, .timeLimit(.minutes(15))) struct `Links by which others publish` {
  let folder: Folder

  init() throws {
    folder = try Folder()
  }

  /// A set of files in the manner of Kubernetes: a hidden folder, a hidden link to it, and a link for each file.
  private func publish(_ stamp: String, _ files: [(name: String, text: String)]) throws {
    try folder.makeFolder("..\(stamp)")
    for file in files { try folder.write("..\(stamp)/\(file.name)", file.text) }
    try folder.flip(folder("..data"), to: "..\(stamp)")
  }

  // 10
  @Test func `takes an update of a mounted ConfigMap as one batch`() async throws {
    try publish("1", [("fleet.yaml", server), ("a.yaml", model("a")), ("b.yaml", model("b"))])
    for name in ["fleet.yaml", "a.yaml", "b.yaml"] { try folder.link(folder(name), to: "..data/\(name)") }
    let gate = HeldWatcher.Gate()
    try await watching(folder, folding: true, watcher: gate.watcher) { reader in
      #expect(reader.told == [["+a.yaml", "+b.yaml", "+fleet.yaml"]])
      reader.forget()
      try gate.burst(in: folder) {
        try publish("2", [("fleet.yaml", server), ("a.yaml", model("a", title: "two")), ("c.yaml", model("c"))])
        try folder.link(folder("c.yaml"), to: "..data/c.yaml")
        try folder.remove("b.yaml")
        Folder.removeTree(folder("..1"))
      }
      try await reader.until("the new file") { $0.files["c.yaml"] != nil }
      #expect(reader.told == [["+a.yaml", "+c.yaml", "-b.yaml"]])
      #expect(reader.latest?.isFullScan == true)
      #expect(reader.fleet.model("a")?.title == "two")
      #expect(reader.fleet.model("c")?.isAccepted == true)
      #expect(reader.fleet.model("b")?.absentScans == 1)
    }
  }

  // 10
  @Test func `tells an update that changes no name`() async throws {
    try publish("1", [("a.yaml", "v: 1\n")])
    try folder.link(folder("a.yaml"), to: "..data/a.yaml")
    try await watching(folder) { reader in
      reader.forget()
      try publish("2", [("a.yaml", "v: 2\n")])
      try await reader.until("the text") { $0.text("a.yaml") == "v: 2\n" }
      #expect(reader.told == [["+a.yaml"]])
    }
  }

  // 11
  @Test func `follows a root that is a link when it is flipped`() async throws {
    let (one, two) = (String(repeating: "1", count: 40), String(repeating: "2", count: 40))
    for (commit, text) in [(one, "v: 1\n"), (two, "v: 2\n")] {
      try Directory.create(folder.beside("worktrees/\(commit)"), mode: 0o755)
      try Folder.write(folder.beside("worktrees/\(commit)/a.yaml"), Array(text.utf8))
    }
    try folder.link(folder.beside("current"), to: "worktrees/\(one)")
    try await watching(folder, root: folder.beside("current")) { reader in
      #expect(reader.latest?.roots.first?.revision == one)
      try folder.flip(folder.beside("current"), to: "worktrees/\(two)")
      try await reader.until("the text") { $0.text("a.yaml") == "v: 2\n" }
      #expect(reader.latest?.roots.first?.revision == two)
      try Folder.write(folder.beside("worktrees/\(two)/a.yaml"), Array("v: 3\n".utf8))
      try await reader.until("an edit in the new folder") { $0.text("a.yaml") == "v: 3\n" }
    }
  }

  // 11
  @Test func `follows a link in the middle of the root's path, and links to links`() async throws {
    for (name, text) in [("one", "v: 1\n"), ("two", "v: 2\n")] {
      try Directory.create(folder.beside("\(name)/sub"), mode: 0o755)
      try Folder.write(folder.beside("\(name)/sub/a.yaml"), Array(text.utf8))
    }
    try Directory.create(folder.beside("links"), mode: 0o755)
    try folder.link(folder.beside("links/inner"), to: "../one")
    try folder.link(folder.beside("outer"), to: "links/inner")
    try await watching(folder, root: folder.beside("outer/sub")) { reader in
      #expect(reader.text("a.yaml") == "v: 1\n")
      try folder.flip(folder.beside("links/inner"), to: "../two")
      try await reader.until("the text") { $0.text("a.yaml") == "v: 2\n" }
    }
  }

  // 23
  @Test func `tells an edit of a hidden file inside the root to which a link leads`() async throws {
    try folder.makeFolder(".store")
    try folder.write(".store/text", "v: 1\n")
    try folder.link(folder("a.yaml"), to: ".store/text")
    try await watching(folder) { reader in
      #expect(reader.text("a.yaml") == "v: 1\n")
      try folder.write(".store/text", "v: 2\n")
      try await reader.until("the text") { $0.text("a.yaml") == "v: 2\n" }
    }
  }

  // 23
  @Test func `tells an edit that comes in one burst with a new link`() async throws {
    try folder.write("a.yaml", "v: 1\n")
    try folder.makeFolder(".store")
    try folder.write(".store/text", "v: 1\n")
    try await watching(folder) { reader in
      try folder.write("a.yaml", "v: 2\n")
      try folder.link(folder("z.yaml"), to: ".store/text")
      try await reader.until("both") { $0.text("a.yaml") == "v: 2\n" && $0.text("z.yaml") == "v: 1\n" }
    }
  }

  // 23
  @Test func `never reads a file outside the root, however the link to it came`() async throws {
    try Folder.write(folder.beside("secret"), Array("secret: 1\n".utf8))
    try folder.link(folder("start.yaml"), to: folder.beside("secret"))
    try folder.write("plain.yaml", "v: 1\n")
    try await watching(folder) { reader in
      #expect(reader.failure("start.yaml")?.contains("outside its folder") == true)
      try folder.link(folder("late.yaml"), to: "../secret")
      try folder.flip(folder("plain.yaml"), to: "../secret")
      try await reader.until("both links") { $0.failure("late.yaml") != nil && $0.failure("plain.yaml") != nil }
      #expect(!reader.deltas.flatMap(\.changed).contains { $0.content == .bytes(Array("secret: 1\n".utf8)) })
    }
  }

  // 23
  @Test func `says which links to folders it does not follow`() async throws {
    try folder.makeFolder("inner")
    try folder.write("inner/a.yaml", "v: 1\n")
    try folder.link(folder("inner/loop"), to: "..")
    try folder.link(folder("outside"), to: "../")
    try await watching(folder) { reader in
      #expect(reader.files.keys.sorted() == ["inner/a.yaml"])
      let warnings = try #require(reader.latest?.watch.warnings)
      #expect(warnings.contains { $0.contains("inner/loop is a link to a folder that contains it") })
      #expect(warnings.contains { $0.contains("outside is a link to") })
    }
  }

  // 23
  @Test func `finds the files behind a link to a folder that comes later`() async throws {
    try folder.makeFolder(".versions")
    for version in ["v1.0", "v2.0"] {
      try folder.makeFolder(".versions/\(version)")
      try folder.write(".versions/\(version)/a.yaml", "v: \(version)\n")
    }
    try await watching(folder) { reader in
      try folder.link(folder("live.now"), to: ".versions/v1.0")
      try await reader.until("the first") { $0.text("live.now/a.yaml") == "v: v1.0\n" }
      try folder.flip(folder("live.now"), to: ".versions/v2.0")
      try await reader.until("the second") { $0.text("live.now/a.yaml") == "v: v2.0\n" }
      try folder.remove("live.now")
      try await reader.until("the end") { $0.files["live.now/a.yaml"] == nil }
    }
  }
}
