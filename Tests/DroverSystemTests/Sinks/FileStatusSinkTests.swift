import DroverCore
import Glibc
import Testing

@testable import DroverSystem

struct FileStatusSinkTests {
  private let folder: TemporaryDirectory
  private let root: String
  private let model = Identity(.model, "llama-3.8b")

  init() throws {
    folder = try TemporaryDirectory()
    root = folder.path + "/status"
  }

  @Test func `writes each object to the folder of its kind, and the fleet beside them`() async throws {
    let sink = try FileStatusSink(root: root)
    try await sink.write(Array("a: 1\n".utf8), for: model)
    try await sink.write(Array("a: 2\n".utf8), for: model)
    try await sink.write([], for: Identity(.fleet, "fleet"))
    try await sink.write([], for: Identity(.rateLimit, "r"))
    #expect(try FileReader.read(root + "/models/llama-3.8b.yaml", maxBytes: 100) == Array("a: 2\n".utf8))
    for path in ["/fleet.yaml", "/models/llama-3.8b.yaml", "/ratelimits/r.yaml"] {
      #expect(try FileStat(root + path).mode == 0o644)
    }
    for path in ["", "/models", "/ratelimits"] { #expect(try FileStat(root + path).mode == 0o755) }
    #expect(try await sink.existing() == [Identity(.fleet, "fleet"), model, Identity(.rateLimit, "r")])
  }

  @Test func `leaves a reader the old file or the new one`() async throws {
    let sink = try FileStatusSink(root: root)
    let path = root + "/models/llama-3.8b.yaml"
    let texts = [UInt8(ascii: "a"), UInt8(ascii: "b")].map { [UInt8](repeating: $0, count: 100_000) }
    try await sink.write(texts[0], for: model)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { for round in 0..<100 { try await sink.write(texts[round % 2], for: model) } }
      group.addTask {
        for _ in 0..<100 {
          let seen = try FileReader.read(path, maxBytes: 1 << 20)
          #expect(texts.contains(seen))
        }
      }
      try await group.waitForAll()
    }
  }

  @Test func `tells which files are no longer what was written`() async throws {
    let names = ["kept", "touched", "replaced", "rewritten", "removed", "linked"]
    let files = names.map { (identity: Identity(.model, $0), sha256: FileDigest(of: Array("a: 1\n".utf8)).hexadecimal) }
    let sink = try FileStatusSink(root: root)
    for file in files { try await sink.write(Array("a: 1\n".utf8), for: file.identity) }
    #expect(await sink.altered(files).isEmpty)
    func path(_ name: String) -> String { root + "/models/\(name).yaml" }
    // The same bytes, written by somebody else, are no loss; a file in its place of the same size is.
    try AtomicFile.write(path("touched"), Array("a: 1\n".utf8), durability: .none)
    try AtomicFile.write(path("replaced"), Array("a: 2\n".utf8), durability: .none)
    let handle = try #require(fopen(path("rewritten"), "w"))
    fputs("trash\n", handle)
    fclose(handle)
    try Directory.removeFile(path("removed"))
    try Directory.removeFile(path("linked"))
    #expect(symlink(path("kept"), path("linked")) == 0)
    let expected = ["replaced", "rewritten", "removed", "linked"]
    #expect(await sink.altered(files).map(\.name) == expected)
    // A successor that has written nothing yet finds the same.
    #expect(await (try FileStatusSink(root: root)).altered(files).map(\.name) == expected)
  }

  @Test func `removes files, and takes removing twice`() async throws {
    let sink = try FileStatusSink(root: root)
    try await sink.remove(model)
    try await sink.write([], for: model)
    try await sink.remove(model)
    try await sink.remove(model)
    #expect(try await sink.existing() == [])
  }

  @Test func `sweeps what a crash left, and lists only status`() async throws {
    try Directory.create(root + "/models", mode: 0o755)
    for name in [
      ".x.yaml.0123456789abcdef.tmp", "models/.a.yaml.0123456789abcdef.tmp", "models/a.yaml", "models/README",
    ] {
      try AtomicFile.write(root + "/" + name, [], durability: .none)
    }
    try Directory.create(root + "/models/b.yaml", mode: 0o755)
    let sink = try FileStatusSink(root: root)
    #expect(try await sink.existing() == [Identity(.model, "a")])
    #expect(try Directory.list(root + "/models").map(\.name) == ["README", "a.yaml", "b.yaml"])
    #expect(try Directory.list(root).map(\.name) == ["models"])
  }

  @Test func `makes a folder again that somebody removed`() async throws {
    let sink = try FileStatusSink(root: root)
    try await sink.write([], for: model)
    try Directory.removeFile(root + "/models/llama-3.8b.yaml")
    #expect(rmdir(root + "/models") == 0)
    try await sink.write([], for: model)
    #expect(try await sink.existing() == [model])
  }

  @Test func `says what is in the way`() async throws {
    try AtomicFile.write(root, [], durability: .none)
    #expect(throws: StoreError.self) { try FileStatusSink(root: root) }
  }
}
