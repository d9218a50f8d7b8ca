import DroverCore
import DroverManifests
import Testing

/// Two states of one tree, of which the second takes over what the first has decoded.
@Suite struct KnownFileTests {
  private static let now = Timestamp(milliseconds: 9000)

  private func load(
    _ files: [String: String], display prefix: String = "", over base: ManifestTree? = nil, sharing: Bool = false,
    isTimeZone: @escaping @Sendable (String) -> Bool = { _ in true }
  ) async -> ManifestTree {
    let inputs = files.sorted { $0.key < $1.key }.map { path, text in
      ManifestTree.Input(root: "tree", path: path, display: prefix + path, bytes: Array(text.utf8))
    }
    return await ManifestTree.load(
      inputs, roots: [RootState(path: "tree", files: files.count)], previous: base?.fleet ?? DesiredFleet(),
      twin: sharing ? base?.scan : nil, now: Self.now, decoder: ManifestDecoder(isTimeZone: isTimeZone))
  }

  @Test func `a file with the same bytes is decoded once, wherever it lies`() async throws {
    let rest = ["m.yaml": model("m", "provider: local"), "p.yaml": server]
    // A kind that nothing acts on is warned about.
    let route = manifest("Route", "r", "{targets: [{model: m}]}")
    let base = await load(rest.merging(["a.yaml": route]) { $1 }, display: "x/")
    let moved = rest.merging(["sub/b.yaml": route]) { $1 }
    let tree = await load(moved, over: base, sharing: true)
    let file = try #require(tree.scan.files.first { $0.path == "sub/b.yaml" })
    let draft = try #require(file.documents.first?.draft)
    #expect(draft === base.scan.files.first { $0.path == "a.yaml" }?.documents.first?.draft)
    #expect(file.display == "sub/b.yaml" && file.documents.first?.file == "sub/b.yaml")
    #expect(file.documents.first?.source.path == "sub/b.yaml")
    #expect(tree.diagnostics.map(\.file) == ["sub/b.yaml"])
  }

  @Test func `a file with an error is judged by whoever decodes it`() async {
    let fleet = ["f.yaml": manifest("Fleet", "fleet", "{timeZone: Europe/Nowhere}")]
    let strict = await load(fleet) { $0 != "Europe/Nowhere" }
    #expect(strict.counts.errors == 1)
    let lax = await load(fleet, over: strict, sharing: true)
    #expect(lax.counts.errors == 0)
  }
}
