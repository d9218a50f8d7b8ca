import DroverSystem
import Glibc
import Testing

@Suite struct `A scan of a tree` {
  let directory: TemporaryDirectory
  let root: String

  init() throws {
    directory = try TemporaryDirectory()
    root = try realPath(directory.path)
  }

  private func scan() -> TreeScan { TreeScanner(root: directory.path).scan() }

  private func files() -> [String] { scan().files.map(\.relativePath) }

  private func problems() -> [SystemError] { scan().problems.map(\.error) }

  @Test func `finds manifests by their extension, in order`() throws {
    try Directory.create(directory("teams/search"))
    try Directory.create(directory("empty"))
    for name in [
      "b.yaml", "a.yml", "z.json", "teams/search/m.yaml", "teams.yaml", "readme.md", "yaml", "x.yaml.bak", "x.YAML.txt",
    ] { try directory.write(name) }
    let scan = scan()
    #expect(scan.rootError == nil)
    #expect(scan.problems == [])
    #expect(scan.root == root)
    #expect(scan.files.map(\.relativePath) == ["a.yml", "b.yaml", "teams.yaml", "teams/search/m.yaml", "z.json"])
    #expect(scan.directories == ["", "empty", "teams", "teams/search"])
    #expect(try scan.files.first?.stat == FileStat(directory("a.yml")))
    #expect(try scan.rootStat == FileStat(root))
  }

  @Test func `skips hidden names and what editors leave`() throws {
    try Directory.create(directory(".git"))
    for name in [
      ".hidden.yaml", ".git/x.yaml", "#m.yaml#", ".#m.yaml", "m.yaml~", ".m.yaml.swp", ".m.yaml.swx", "4913",
      "sedA1b2C3",
      ".m.yaml.0123456789abcdef.tmp", "m.yaml",
    ] { try directory.write(name) }
    #expect(files() == ["m.yaml"])
    #expect(problems() == [])
  }

  @Test func `obeys the ignore file of the root`() throws {
    try Directory.create(directory("drafts"))
    try Directory.create(directory("live"))
    for name in ["drafts/a.yaml", "live/a.yaml", "live/b.json", "c.json"] { try directory.write(name) }
    try directory.write("live/.droverignore", "a.yaml")
    try directory.write(".droverignore", "drafts/\n*.json\n!/c.json\n")
    #expect(files() == ["c.json", "live/a.yaml"])
    #expect(scan().directories == ["", "live"])
  }

  @Test func `looks at nothing where the ignore file cannot be read`() throws {
    try directory.write("a.yaml")
    mkfifo(directory(".droverignore"), 0o600)
    let scan = scan()
    #expect(scan.rootError == .notRegular(path: root + "/.droverignore"))
    #expect(scan.files == [])
  }

  @Test func `follows a ConfigMap mount`() throws {
    try Directory.create(directory("..2024_01_01/sub"))
    try directory.write("..2024_01_01/a.yaml")
    try directory.write("..2024_01_01/sub/b.yaml")
    symlink("..2024_01_01", directory("..data"))
    symlink("..data/a.yaml", directory("a.yaml"))
    symlink("..data/sub", directory("sub"))
    let scan = scan()
    #expect(scan.files.map(\.relativePath) == ["a.yaml", "sub/b.yaml"])
    #expect(scan.files.map(\.stat?.kind) == [.regular, .regular])
    #expect(scan.problems == [])
    #expect(scan.directories == ["", "sub"])
    #expect(scan.linkTargets == [root + "/..2024_01_01"])
  }

  @Test func `finds the same without looking at the files`() throws {
    try Directory.create(directory("sub"))
    for name in ["b.yaml", "sub/a.yaml", "sub.yaml"] { try directory.write(name) }
    symlink("../b.yaml", directory("sub/link.yaml"))
    mkfifo(directory("pipe.yaml"), 0o600)
    let quick = TreeScanner(root: directory.path).scan(looksAtFiles: false)
    let scan = scan()
    #expect(quick.files.map(\.relativePath) == scan.files.map(\.relativePath))
    #expect(quick.files.map { $0.stat == nil } == [true, true, true, false])
    #expect(quick.problems == scan.problems)
    #expect(quick.problems.map(\.relativePath) == ["pipe.yaml"])
  }

  @Test func `resolves a root that is a link`() throws {
    try Directory.create(directory("worktrees/abc/fleet"))
    try directory.write("worktrees/abc/fleet/a.yaml")
    symlink("a.yaml", directory("worktrees/abc/fleet/b.yaml"))
    symlink("worktrees/abc", directory("current"))
    let scan = TreeScanner(root: directory("current")).scan()
    #expect(scan.files.map(\.relativePath) == ["fleet/a.yaml", "fleet/b.yaml"])
    #expect(scan.root == root + "/worktrees/abc")
    #expect(scan.problems == [])
  }

  @Test func `rejects links out of the root`() throws {
    let outside = try TemporaryDirectory()
    try outside.write("secret.yaml")
    symlink(outside("secret.yaml"), directory("a.yaml"))
    symlink(outside.path, directory("folder"))
    symlink(outside("secret.yaml"), directory("no-manifest"))
    let scan = scan()
    #expect(scan.files == [])
    let target = try realPath(outside.path)
    #expect(
      scan.problems == [
        ScanProblem(
          relativePath: "a.yaml", error: .escapesRoot(path: root + "/a.yaml", target: target + "/secret.yaml")),
        ScanProblem(relativePath: "folder", error: .escapesRoot(path: root + "/folder", target: target)),
      ])
  }

  @Test func `does not take a sibling with the same beginning for the root`() throws {
    try Directory.create(directory("fleet"))
    try Directory.create(directory("fleet-secrets"))
    try directory.write("fleet-secrets/a.yaml")
    symlink("../fleet-secrets/a.yaml", directory("fleet/a.yaml"))
    let scan = TreeScanner(root: directory("fleet")).scan()
    #expect(scan.files == [])
    #expect(scan.problems.map(\.relativePath) == ["a.yaml"])
  }

  @Test func `rejects links in circles and multiplying links`() throws {
    try Directory.create(directory("a/b"))
    try Directory.create(directory("shared"))
    try directory.write("shared/x.yaml")
    symlink("../..", directory("a/b/up"))
    symlink("self.yaml", directory("self.yaml"))
    symlink("shared", directory("one"))
    symlink("shared", directory("two"))
    #expect(files() == ["one/x.yaml", "shared/x.yaml"])
    #expect(
      problems() == [
        .linkLoop(path: root + "/a/b/up"),
        .errno(operation: "stat", path: root + "/self.yaml", code: ELOOP),
        .linkedTwice(path: root + "/two"),
      ])
  }

  @Test func `tells what it cannot look at, and goes on`() throws {
    mkfifo(directory("fifo.yaml"), 0o600)
    mkfifo(directory("fifo"), 0o600)
    symlink("nowhere", directory("dangling.yaml"))
    symlink("nowhere", directory("dangling"))
    try directory.write("good.yaml")
    let name: [CChar] = Array(directory("bad-").utf8CString.dropLast()) + [CChar(bitPattern: 0xFF)]
    let badName = name + Array(".yaml".utf8CString)
    close(open(badName, O_WRONLY | O_CREAT, 0o600))
    defer { unlink(badName) }
    #expect(files() == ["good.yaml"])
    #expect(
      problems() == [
        .notUTF8(path: root + "/bad-\u{FFFD}.yaml"),
        .errno(operation: "stat", path: root + "/dangling.yaml", code: ENOENT),
        .notRegular(path: root + "/fifo.yaml"),
      ])
  }

  @Test(.disabled(if: getuid() == 0, "root reads everything")) func `tells a folder that it may not read`() throws {
    try Directory.create(directory("closed"))
    chmod(directory("closed"), 0)
    defer { chmod(directory("closed"), 0o700) }
    #expect(problems() == [.errno(operation: "open folder", path: root + "/closed", code: EACCES)])
  }

  @Test func `tells a root that is missing or no folder`() throws {
    try directory.write("file")
    let missing = TreeScanner(root: directory("missing")).scan()
    #expect(missing.rootError == .errno(operation: "resolve", path: directory("missing"), code: ENOENT))
    #expect(missing.files == [] && missing.directories == [])
    let file = TreeScanner(root: directory("file")).scan()
    #expect(file.rootError == .errno(operation: "open folder", path: directory("file"), code: ENOTDIR))
  }
}
