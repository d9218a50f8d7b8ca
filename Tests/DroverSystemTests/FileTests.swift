import DroverSystem
import Glibc
import Testing

@Suite struct `Atomic writes` {
  let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
  }

  @Test(arguments: [AtomicFile.Durability.none, .full])
  func `replace the bytes and the mode`(_ durability: AtomicFile.Durability) throws {
    try directory.write("status.json", "a much longer text than the next")
    try AtomicFile.write(directory("status.json"), Array("new".utf8), mode: 0o640, durability: durability)
    #expect(try directory.text("status.json") == "new")
    #expect(try FileStat(directory("status.json")).mode == 0o640)
    #expect(try directory.names() == ["status.json"])
  }

  @Test func `write empty and large files`() throws {
    let large = [UInt8](repeating: 7, count: 3 << 20)
    try AtomicFile.write(directory("large"), large, durability: .none)
    try AtomicFile.write(directory("empty"), [], durability: .none)
    #expect(try FileReader.read(directory("large"), maxBytes: 3 << 20) == large)
    #expect(try FileReader.read(directory("empty"), maxBytes: 0) == [])
  }

  @Test func `leave no temporary file when they fail`() throws {
    try Directory.create(directory("taken/full"))
    #expect(throws: SystemError.self) { try AtomicFile.write(directory("taken"), [1], durability: .full) }
    #expect(try directory.names() == ["taken"])
    #expect(throws: SystemError.self) { try AtomicFile.write(directory("missing/file"), [1], durability: .full) }
  }

  @Test func `take names as long as the file system allows`() throws {
    let name = String(repeating: "ü", count: 127)
    try AtomicFile.write(directory(name), [1], durability: .none)
    #expect(try directory.names() == [name])
  }

  @Test func `replace a link, not its target`() throws {
    try directory.write("target", "old")
    symlink(directory("target"), directory("link"))
    try AtomicFile.write(directory("link"), Array("new".utf8), durability: .none)
    #expect(try directory.text("target") == "old")
    #expect(try FileStat(directory("link"), followSymlinks: false).kind == .regular)
  }

  @Test func `sweep their own leftovers only`() throws {
    let leftover = ".status.json.0123456789abcdef.tmp"
    for name in [leftover, ".other.tmp", ".x.0123456789abcdeg.tmp", "x.0123456789abcdef.tmp", ".0123456789abcdef.tmp"] {
      try directory.write(name)
    }
    #expect(try AtomicFile.sweepTemporaries(in: directory.path) == [leftover])
    #expect(
      try directory.names() == [
        ".0123456789abcdef.tmp", ".other.tmp", ".x.0123456789abcdeg.tmp", "x.0123456789abcdef.tmp",
      ])
  }
}

@Suite struct `Reading a file` {
  let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
  }

  @Test func `never waits on a FIFO`() throws {
    mkfifo(directory("fifo"), 0o600)
    #expect(throws: SystemError.notRegular(path: directory("fifo"))) {
      try FileReader.read(directory("fifo"), maxBytes: 10)
    }
  }

  @Test func `refuses sockets, devices and folders`() throws {
    let socket = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(socket) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let path = directory("socket")
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    try #require(bound == 0)
    for path in [path, "/dev/zero", directory.path] {
      #expect(throws: SystemError.notRegular(path: path)) { try FileReader.read(path, maxBytes: 10) }
    }
  }

  @Test func `reads below a folder, and names the whole path of what it cannot read`() throws {
    try Directory.create(directory("sub"))
    try directory.write("sub/file", "0123456789")
    let folder = try FolderReader(directory.path)
    #expect(try folder.read("sub/file", maxBytes: 10).count == 10)
    #expect(throws: SystemError.tooLarge(path: directory("sub/file"), limit: 9)) {
      try folder.read("sub/file", maxBytes: 9)
    }
    #expect(throws: SystemError.errno(operation: "open", path: directory("none"), code: ENOENT)) {
      try folder.read("none", maxBytes: 9)
    }
    #expect(throws: SystemError.self) { try FolderReader(directory("sub/file")) }
  }

  @Test func `stops at the size limit`() throws {
    let path = try directory.write("file", "0123456789")
    #expect(try FileReader.read(path, maxBytes: 10).count == 10)
    #expect(throws: SystemError.tooLarge(path: path, limit: 9)) { try FileReader.read(path, maxBytes: 9) }
    truncate(path, 1 << 40)
    #expect(throws: SystemError.tooLarge(path: path, limit: 1 << 20)) { try FileReader.read(path, maxBytes: 1 << 20) }
  }

  @Test func `reads files of the kernel's that say size zero`() throws {
    #expect(try FileReader.read("/proc/meminfo", maxBytes: 1 << 20).count > 100)
    #expect(throws: SystemError.tooLarge(path: "/proc/meminfo", limit: 10)) {
      try FileReader.read("/proc/meminfo", maxBytes: 10)
    }
  }

  @Test func `tells a missing file from other errors`() throws {
    let error = #expect(throws: SystemError.self) { try FileReader.read(directory("missing"), maxBytes: 1) }
    #expect(error?.isMissing == true)
    #expect(error?.description == "cannot open \(directory("missing")): no such file or directory")
  }
}

@Suite struct `The state lock` {
  @Test func `excludes a second holder until it goes`() throws {
    let directory = try TemporaryDirectory()
    let path = directory("lock")
    do {
      let lock = try StateLock.acquire(path)
      #expect(throws: SystemError.locked(path: path, pid: getpid())) { _ = try StateLock.acquire(path) }
      withExtendedLifetime(lock) {}
    }
    let again = try StateLock.acquire(path)
    #expect(again.path == path)
    #expect(try directory.text("lock") == "\(getpid())\n")
  }

  @Test func `is not inherited by children`() throws {
    let directory = try TemporaryDirectory()
    var lock: StateLock? = try StateLock.acquire(directory("lock"))
    let child = try Child.sleeping(in: directory)
    #expect(lock != nil)
    lock = nil
    _ = try StateLock.acquire(directory("lock"))
    #expect(!child.process.hasExited)
  }

  @Test func `is waited for where its holder was killed while it started a child`() async throws {
    let directory = try TemporaryDirectory()
    // The shell locks, writes its pid and ends; its child has the descriptor until it is told to go.
    let holder = try Child.shell(
      """
      exec 9>>lock; flock -n 9; echo $$ >lock
      (while [ ! -e go ]; do sleep 0.01; done) &
      """, in: directory, workingDirectory: directory("."))
    _ = try await eventually("its end") { ProcFS.state(holder.identity.pid) == .zombie ? true : nil }
    let other = open(directory("lock"), O_RDWR | O_CLOEXEC)
    #expect(flock(other, LOCK_EX | LOCK_NB) != 0)
    close(other)
    async let lock = StateLock.acquire(directory("lock"))
    try directory.write("go")
    #expect(try await lock.path == directory("lock"))
  }

  @Test func `is not stopped by what a dead holder wrote`() throws {
    let directory = try TemporaryDirectory()
    try directory.write("lock", "99999999999 and a long line of rubbish\n")
    _ = try StateLock.acquire(directory("lock"))
    #expect(try directory.text("lock") == "\(getpid())\n")
  }
}

@Suite struct `Folders` {
  let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
  }

  @Test func `are created with their parents and exact modes`() throws {
    try Directory.create(directory("a/b/c"), mode: 0o770)
    try Directory.create(directory("a/b/c"), mode: 0o700)
    for name in ["a", "a/b", "a/b/c"] { #expect(try FileStat(directory(name)).mode == 0o770) }
    try directory.write("file")
    #expect(throws: SystemError.errno(operation: "create folder", path: directory("file"), code: ENOTDIR)) {
      try Directory.create(directory("file"))
    }
  }

  @Test func `list their entries in order with kinds`() throws {
    for name in ["b", "a", ".hidden", "Z", "ä"] { try directory.write(name) }
    try Directory.create(directory("folder"))
    symlink("nowhere", directory("link"))
    mkfifo(directory("fifo"), 0o600)
    let entries = try Directory.list(directory.path)
    #expect(entries.map(\.name) == [".hidden", "Z", "a", "b", "fifo", "folder", "link", "ä"])
    #expect(
      entries.map(\.kind) == [.regular, .regular, .regular, .regular, .other, .directory, .symlink, .regular])
    #expect(try entries.first?.inode == FileStat(directory(".hidden")).inode)
  }

  @Test func `tell names that are not UTF-8 apart`() throws {
    let name: [CChar] = Array(directory("bad-").utf8CString.dropLast()) + [CChar(bitPattern: 0xFF), 0]
    close(open(name, O_WRONLY | O_CREAT, 0o600))
    let contents = try Directory.contents(of: directory.path)
    #expect(contents.entries == [])
    #expect(contents.unreadable.map(\.name) == ["bad-\u{FFFD}"])
    unlink(name)
  }

  @Test(
    arguments: [
      ("/a/b", "/a", "b"), ("/a", "/", "a"), ("a", ".", "a"), ("a/b", "a", "b"), ("/a//b//", "/a", "b"),
      ("/", "/", "/"),
    ])
  func `split paths`(_ path: String, _ parent: String, _ name: String) {
    #expect(Directory.parent(of: path) == parent)
    #expect(Directory.name(of: path) == name)
  }
}
