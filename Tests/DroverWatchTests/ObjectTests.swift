import DroverCore
import DroverSystem
import Testing

@Suite(.serialized, .timeLimit(.minutes(15))) struct `Objects of watched files` {
  let folder: Folder

  init() throws {
    folder = try Folder()
    try folder.write("fleet.yaml", server)
    try folder.write("a.yaml", model("m"))
  }

  // 4
  @Test func `keeps the last good spec of a file that was cut to nothing`() async throws {
    try await watching(folder, folding: true) { reader in
      #expect(reader.fleet.model("m")?.isAccepted == true)
      try folder.write("a.yaml", "")
      try await reader.until("a failure") { $0.failure("a.yaml") != nil }
      let object = try #require(reader.fleet.model("m"))
      #expect(object.title == "one")
      #expect(object.refusal == .invalidManifest)
      #expect(!reader.fleet.unreadable.isEmpty)
      #expect(reader.fleets.allSatisfy { $0.model("m")?.isAbsent != true })
    }
  }

  // 4
  @Test func `tells nothing of a file that is cut to nothing and written at once`() async throws {
    let gate = HeldWatcher.Gate()
    try await watching(folder, folding: true, watcher: gate.watcher) { reader in
      reader.forget()
      try gate.burst(in: folder) {
        try folder.write("a.yaml", "")
        try folder.write("a.yaml", model("m", title: "two"))
      }
      try await reader.until("the title") { $0.fleet.model("m")?.title == "two" }
      #expect(reader.told == [["+a.yaml"]])
    }
  }

  // 7
  @Test func `takes a checkout of 50 changed and 5 deleted files as one batch`() async throws {
    let log = folder.beside("log")
    let first = (1...60).map { "printf '%s' '\(model("m\($0)"))' > m\($0).yaml" }.joined(separator: "\n")
    let second = (1...50).map { "sed -i s/one/two/ m\($0).yaml" }.joined(separator: "\n")
    let script = """
      git init -q . && git checkout -q -b main
      \(first)
      git add . && git commit -q -m one && git checkout -q -b next
      \(second)
      git rm -q m56.yaml m57.yaml m58.yaml m59.yaml m60.yaml
      git add . && git commit -q -m two && git checkout -q main
      """
    try shell(script, in: folder.root, log: log)
    let gate = HeldWatcher.Gate()
    try await watching(folder, folding: true, watcher: gate.watcher) { reader in
      #expect(reader.fleet.objects.count == 62)
      let before = try #require(reader.latest?.roots.first?.revision)
      reader.forget()
      try gate.burst(in: folder) { try shell("git checkout -q next", in: folder.root, log: log) }
      try await reader.until("the new titles") { $0.fleet.model("m50")?.title == "two" }
      let expected = (1...50).map { "+m\($0).yaml" } + (56...60).map { "-m\($0).yaml" }
      #expect(reader.told.map { $0.sorted() } == [expected.sorted()])
      #expect((1...55).allSatisfy { reader.fleet.model("m\($0)")?.isAccepted == true })
      #expect(reader.latest?.roots.first?.revision?.count == 40)
      #expect(reader.latest?.roots.first?.revision != before)
    }
  }

  // 8
  @Test func `takes a renamed file as the same object at another place`() async throws {
    try await watching(folder, folding: true) { reader in
      let before = try #require(reader.fleet.model("m"))
      reader.forget()
      try folder.move(folder("a.yaml"), folder("b.yaml"))
      try await reader.until("the new place") { $0.fleet.model("m")?.source?.path == "b.yaml" }
      #expect(reader.told == [["+b.yaml", "-a.yaml"]])
      let after = try #require(reader.fleet.model("m"))
      #expect(after.resource?.specHash == before.resource?.specHash)
      #expect(after.generation == before.generation)
      #expect(reader.fleets.allSatisfy { $0.model("m")?.isAccepted == true })
    }
  }

  // 9
  @Test(arguments: [true, false])
  func `keeps an object that moves between files, whichever is written first`(_ addsFirst: Bool) async throws {
    try folder.write("a.yaml", documents(model("m"), model("stays")))
    try folder.write("b.yaml", model("other"))
    try await watching(folder, folding: true) { reader in
      let before = try #require(reader.fleet.model("m"))
      reader.forget()
      let steps = [
        ("b.yaml", documents(model("other"), model("m"))), ("a.yaml", model("stays")),
      ]
      for (name, text) in addsFirst ? steps : steps.reversed() {
        try folder.replace(name, text)
        try await reader.until(name) { $0.text(name) == text }
      }
      try await reader.until("the new place") { $0.fleet.model("m")?.source?.path == "b.yaml" }
      let after = try #require(reader.fleet.model("m"))
      #expect(after.isAccepted)
      #expect(after.resource?.specHash == before.resource?.specHash)
      #expect(after.generation == before.generation)
      #expect(reader.fleets.allSatisfy { $0.model("m")?.resource?.specHash == before.resource?.specHash })
      let refusals = Set(reader.fleets.compactMap { $0.model("m")?.refusal })
      #expect(refusals == (addsFirst ? [.duplicateIdentity] : []))
      // Events about single files are no proof of absence.
      #expect(reader.fleets.allSatisfy { $0.model("m")?.isAbsent == false })
    }
  }

  // 25
  @Test func `refuses a copy of a file and keeps the object that was there`() async throws {
    try await watching(folder, folding: true) { reader in
      let before = try #require(reader.fleet.model("m"))
      try shell("sed s/one/two/ a.yaml > a.backup.yaml", in: folder.root, log: folder.beside("log"))
      try await reader.until("a conflict") { $0.fleet.model("m")?.refusal == .duplicateIdentity }
      #expect(reader.fleet.model("m")?.resource == before.resource)
      #expect(reader.fleet.model("m")?.source?.path == "a.yaml")
      try folder.remove("a.backup.yaml")
      try await reader.until("the end of the conflict") { $0.fleet.model("m")?.isAccepted == true }
      #expect(reader.fleet.model("m")?.resource == before.resource)
      #expect(reader.fleet.model("m")?.generation == before.generation)
    }
  }

  // 28
  @Test func `finds at its start what was edited while nobody watched, and believes no absence at once`() async throws {
    try folder.write("b.yaml", model("gone"))
    try folder.write("c.yaml", model("kept"))
    var before = DesiredFleet()
    try await watching(folder, folding: true) { before = $0.fleet }
    try folder.write("a.yaml", model("m", title: "two"))
    try folder.remove("b.yaml")
    try folder.write("d.yaml", model("new"))
    try await watching(folder, folding: true, over: before) { reader in
      #expect(reader.latest?.isFullScan == true)
      #expect(reader.told == [["+a.yaml", "+c.yaml", "+d.yaml", "+fleet.yaml"]])
      #expect(reader.fleet.model("m")?.generation == 2)
      #expect(reader.fleet.model("kept")?.generation == 1)
      #expect(reader.fleet.model("new")?.generation == 1)
      #expect(reader.fleet.model("gone")?.absentScans == 1)
      #expect(reader.fleet.model("gone")?.title == "one")
      reader.source.rescan(everything: false)
      try await reader.next()
      #expect(reader.fleet.model("gone")?.absentScans == 2)
    }
  }
}
