import DroverCore
import DroverSystem
import Glibc
import Testing

@Suite(.serialized, .timeLimit(.minutes(15))) struct `Edits of one file` {
  let folder: Folder

  init() throws {
    folder = try Folder()
    try folder.write("a.yaml", "v: 1\n")
  }

  // 1
  @Test func `tells a write in place once`() async throws {
    try await watching(folder) { reader in
      #expect(reader.text("a.yaml") == "v: 1\n")
      reader.forget()
      try folder.write("a.yaml", "v: 2\n")
      try await reader.until("the text") { $0.text("a.yaml") == "v: 2\n" }
      try await reader.fence()
      #expect(reader.told == [["+a.yaml"]])
      #expect(reader.text("a.yaml") == "v: 2\n")
    }
  }

  // 2
  @Test func `tells a file renamed over another once, and its temporary name never`() async throws {
    try await watching(folder) { reader in
      reader.forget()
      try folder.replace("a.yaml", "v: 2\n")
      try await reader.fence()
      #expect(reader.told == [["+a.yaml"]])
      #expect(reader.text("a.yaml") == "v: 2\n")
    }
  }

  // 3
  @Test func `tells nothing of a file that is half written, and all of it once it is closed`() async throws {
    let parts = ["first: 1\n", "second: 2\n", "third: 3\n"]
    try await watching(folder, schedule: .patient) { reader in
      reader.forget()
      let descriptors = ["a.yaml", "new.yaml"].map { open(folder($0), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644) }
      for part in parts {
        for descriptor in descriptors {
          try SystemCallFailed.check(write(descriptor, part, part.utf8.count), "write \(part)")
        }
        // Whatever was written before has been looked at then.
        try await reader.fence()
        #expect(reader.told == [])
      }
      for descriptor in descriptors { close(descriptor) }
      try await reader.until("both") { $0.text("new.yaml") != nil && $0.text("a.yaml") != "v: 1\n" }
      let contents = reader.deltas.flatMap(\.changed).map(\.content)
      #expect(contents == [.bytes(Array(parts.joined().utf8)), .bytes(Array(parts.joined().utf8))])
    }
  }

  // 3
  @Test func `reads a file that nobody closes once it was left alone for long`() async throws {
    try await watching(folder) { reader in
      let descriptor = open(folder("a.yaml"), O_WRONLY | O_APPEND | O_CLOEXEC)
      try SystemCallFailed.check(write(descriptor, "w: 1\n", 5), "write")
      try await reader.until("the text") { $0.text("a.yaml") == "v: 1\nw: 1\n" }
      close(descriptor)
    }
  }

  // 5
  @Test(arguments: Editor.allCases)
  func `tells a save by an editor once, and what it leaves beside the file never`(_ editor: Editor) async throws {
    let gate = HeldWatcher.Gate()
    try await watching(folder, watcher: gate.watcher) { reader in
      reader.forget()
      try gate.burst(in: folder) { try editor.save("a.yaml", "v: 2\n", in: folder) }
      try await reader.until("the text") { $0.text("a.yaml") == "v: 2\n" }
      try await reader.fence()
      #expect(reader.told == [["+a.yaml"]])
      #expect(reader.text("a.yaml") == "v: 2\n")
    }
  }

  // 6
  @Test func `tells what sed edits in place once`() async throws {
    try await watching(folder) { reader in
      reader.forget()
      try shell("sed -i 's/1/2/' a.yaml", in: folder.root, log: folder.beside("log"))
      try await reader.until("the text") { $0.text("a.yaml") == "v: 2\n" }
      try await reader.fence()
      #expect(Set(reader.told.joined()) == ["+a.yaml"])
      #expect(reader.text("a.yaml") == "v: 2\n")
    }
  }

  // 21
  @Test func `tells nothing of a touch, a change of mode and the same text again`() async throws {
    try await watching(folder) { reader in
      reader.forget()
      try SystemCallFailed.check(utimensat(AT_FDCWD, folder("a.yaml"), nil, 0), "touch")
      try SystemCallFailed.check(chmod(folder("a.yaml"), 0o600), "chmod")
      try folder.write("a.yaml", "v: 1\n")
      try await reader.fence()
      try folder.replace("a.yaml", "v: 1\n")
      try await reader.fence()
      #expect(reader.told == [])
    }
  }

  // 24
  @Test func `tells a file whose time is older than before, at the same size`() async throws {
    try await watching(folder) { reader in
      reader.forget()
      var times = [timespec(tv_sec: 1_000_000_000, tv_nsec: 0), timespec(tv_sec: 1_000_000_000, tv_nsec: 0)]
      try Folder.write(folder.beside("old"), Array("v: 2\n".utf8))
      try SystemCallFailed.check(utimensat(AT_FDCWD, folder.beside("old"), &times, 0), "utimensat")
      try folder.move(folder.beside("old"), folder("a.yaml"))
      try await reader.fence()
      #expect(reader.told == [["+a.yaml"]])
      #expect(reader.text("a.yaml") == "v: 2\n")
    }
  }

  // 24
  @Test func `finds a file with an older time by its metadata, where no event tells`() async throws {
    let clock = ManualClock()
    // The first delivery waits for files that were just written, by a clock that stands.
    try await folder.settled("a.yaml")
    try await watching(folder, schedule: .init(), surroundings: clock.surroundings, watcher: { FakeWatcher() }) {
      reader in
      try folder.write("a.yaml", "v: 2\n")
      var times = [timespec(tv_sec: 1_000_000_000, tv_nsec: 0), timespec(tv_sec: 1_000_000_000, tv_nsec: 0)]
      try SystemCallFailed.check(utimensat(AT_FDCWD, folder("a.yaml"), &times, 0), "utimensat")
      // A check that met it too early would leave it for a later look.
      try await folder.settled("a.yaml")
      clock.advance(DirectoryManifestSource.Schedule().walk)
      try await reader.until("the text") { $0.text("a.yaml") == "v: 2\n" }
    }
  }
}

/// How editors save a file, as traced.
enum Editor: CaseIterable {
  case vim, neovim, emacs, nano, gedit

  func save(_ name: String, _ text: String, in folder: Folder) throws {
    switch self {
    case .vim, .neovim:
      try folder.write(".\(name).swp", "swap")
      try folder.write(".\(name).swx", "")
      try folder.remove(".\(name).swx")
      try folder.write("4913", "")
      try folder.remove("4913")
      try folder.move(folder(name), folder(name + "~"))
      try folder.write(name, text)
      try folder.remove(name + "~")
      try folder.remove(".\(name).swp")
    case .emacs:
      try folder.link(folder(".#" + name), to: "somebody@somewhere.42:1")
      try folder.write("#\(name)#", "unsaved")
      try folder.move(folder(name), folder(name + "~"))
      try folder.write(name, text)
      try folder.remove("#\(name)#")
      try folder.remove(".#" + name)
    case .nano:
      try folder.write(".\(name).swp", "lock")
      try folder.write(name, text)
      try folder.remove(".\(name).swp")
    case .gedit:
      try folder.write(".goutputstream-X1Y2Z3", text)
      try folder.move(folder(".goutputstream-X1Y2Z3"), folder(name))
    }
  }
}
