import DroverCore
import DroverManifests
import DroverTestKit
import Testing

@Suite struct EditedFoldTests {
  private static let now = Timestamp(milliseconds: 9000)

  /// What the edit of some files gives, without looking at the others.
  private func refold(_ before: Tree, _ after: Tree, over previous: DesiredFleet) -> DesiredFleet? {
    let old = Dictionary(uniqueKeysWithValues: before.scan.files.map { ($0.path, $0) })
    let edits = after.scan.files.filter { old[$0.path]?.sha256 != $0.sha256 }.compactMap { file in
      old[file.path].map { ManifestEdit(before: $0, after: file) }
    }
    return DesiredFold.refold(
      previous: previous, edits: edits, roots: after.roots, policy: after.policy, now: Self.now
    ) { old[$0.path] }
  }

  private static let fleet: KeyValuePairs = [
    "fleet.yaml": manifest("Fleet", "fleet", "{defaultProvider: local, modelDefaults: {tags: [all]}}"),
    "p.yaml": server + "---\n" + model("beside", "maxTokens: 3"), "a.yaml": model("a"),
    "b.yaml": "# two\n" + model("b", "provider: local, cost: {inputTokens: 1}") + "---\n" + model("c"),
    "d.yaml": model("d", "provider: local, modelID: other, deprecation: {replacement: a}"),
  ]

  private static let edits: [(String, String)] = [
    ("a.yaml", model("a", "provider: local, maxTokens: 9")), ("a.yaml", model("a", labels: "{team: x}")),
    ("a.yaml", "# moved\n\n" + model("a")), ("a.yaml", model("a", "provider: local, modelID: unheard-of")),
    ("b.yaml", model("b", "provider: local, maxTokens: 1") + "---\n" + model("c")),
    ("p.yaml", "\n" + server + "---\n" + model("beside", "maxTokens: 4")),
    ("d.yaml", model("d", "provider: local, modelID: other, maxTokens: 3, deprecation: {replacement: a}")),
  ]

  @Test(arguments: edits)
  func `an edit of a model is folded by itself, with the same result`(path: String, text: String) throws {
    let before = Tree(Self.fleet)
    let previous = before.fold()
    #expect(previous.errors.isEmpty)
    var after = before
    after[path] = text
    let quick = try #require(refold(before, after, over: previous))
    #expect(quick == after.fold(over: previous, at: 9000))
  }

  private static let wholeEdits: [(String, String)] = [
    ("a.yaml", model("a", "provider: elsewhere")), ("a.yaml", model("a", "provider: local, modelID: other")),
    ("a.yaml", model("a", "provider: local, aliases: [c]")), ("a.yaml", model("renamed")),
    ("a.yaml", model("a", "provider: local, desiredState: Loaded")), ("a.yaml", model("a") + "---\n" + model("e")),
    ("a.yaml", model("a", "provider: local, maxTokens: many")), ("a.yaml", "kind: [unclosed"),
    ("a.yaml", model("a", "provider: local, llamaCpp: {file: a.gguf}")),
    ("p.yaml", manifest("Provider", "local", "{type: custom, baseURL: \"http://127.0.0.1:9001\"}")),
    ("fleet.yaml", manifest("Fleet", "fleet", "{defaultProvider: local}")),
  ]

  @Test(arguments: wholeEdits)
  func `what concerns the whole set is left to a fold of everything`(path: String, text: String) {
    let before = Tree(Self.fleet)
    let previous = before.fold()
    var after = before
    after[path] = text
    #expect(refold(before, after, over: previous) == nil)
  }

  @Test func `a fleet in which something is refused or absent is folded as a whole`() {
    var before = Tree(Self.fleet)
    let good = before.fold()
    before["d.yaml"] = model("d", "maxTokens: many")
    var after = before
    after["a.yaml"] = model("a", "provider: local, maxTokens: 9")
    #expect(refold(before, after, over: before.fold(over: good)) == nil)
    before["d.yaml"] = nil
    after["d.yaml"] = nil
    #expect(refold(before, after, over: before.fold(over: good)) == nil)
    after = before
    after.roots = [RootState(path: "root", failure: "gone")]
    #expect(refold(before, after, over: good) == nil)
  }

  @Test func `a scan that found nothing new changes the roots alone`() throws {
    let before = Tree(Self.fleet)
    let previous = before.fold()
    var after = before
    after.roots = [RootState(path: "root", revision: "abc", files: 5)]
    let quick = try #require(refold(before, after, over: previous))
    #expect(quick == after.fold(over: previous, at: 9000))
    #expect(quick.revision == "abc")
  }

  @Test(arguments: 0..<40) func `random edits give what a fold of everything gives`(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var tree = Tree(Self.fleet)
    var previous = tree.fold()
    var taken = 0
    for step in 0..<60 {
      let name = ["a", "d", "e"].randomElement(using: &random) ?? "a"
      let specs = [
        "provider: local", "provider: local, maxTokens: \(step)", "provider: local, modelID: m\(step % 7)",
        "maxTokens: 7", "provider: local, desiredState: Loaded", "provider: local, maxTokens: none",
        "provider: local, aliases: [x]", "provider: local, profile: {testCount: 3}", "provider: local, modelID: other",
      ]
      var after = tree
      let spec = specs.randomElement(using: &random) ?? ""
      after["\(name).yaml"] = model(name, spec, labels: step % 3 == 0 ? "{n: \"\(step)\"}" : nil)
      let whole = after.fold(over: previous, at: 9000)
      if tree["\(name).yaml"] != nil, let quick = refold(tree, after, over: previous) {
        taken += 1
        #expect(quick == whole, "\(name): \(spec)")
      }
      tree = after
      previous = whole
    }
    #expect(taken > 0)
  }
}
