import DroverCLI
import DroverCore
import DroverManifests
import DroverSystem
import Testing

@Suite struct RollbackTests {
  private static func version(_ generation: Int64, _ spec: FieldValue, hash: String? = nil) -> FieldValue {
    .object([
      "generation": .integer(generation), "acceptedAt": .string("2026-11-20T0\(generation):12:04Z"),
      "revision": .string("abcdef012345"), "specHash": .string(hash ?? "h\(generation)"), "spec": spec,
    ])
  }

  private func session() throws -> Session {
    let session = try Session()
    session.fleet.history["mistral-7b"] = [
      Self.version(3, .object(["provider": .string("local"), "maxTokens": .integer(9)])),
      Self.version(2, .object(["provider": .string("local"), "tags": .array([.string("x")])])),
      Self.version(1, .object(["provider": .string("local")])),
    ]
    return session
  }

  @Test func `lists what was accepted, newest first`() async throws {
    let session = try session()
    #expect(await session.run("rollback", "mistral-7b", "--list") == 0)
    #expect(
      session.output == """
        GENERATION   AGE   REVISION   CHANGES
        3            6h    abcdef0    +maxTokens -tags
        2            7h    abcdef0    +tags
        1            8h    abcdef0    <none>

        """)
  }

  @Test func `prints the spec before, or the one that is asked for`() async throws {
    let session = try session()
    #expect(await session.run("rollback", "model/mistral-7b") == 0)
    #expect(session.output.hasPrefix("apiVersion: drover.dev/v1alpha1\nkind: Model\nmetadata:\n  name: mistral-7b\n"))
    #expect(session.output.hasSuffix("spec:\n  provider: local\n  tags:\n  - x\n"))
    #expect(await session.run("rollback", "mistral-7b", "--to", "1") == 0)
    #expect(session.output.hasSuffix("spec:\n  provider: local\n"))
    #expect(await session.run("rollback", "mistral-7b", "--to", "8") == 1)
    #expect(session.errors == "error: model/mistral-7b has no generation 8 on record; there are 3, 2, 1\n")
    #expect(await session.run("rollback", "nomic-embed") == 1)
    #expect(session.errors == "error: model/nomic-embed has had no other spec; there is nothing to go back to\n")
    #expect(await session.run("rollback", "mistral-7") == 1)
    #expect(await session.run("rollback", "mistral-7b", "--list", "-w") == 1)
    #expect(session.errors.hasPrefix("error: --list excludes --to and --write"))
  }

  @Test func `writes the spec into the manifest that the server has read, and no other`() async throws {
    try await withFolder { folder in
      let text = "# two models\nkind: Model\nspec:\n  maxTokens: 9 # new\n  provider: local\n---\nkind: Model\n"
      try AtomicFile.write(folder + "/m.yaml", Array(text.utf8), mode: 0o640, durability: .none)
      let session = try session()
      func setSource(_ sha256: String) {
        session.fleet.update("mistral-7b") {
          $0.set(
            "source",
            .object([
              "root": .string(folder), "path": .string("m.yaml"), "document": .integer(0), "sha256": .string(sha256),
            ]))
        }
      }
      setSource("another")
      #expect(await session.run("rollback", "mistral-7b", "-w") == 1)
      #expect(session.errors.contains("is not what the server has read"))
      setSource(Digest.sha256(Array(text.utf8)))
      #expect(await session.run("rollback", "mistral-7b", "-w") == 0, "\(session.errors)")
      #expect(session.output == "\(folder)/m.yaml: the spec of generation 2 is written\n")
      let contents = try FileReader.contents(of: folder + "/m.yaml", maxBytes: 1000)
      #expect(contents.stat.mode == 0o640)
      #expect(
        String(decoding: contents.bytes, as: UTF8.self)
          == "# two models\nkind: Model\nspec:\n  provider: local\n  tags:\n  - x\n---\nkind: Model\n")
    }
  }
}
