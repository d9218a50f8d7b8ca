import DroverCore
import DroverSystem
import Glibc
import Testing

@Suite(.serialized, .timeLimit(.minutes(15))) struct `Roots that come and go` {
  let folder: Folder

  init() throws {
    folder = try Folder()
  }

  /// A folder with one file that can be renamed into the root's place.
  private func prepare(_ name: String, _ text: String) throws {
    try Directory.create(folder.beside(name), mode: 0o755)
    try Folder.write(folder.beside(name) + "/a.yaml", Array(text.utf8))
  }

  // 12
  @Test func `keeps everything while the root is gone, and watches the next one`() async throws {
    try folder.write("fleet.yaml", server)
    try folder.write("a.yaml", model("m"))
    try await watching(folder, folding: true) { reader in
      reader.forget()
      try folder.move(folder.root, folder.beside("trash"))
      Folder.removeTree(folder.beside("trash"))
      try await reader.until("a failure") { $0.latest?.roots.first?.failure != nil }
      #expect(reader.told == [])
      #expect(reader.fleet.model("m")?.isAbsent == false)
      #expect(reader.fleet.roots.first?.failure?.contains("no such file") == true)
      try prepare("next", model("m", title: "two"))
      try Folder.write(folder.beside("next/fleet.yaml"), Array(server.utf8))
      try folder.move(folder.beside("next"), folder.root)
      try await reader.until("the next root") { $0.fleet.model("m")?.title == "two" }
      #expect(reader.latest?.roots.first?.failure == nil)
      try folder.write("a.yaml", model("m", title: "three"))
      try await reader.until("an edit in it") { $0.fleet.model("m")?.title == "three" }
      #expect(reader.told == [["+a.yaml"], ["+a.yaml"]])
    }
  }

  // 12
  @Test func `finds a root that did not exist, nor the folder around it`() async throws {
    try await watching(folder, root: folder("x/y")) { reader in
      #expect(reader.latest?.roots.first?.failure != nil)
      try folder.makeFolder("x")
      try folder.makeFolder("x/y")
      try folder.write("x/y/a.yaml", "v: 1\n")
      try await reader.until("the file") { $0.text("a.yaml") == "v: 1\n" }
    }
  }

  // 13
  @Test func `watches the folder that stands at the root's path, not the one that was moved away`() async throws {
    try folder.write("a.yaml", "v: 1\n")
    try prepare("next", "v: 2\n")
    try await watching(folder) { reader in
      reader.forget()
      try folder.move(folder.root, folder.beside("old"))
      try folder.move(folder.beside("next"), folder.root)
      try await reader.until("the new text") { $0.text("a.yaml") == "v: 2\n" }
      try Folder.write(folder.beside("old/ghost.yaml"), Array("v: 1\n".utf8))
      try Folder.write(folder.beside("old/a.yaml"), Array("v: ghost\n".utf8))
      try await reader.fence()
      try folder.write("a.yaml", "v: 3\n")
      try await reader.until("an edit in the new folder") { $0.text("a.yaml") == "v: 3\n" }
      #expect(reader.told == [["+a.yaml"], ["+a.yaml"]])
    }
  }

  // 13
  @Test func `notices that the folder around the root was moved away`() async throws {
    try folder.makeFolder("around")
    try folder.makeFolder("around/inner")
    try folder.write("around/inner/a.yaml", "v: 1\n")
    try await watching(folder, root: folder("around/inner")) { reader in
      reader.forget()
      try folder.move(folder("around"), folder("elsewhere"))
      try await reader.until("a failure") { $0.latest?.roots.first?.failure != nil }
      #expect(reader.told == [])
      try folder.move(folder("elsewhere"), folder("around"))
      try await reader.until("its return") { $0.latest?.roots.first?.failure == nil }
      #expect(reader.told == [])
    }
  }

  // 14
  @Test func `takes an empty folder on another file system for the place of a missing mount`() async throws {
    let other = try Folder(at: "/dev/shm")
    try other.write("a.yaml", model("m"))
    try other.write("fleet.yaml", server)
    let devices = try (FileStat(other.root).device, FileStat(folder.root).device)
    try #require(devices.0 != devices.1)
    try folder.link(folder.beside("mount"), to: other.root)
    try await watching(folder, root: folder.beside("mount"), folding: true) { reader in
      reader.forget()
      try folder.flip(folder.beside("mount"), to: folder.root)
      try await reader.until("a failure") { $0.latest?.roots.first?.failure != nil }
      #expect(reader.latest?.roots.first?.failure?.contains("mount it again") == true)
      #expect(reader.told == [])
      #expect(reader.fleet.model("m")?.isAbsent == false)
      try folder.write("fleet.yaml", server)
      try folder.write("a.yaml", model("m", title: "two"))
      // Where a root failed, only a walk looks again.
      try await reader.until("the files") { $0.fleet.model("m")?.title == "two" }
      #expect(reader.latest?.roots.first?.failure == nil)
    }
  }

  // 14
  @Test func `keeps everything while the root is unmounted`() async throws {
    guard let thread = OwnThread.withOwnMounts() else {
      // Without the right to mount, at least the event has to lead to a walk.
      return try await tellsAnUnmountByItsEvent()
    }
    try await withTaskExecutorPreference(thread) {
      try mountMemory()
      try folder.write("fleet.yaml", server)
      try folder.write("a.yaml", model("m"))
      try await watching(folder, schedule: .walking, folding: true) { reader in
        reader.forget()
        try SystemCallFailed.check(umount2(folder.root, 0), "umount")
        try await reader.until("a failure") { $0.latest?.roots.first?.failure != nil }
        #expect(reader.told == [])
        #expect(reader.fleet.model("m")?.isAbsent == false)
        try mountMemory()
        try folder.replace("fleet.yaml", server)
        try folder.replace("a.yaml", model("m", title: "two"))
        try await reader.until("the mount") { $0.fleet.model("m")?.title == "two" }
      }
      umount2(folder.root, 0)
    }
  }

  private func mountMemory() throws {
    try SystemCallFailed.check(mount("none", folder.root, "tmpfs", 0, nil), "mount")
  }

  private func tellsAnUnmountByItsEvent() async throws {
    let watcher = FakeWatcher()
    try folder.write("a.yaml", "v: 1\n")
    try await watching(folder, watcher: { watcher }) { reader in
      Folder.removeTree(folder.root)
      let watch = try watcher.add(folder.root)
      watcher.tell([InotifyEvent(watch: watch, flags: .unmounted, name: nil)])
      try await reader.until("a failure") { $0.latest?.roots.first?.failure != nil }
      #expect(reader.files.keys.sorted() == ["a.yaml"])
    }
  }
}
