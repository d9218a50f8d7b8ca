import DroverCLI
import DroverCore
import DroverManifests
import Testing

@Suite struct KeygenTests {
  @Test func `prints the key once and a manifest with its digest`() async throws {
    try Goldens.expect(
      await Session().transcript(["keygen", "team-a", "--not-after", "2027-01-31"]), "keygen")
  }

  @Test func `the manifest is valid, knows the key by its digest, and holds nothing else of it`() async throws {
    let session = try Session()
    #expect(await session.run("keygen", "team-a") == 0)
    let manifest = session.output
    let key = try #require(session.errors.split(separator: "\n").map(String.init).first { $0.hasPrefix("drover_") })
    #expect(GeneratedKey.isOne(Array(key.utf8)))
    #expect(!manifest.contains(key) && !manifest.contains(key.dropFirst(7)))
    let tree = await ManifestTree.load(
      [ManifestTree.Input(root: "", path: "a.yaml", bytes: Array(manifest.utf8))], now: session.clock.now)
    #expect(tree.diagnostics.isEmpty)
    let digest = try #require(KeyDigest(hexadecimal: Digest.sha256(Array(key.utf8))))
    let grant = try AccessTable(tree.fleet).grant(of: digest, isGenerated: true, at: session.clock.now)
    #expect(grant.accessKey == "team-a")
    // Another run, another key.
    #expect(await session.run("keygen", "team-a") == 0)
    #expect(session.output != manifest)
  }

  @Test(arguments: [
    (["Team A"], "error: 'Team A' is no name of an AccessKey; use lower-case letters, digits, '-' and '.'\n"),
    (
      ["team", "--not-after", "soon"],
      "error: --not-after soon: must be a date such as 2027-01-31, or an instant such as 2027-01-31T12:00:00Z\n"
    ),
    (
      ["team", "--not-after", "2020-01-31"],
      "error: --not-after 2020-01-31: is over already; name a date to come\n"
    ),
  ])
  func `what makes no key is refused, and nothing is printed`(arguments: [String], expected: String) async throws {
    let session = try Session()
    #expect(await session.transcript(["keygen"] + arguments).hasSuffix(expected + "exit 1\n"))
  }

  @Test func `the system's generator gives other words each time`() {
    let words = Set((0..<64).map { _ in Console.standard.random() })
    #expect(words.count == 64)
  }
}
