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
}
