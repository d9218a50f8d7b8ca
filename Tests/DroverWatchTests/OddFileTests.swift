import DroverCore
import DroverSystem
import Glibc
import Testing

@Suite(.serialized, .timeLimit(.minutes(15))) struct `Files that are odd` {
  let folder: Folder

  init() throws {
    folder = try Folder()
    try folder.write("fleet.yaml", server)
  }

  /// Runs the body as a user who may not read everything.
  private func unprivileged(_ body: () async throws -> Void) async throws {
    try SystemCallFailed.check(chmod(folder.path, 0o755), "chmod")
    guard geteuid() == 0 else { return try await body() }
    let thread = try #require(OwnThread.asNobody())
    try await withTaskExecutorPreference(thread) { try await body() }
  }

  // 22
  @Test func `keeps the last good spec of a file that may not be read, until it may be`() async throws {
    try folder.write("a.yaml", model("m"))
    try await unprivileged {
      try await watching(folder, folding: true) { reader in
        #expect(reader.fleet.model("m")?.isAccepted == true)
        try await changeMode("a.yaml", 0o000)
        try await reader.until("a failure") { $0.failure("a.yaml") != nil }
        #expect(reader.failure("a.yaml")?.contains("permission denied; give the user of droverd permission") == true)
        #expect(reader.fleet.model("m")?.title == "one")
        #expect(reader.fleet.model("m")?.isAbsent == false)
        try await changeMode("a.yaml", 0o644)
        try await reader.until("the text") { $0.text("a.yaml") != nil }
        #expect(reader.fleet.model("m")?.isAccepted == true)
        #expect(reader.fleet.model("m")?.generation == 1)
      }
    }
  }

  // 22
  @Test func `keeps the objects of a folder that may not be read, also from the start`() async throws {
    try folder.makeFolder("sub")
    try folder.write("sub/a.yaml", model("m"))
    try await unprivileged {
      try await watching(folder, folding: true) { reader in
        try await changeMode("sub", 0o000)
        try await reader.until("a failure") { $0.failure("sub/a.yaml") != nil && $0.failure("sub") != nil }
        #expect(reader.fleet.model("m")?.title == "one")
        #expect(reader.fleet.model("m")?.isAbsent == false)
      }
      try await watching(folder, folding: true) { reader in
        #expect(reader.failure("sub")?.contains("permission denied") == true)
        #expect(!reader.fleet.unreadable.isEmpty)
        try await changeMode("sub", 0o755)
        try await reader.until("the file") { $0.fleet.model("m")?.isAccepted == true && $0.files["sub"] == nil }
      }
    }
  }

  // 22
  @Test func `relies on events though the folder around the root may not be listed`() async throws {
    try folder.write("a.yaml", "v: 1\n")
    try await unprivileged {
      try SystemCallFailed.check(chmod(folder.path, 0o711), "chmod")
      try await watching(folder) { reader in
        #expect(reader.latest?.watch.mode == .inotify)
        #expect(reader.latest?.watch.degraded == nil)
      }
    }
  }

  /// Changes a mode as the owner, on a thread that has not given up its rights.
  private func changeMode(_ name: String, _ mode: mode_t) async throws {
    try await withTaskExecutorPreference(globalConcurrentExecutor) {
      try SystemCallFailed.check(chmod(folder(name), mode), "chmod \(name)")
    }
  }

  // 26
  @Test func `reads what can be read, and says what cannot, without waiting for anything`() async throws {
    try Folder.write(folder("bom.yaml"), [0xEF, 0xBB, 0xBF] + Array(model("bom").utf8))
    try folder.write("crlf.yaml", model("crlf").split(separator: "\n").joined(separator: "\r\n") + "\r\n")
    try Folder.write(folder("latin.yaml"), Array(model("latin").utf8) + [0x23, 0xE9, 0x0A])
    try folder.write("empty.yaml", "")
    try folder.write("big.yaml", "v: 1\n")
    try SystemCallFailed.check(truncate(folder("big.yaml"), 1 << 30), "truncate")
    try SystemCallFailed.check(mkfifo(folder("fifo.yaml"), 0o644), "mkfifo")
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    try bind(descriptor, to: folder("socket.yaml"))
    let strange = Array(folder("").utf8) + [0xE9] + Array(".yaml".utf8) + [0]
    let created = strange.withUnsafeBytes { name in
      name.baseAddress.map { open($0.assumingMemoryBound(to: CChar.self), O_CREAT | O_WRONLY, 0o644) } ?? -1
    }
    try SystemCallFailed.check(created, "create")
    close(created)
    let gate = HeldWatcher.Gate()
    try await watching(folder, folding: true, watcher: gate.watcher) { reader in
      #expect(reader.fleet.model("bom")?.isAccepted == true)
      #expect(reader.fleet.model("crlf")?.isAccepted == true)
      #expect(reader.fleet.model("latin")?.isAccepted != true)
      #expect(reader.failure("empty.yaml")?.contains("it is empty") == true)
      #expect(reader.failure("big.yaml")?.contains("is larger than") == true)
      #expect(reader.failure("fifo.yaml")?.contains("is not a regular file") == true)
      #expect(reader.failure("socket.yaml")?.contains("is not a regular file") == true)
      #expect(reader.failure("\u{FFFD}.yaml")?.contains("not UTF-8") == true)
      reader.forget()
      // The same, told by events.
      try gate.burst(in: folder) {
        try folder.move(folder("fifo.yaml"), folder("fifo2.yaml"))
        try folder.move(folder("big.yaml"), folder("big2.yaml"))
        try folder.move(folder("socket.yaml"), folder("socket2.yaml"))
      }
      try await reader.fence()
      #expect(
        reader.told == [
          ["!big2.yaml", "!fifo2.yaml", "!socket2.yaml", "-big.yaml", "-fifo.yaml", "-socket.yaml"]
        ])
    }
  }

  private func bind(_ descriptor: Int32, to path: String) throws {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let outcome = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    try SystemCallFailed.check(outcome, "bind")
  }
}
