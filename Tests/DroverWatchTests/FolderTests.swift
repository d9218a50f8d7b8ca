import DroverCore
import DroverSystem
import Glibc
import Testing

@Suite(.serialized, .timeLimit(.minutes(15))) struct `Folders inside a root` {
  let folder: Folder

  init() throws {
    folder = try Folder()
  }

  // 15
  @Test func `finds a file in folders that were made the moment before`() async throws {
    try await watching(folder) { reader in
      for round in 1...20 {
        try Directory.create(folder("\(round)/b/c"), mode: 0o755)
        try folder.write("\(round)/b/c/x.yaml", "v: \(round)\n")
        try await reader.until("round \(round)") { $0.text("\(round)/b/c/x.yaml") == "v: \(round)\n" }
        try folder.write("\(round)/b/c/x.yaml", "v: again\n")
        try await reader.until("edit \(round)") { $0.text("\(round)/b/c/x.yaml") == "v: again\n" }
      }
    }
  }

  // 16
  @Test func `adds the files of a folder that is moved in, and removes those of one that is moved out`() async throws {
    try Directory.create(folder.beside("outside/deep"), mode: 0o755)
    try Folder.write(folder.beside("outside/a.yaml"), Array("v: 1\n".utf8))
    try Folder.write(folder.beside("outside/deep/b.yaml"), Array("v: 1\n".utf8))
    try await watching(folder) { reader in
      reader.forget()
      try folder.move(folder.beside("outside"), folder("sub"))
      try await reader.until("the files") { $0.files.count == 2 }
      #expect(reader.told == [["+sub/a.yaml", "+sub/deep/b.yaml"]])
      try folder.write("sub/deep/b.yaml", "v: 2\n")
      try await reader.until("an edit") { $0.text("sub/deep/b.yaml") == "v: 2\n" }
      reader.forget()
      try folder.move(folder("sub"), folder("renamed"))
      try await reader.until("the new name") { $0.files["renamed/a.yaml"] != nil }
      #expect(reader.told == [["+renamed/a.yaml", "+renamed/deep/b.yaml", "-sub/a.yaml", "-sub/deep/b.yaml"]])
      reader.forget()
      try folder.move(folder("renamed"), folder.beside("outside"))
      try await reader.until("the removal") { $0.files.isEmpty }
      #expect(reader.told == [["-renamed/a.yaml", "-renamed/deep/b.yaml"]])
      try Folder.write(folder.beside("outside/a.yaml"), Array("v: 3\n".utf8))
      try await reader.fence()
      #expect(reader.told.count == 1)
    }
  }

  @Test func `leaves out what the ignore file names, also when an event names it`() async throws {
    try folder.write(".droverignore", "draft-*\nold/\n")
    try folder.makeFolder("old")
    for name in ["a.yaml", "draft-a.yaml", "old/a.yaml"] { try folder.write(name, "v: 1\n") }
    try await watching(folder) { reader in
      #expect(reader.files.keys.sorted() == ["a.yaml"])
      reader.forget()
      try folder.write("draft-b.yaml", "v: 1\n")
      try folder.write("draft-a.yaml", "v: 2\n")
      try await reader.fence()
      #expect(reader.told == [])
      try folder.write(".droverignore", "old/\n")
      try await reader.until("the drafts") { $0.files["draft-a.yaml"] != nil && $0.files["draft-b.yaml"] != nil }
      try folder.write(".droverignore", "*.yaml\nold/\n!a.yaml\n")
      try await reader.until("one file") { $0.files.keys.sorted() == ["a.yaml"] }
    }
  }

  @Test func `reads several roots, each with files of its own`() async throws {
    try Directory.create(folder.beside("second"), mode: 0o755)
    try folder.write("a.yaml", "v: 1\n")
    try Folder.write(folder.beside("second/a.yaml"), Array("v: 2\n".utf8))
    let source = DirectoryManifestSource(
      roots: [folder.root, folder.beside("second")], schedule: .eventsOnly, surroundings: .real)
    try await withThrowingTaskGroup { group in
      group.addTask { await source.run() }
      var deltas = source.deltas.makeAsyncIterator()
      let first = try #require(await deltas.next(isolation: #isolation))
      #expect(first.changed.map(\.place.root) == [folder.root, folder.beside("second")])
      #expect(first.roots.map(\.files) == [1, 1])
      try folder.move(folder.beside("second"), folder.beside("away"))
      let second = try #require(await deltas.next(isolation: #isolation))
      #expect(second.removed == [])
      #expect(second.roots.map { $0.failure == nil } == [true, false])
      group.cancelAll()
    }
  }
}
