import DroverCore
import DroverSystem
import Glibc
import Testing

@testable import DroverSystem

@Suite(.serialized, .timeLimit(.minutes(15))) struct `Where events do not suffice` {
  let folder: Folder

  init() throws {
    folder = try Folder()
    try folder.write("a.yaml", "v: 1\n")
  }

  // 17
  @Test func `looks at everything again when events were lost`() async throws {
    let gate = HeldWatcher.Gate()
    // Three events each: more than wait in the kernel or here.
    let count = 8000
    for number in 0..<8 { try folder.makeFolder("\(number)") }
    try await watching(folder, watcher: gate.watcher) { reader in
      #expect(reader.latest?.watch.overflows == 0)
      gate.close()
      for number in 0..<count { try folder.write("\(number / 1000)/\(number).yaml", "v: \(number)\n") }
      try folder.write("a.yaml", "v: 2\n")
      gate.open()
      try await reader.until("all files") { $0.files.count == count + 1 }
      #expect(reader.text("a.yaml") == "v: 2\n")
      #expect(reader.text("7/7999.yaml") == "v: 7999\n")
      #expect(reader.latest?.watch.overflows == 1)
      #expect(reader.latest?.watch.mode == .inotify)
      try folder.write("7/7000.yaml", "v: 1\n")
      try await reader.until("an edit") { $0.text("7/7000.yaml") == "v: 1\n" }
    }
  }

  // 17
  @Test func `tells that events were lost even where nothing changed`() async throws {
    let watcher = FakeWatcher()
    try await watching(folder, watcher: { watcher }) { reader in
      watcher.tell([.overflow])
      let delta = try await reader.next()
      #expect(delta.watch.overflows == 1)
      #expect(delta.changed == [])
      #expect(delta.isFullScan)
    }
  }

  // 18
  @Test(arguments: [0, 1])
  func `looks for changes by itself when no watch is left`(_ limit: Int) async throws {
    try await watching(folder, schedule: .walking, watcher: { FakeWatcher(limit: limit) }) { reader in
      #expect(reader.latest?.watch.mode == .poll)
      #expect(reader.latest?.watch.degraded?.contains("max_user_watches") == true)
      #expect(reader.latest?.watch.watches == limit)
      try folder.write("a.yaml", "v: 2\n")
      try folder.makeFolder("sub")
      try folder.write("sub/b.yaml", "v: 1\n")
      try await reader.until("both") { $0.text("a.yaml") == "v: 2\n" && $0.text("sub/b.yaml") == "v: 1\n" }
      try folder.remove("a.yaml")
      try await reader.until("the removal") { $0.files["a.yaml"] == nil }
    }
  }

  // 18
  @Test func `looks for changes by itself when no watcher can be made`() async throws {
    try await watching(
      folder, schedule: .walking, watcher: { () throws(SystemError) in throw .watchLimit }
    ) { reader in
      #expect(reader.latest?.watch.mode == .poll)
      #expect(reader.latest?.watch.degraded != nil)
      try folder.write("a.yaml", "v: 2\n")
      try await reader.until("the text") { $0.text("a.yaml") == "v: 2\n" }
    }
  }

  // 18
  @Test func `says so when watches are left again`() async throws {
    let limit = 2
    try await watching(folder, schedule: .walking, watcher: { FakeWatcher(limit: limit) }) { reader in
      #expect(reader.latest?.watch.mode == .inotify)
      try folder.makeFolder("sub")
      try await reader.until("the limit") { $0.latest?.watch.degraded != nil }
      try SystemCallFailed.check(rmdir(folder("sub")), "rmdir")
      try await reader.until("its end") { $0.latest?.watch.degraded == nil }
      #expect(reader.latest?.watch.mode == .inotify)
    }
  }

  // 19
  @Test(arguments: [FilesystemKind.nfs, .smb, .fuse, .ninep, .ceph, .afs])
  func `looks for changes by itself on a file system that other hosts change`(_ kind: FilesystemKind) async throws {
    try await watching(
      folder, schedule: .walking, watcher: { FakeWatcher() }, filesystem: { _ in kind }
    ) { reader in
      #expect(reader.latest?.watch.mode == .poll)
      #expect(reader.latest?.watch.degraded?.contains("lies on \(kind.rawValue)") == true)
      try folder.write("a.yaml", "v: 2\n")
      try await reader.until("the text") { $0.text("a.yaml") == "v: 2\n" }
    }
  }

  // 20
  @Test func `warns of a file that is mounted by itself, and finds edits of it`() async throws {
    guard let thread = OwnThread.withOwnMounts() else {
      // Without the right to mount, at least the table of mounts has to be understood.
      let line = Array("36 35 98:0 /x \(folder("a.yaml")) rw - ext4 /dev/root rw\n".utf8)
      #expect(MountTable.mountPoints(line) == [folder("a.yaml")])
      return
    }
    try await withTaskExecutorPreference(thread) {
      try Folder.write(folder.beside("host"), Array("v: host\n".utf8))
      let isBind = UInt(MS_BIND)
      try SystemCallFailed.check(mount(folder.beside("host"), folder("a.yaml"), nil, isBind, nil), "mount")
      try await watching(folder, schedule: .walking) { reader in
        #expect(reader.text("a.yaml") == "v: host\n")
        let warnings = try #require(reader.latest?.watch.warnings)
        #expect(warnings.count == 1)
        #expect(warnings.first?.contains(folder("a.yaml") + " is mounted by itself") == true)
        try Folder.write(folder.beside("host"), Array("v: edited\n".utf8))
        try await reader.until("the edit") { $0.text("a.yaml") == "v: edited\n" }
      }
      umount2(folder("a.yaml"), 0)
    }
  }
}
