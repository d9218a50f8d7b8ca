import DroverCore
import Testing

@testable import DroverSystem

@Suite(.serialized, .timeLimit(.minutes(15))) struct `The revision of a root` {
  let folder: Folder

  init() throws {
    folder = try Folder()
    try folder.makeFolder("fleet")
    try folder.write("fleet/a.yaml", "v: 1\n")
  }

  private func git(_ script: String, in path: String? = nil) throws {
    try shell(script, in: path ?? folder.root, log: folder.beside("log"))
  }

  /// What git says, as the test's own source of truth.
  private func head(of path: String) throws -> String {
    try git("git rev-parse HEAD > \(folder.beside("head"))", in: path)
    return String(decoding: try FileReader.read(folder.beside("head"), maxBytes: 100).dropLast(), as: UTF8.self)
  }

  @Test func `is the commit of the repository around it, however git keeps that`() throws {
    try git("git init -q . && git checkout -q -b main && git add . && git commit -q -m one")
    let fleet = folder("fleet")
    let first = try head(of: folder.root)
    #expect(first.count == 40)
    #expect(RevisionReader.revision(ofRoot: fleet) == first)
    try git("git pack-refs --all && test ! -f .git/refs/heads/main")
    #expect(RevisionReader.revision(ofRoot: fleet) == first)
    try git("git checkout -q --detach && git commit -q --allow-empty -m two")
    let second = try head(of: folder.root)
    #expect(second != first)
    #expect(RevisionReader.revision(ofRoot: fleet) == second)
    try git("git worktree add -q ../tree main")
    #expect(RevisionReader.revision(ofRoot: folder.beside("tree/fleet")) == first)
  }

  @Test func `is the name of a folder that is a commit, or stands in a file beside it`() throws {
    #expect(RevisionReader.revision(ofRoot: folder.root) == nil)
    try Folder.write(folder.beside("revision"), Array("v1.2.3\r\nmore\n".utf8))
    #expect(RevisionReader.revision(ofRoot: folder.root) == "v1.2.3")
    let commit = String(repeating: "0a", count: 20)
    #expect(RevisionReader.revision(ofRoot: folder.beside("worktrees/\(commit)/fleet")) == commit)
    let almost = String(repeating: "0A", count: 20)
    #expect(RevisionReader.revision(ofRoot: folder.beside("worktrees/\(almost)")) == nil)
  }

  @Test func `is told anew when only the commit changed`() async throws {
    try git("git init -q . && git checkout -q -b main && git add . && git commit -q -m one")
    let first = try head(of: folder.root)
    try await watching(folder, schedule: .walking) { reader in
      #expect(reader.latest?.roots.first?.revision == first)
      try git("git commit -q --allow-empty -m two")
      let second = try head(of: folder.root)
      try await reader.until("the commit") { $0.latest?.roots.first?.revision == second }
    }
  }

  // MARK: Files that are not as the commit has them

  private func edited(_ checkout: inout GitCheckout, _ root: String, readings: UInt64) -> Set<String> {
    checkout.edited(in: root, readings: readings) {
      TreeScanner(root: root).scan().files.compactMap { file in file.stat.map { (file.relativePath, $0) } }
    }
  }

  private func edited(_ root: String? = nil) -> Set<String> {
    var checkout = GitCheckout()
    return edited(&checkout, root ?? folder("fleet"), readings: 0)
  }

  @Test(arguments: ["git init -q", "git init -q --object-format=sha256"])
  func `what was edited, added or staged by halves is not as the commit has it`(initialise: String) throws {
    try git("\(initialise) . && git checkout -q -b main && git add . && git commit -q -m one")
    #expect(edited() == [])
    try folder.write("fleet/a.yaml", "v: 2\n")
    try folder.makeFolder("fleet/sub")
    try folder.write("fleet/sub/b.yaml", "v: 1\n")
    #expect(edited() == ["a.yaml", "sub/b.yaml"])
    try git("git add . && git commit -q -m two")
    #expect(edited() == [])
    for version in ["4", "2"] {
      try git("git update-index --index-version \(version)")
      #expect(edited() == [])
      #expect(edited(folder("fleet/sub")) == [])
    }
    // The same bytes at another time are the same file.
    try git("touch -d '2001-01-01' fleet/a.yaml")
    #expect(edited() == [])
    try git("git worktree add -q -b other ../tree")
    #expect(edited(folder.beside("tree/fleet")) == [])
    try Folder.write(folder.beside("tree/fleet/a.yaml"), Array("v: 3\n".utf8))
    #expect(edited(folder.beside("tree/fleet")) == ["a.yaml"])
    #expect(edited() == [])
  }

  @Test func `without a repository, or with an index that cannot be read, nothing is said to be edited`() throws {
    #expect(edited() == [])
    try git("git init -q . && git checkout -q -b main && git add . && git commit -q -m one")
    try folder.write("fleet/a.yaml", "v: 2\n")
    #expect(edited() == ["a.yaml"])
    let index = try FileReader.read(folder(".git/index"), maxBytes: 1 << 20)
    for count in stride(from: 0, to: index.count - 20, by: 3) {
      _ = GitIndex(Array(index[..<count]), prefix: "fleet/", nameLength: 20)
    }
    try folder.write(".git/index", "DIRC")
    #expect(edited() == [])
  }

  @Test func `files are asked for only when something changed`() throws {
    try git("git init -q . && git checkout -q -b main && git add . && git commit -q -m one")
    var checkout = GitCheckout()
    #expect(edited(&checkout, folder("fleet"), readings: 1) == [])
    try folder.write("fleet/a.yaml", "v: 2\n")
    #expect(edited(&checkout, folder("fleet"), readings: 1) == [])
    #expect(edited(&checkout, folder("fleet"), readings: 2) == ["a.yaml"])
  }

  @Test func `an edit and its commit are told`() async throws {
    try git("git init -q . && git checkout -q -b main && git add . && git commit -q -m one")
    try await watching(folder, schedule: .walking) { reader in
      #expect(reader.latest?.roots.first?.edited == [])
      try folder.write("fleet/a.yaml", "v: 2\n")
      try await reader.until("the edit") { $0.latest?.roots.first?.edited == ["fleet/a.yaml"] }
      try git("git commit -q -a -m two")
      try await reader.until("the commit") { $0.latest?.roots.first?.edited == [] }
    }
  }
}
