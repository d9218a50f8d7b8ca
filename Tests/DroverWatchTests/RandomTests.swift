import DroverCore
import DroverSystem
import DroverTestKit
import Glibc
import Testing

@Suite(.serialized, .timeLimit(.minutes(15))) struct `Many changes` {
  @Test(arguments: 1...6)
  func `know the tree after any changes to it, by events alone`(_ seed: UInt64) async throws {
    let folder = try Folder()
    var storm = Storm(folder: folder, random: SplitMix64(seed: seed))
    for _ in 1...30 { try storm.change() }
    try await watching(folder) { reader in
      for number in 1...300 {
        try storm.change()
        if number % 25 == 0 { try await Task.sleep(for: .milliseconds(storm.pause())) }
        if number % 100 == 0 {
          try await reader.fence()
          let tree = try storm.tree()
          try await reader.until("the tree after \(number)") { Storm.contents($0) == tree }
        }
      }
    }
  }

  @Test func `know the tree after any changes to it, without events`() async throws {
    let folder = try Folder()
    var storm = Storm(folder: folder, random: SplitMix64(seed: 99))
    try await watching(folder, schedule: .walking, watcher: { () throws(SystemError) in throw .watchLimit }) {
      reader in
      for _ in 1...300 { try storm.change() }
      let tree = try storm.tree()
      try await reader.until("the tree") { Storm.contents($0) == tree }
    }
  }

  @Test func `tell the last of 500 quick edits, each whole, in few deltas`() async throws {
    let folder = try Folder()
    let padding = String(repeating: "x", count: 20_000)
    func text(_ number: Int) -> String { "start: \(number)\n# \(padding)\nend: \(number)\n" }
    try folder.write("a.yaml", text(0))
    let start = ContinuousClock.now
    try await watching(folder, schedule: .patient) { reader in
      reader.forget()
      for number in 1...500 {
        if number % 2 == 0 {
          try folder.write("a.yaml", text(number))
        } else {
          try folder.replace("a.yaml", text(number))
        }
        try await Task.sleep(for: .milliseconds(4))
      }
      try await reader.until("the last") { $0.text("a.yaml") == text(500) }
      // At most one in the time of a debounce.
      #expect(reader.told.count <= Int((ContinuousClock.now - start) / .milliseconds(50)) + 1)
      for content in reader.deltas.flatMap(\.changed).map(\.content) {
        guard case .bytes(let bytes) = content else {
          Issue.record("a failure: \(content)")
          continue
        }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        #expect(lines.count == 3 && lines[0].dropFirst(7) == lines[2].dropFirst(5))
      }
    }
  }
}

/// Random changes to a tree of manifests.
struct Storm {
  let folder: Folder
  var random: SplitMix64
  private var serial = 0

  init(folder: Folder, random: SplitMix64) {
    self.folder = folder
    self.random = random
  }

  mutating func pause() -> Int { Int.random(in: 0..<120, using: &random) }

  private mutating func folderName() -> String {
    let depth = Int.random(in: 0...3, using: &random)
    return (0..<depth).map { _ in ["d", "e", "f"].randomElement(using: &random) ?? "d" }.joined(separator: "/")
  }

  private mutating func path() -> String {
    let name = (["a", "b", "c"].randomElement(using: &random) ?? "a") + ".yaml"
    let parent = folderName()
    return parent.isEmpty ? name : parent + "/" + name
  }

  private mutating func text() -> String {
    serial += 1
    return "v: \(serial)\n"
  }

  /// Makes one change; one that is not possible now is none.
  mutating func change() throws {
    let (one, other) = (path(), path())
    switch Int.random(in: 0..<12, using: &random) {
    case 0...2: try? Folder.write(folder(one), Array(text().utf8))
    case 3...4:
      let temporary = folder(one) + ".tmp"
      if (try? Folder.write(temporary, Array(text().utf8))) != nil { rename(temporary, folder(one)) }
    case 5: unlink(folder(one))
    case 6: rename(folder(one), folder(other))
    case 7: Glibc.link(folder(one), folder(other))
    case 8:
      let name = folderName()
      if !name.isEmpty { try? Directory.create(folder(name), mode: 0o755) }
    case 9:
      let name = folderName()
      if !name.isEmpty { try? Directory.create(folder(name), mode: 0o755) }
    case 10:
      let (from, to) = (folderName(), folderName())
      if !from.isEmpty, !to.isEmpty { rename(folder(from), folder(to)) }
    default:
      let name = folderName()
      if !name.isEmpty, random.chance(30) { Folder.removeTree(folder(name)) }
    }
  }

  /// What stands in the tree now: relative path to text.
  func tree() throws -> [String: String] {
    var found: [String: String] = [:]
    func visit(_ relative: String) throws {
      for entry in try Directory.list(folder(relative)) {
        let path = relative.isEmpty ? entry.name : relative + "/" + entry.name
        if entry.kind == .directory { try visit(path) }
        guard entry.kind == .regular, entry.name.hasSuffix(".yaml") else { continue }
        found[path] = String(decoding: try FileReader.read(folder(path), maxBytes: 1 << 20), as: UTF8.self)
      }
    }
    try visit("")
    return found.filter { !$0.key.hasPrefix("fence-") }
  }

  /// What a reader knows of the tree.
  static func contents(_ reader: Reader) -> [String: String] {
    var known: [String: String] = [:]
    for path in reader.files.keys where !path.hasPrefix("fence-") { known[path] = reader.text(path) ?? "?" }
    return known
  }
}
