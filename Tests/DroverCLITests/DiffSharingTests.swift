import DroverCore
import DroverManifests
import DroverPlanning
import DroverTestKit
import Testing

/// What a diff takes over from its base must not show.
@Suite struct DiffSharingTests {
  private static let now = Timestamp(milliseconds: 9000)

  private func load(
    _ files: [String: String], display prefix: String = "", over base: ManifestTree? = nil, sharing: Bool = false
  ) async -> ManifestTree {
    let inputs = files.sorted { $0.key < $1.key }.map { path, text in
      ManifestTree.Input(root: "tree", path: path, display: prefix + path, bytes: Array(text.utf8))
    }
    return await ManifestTree.load(
      inputs, roots: [RootState(path: "tree", files: files.count)], previous: base?.fleet ?? DesiredFleet(),
      twin: sharing ? base?.scan : nil, now: Self.now)
  }

  @Test(arguments: 0..<60) func `random edits give the diff that decoding everything gives`(seed: UInt64) async {
    var edits = TreeEdits(seed: seed)
    let base = await load(edits.files, display: "base/")
    let world = World(
      desired: base.fleet,
      registered: base.fleet.objects.compactMap { object in
        object.resource.map { Registration(generation: object.generation, firstSeen: Self.now, resource: $0) }
      }, now: Self.now)
    for _ in 0..<8 {
      edits.edit()
      let alone = await load(edits.files, over: base)
      let shared = await load(edits.files, over: base, sharing: true)
      #expect(shared.fleet == alone.fleet)
      #expect(shared.counts == alone.counts)
      #expect(shared.scan.files.map(\.place) == alone.scan.files.map(\.place))
      let expected = DiffReport.make(base: world, proposed: alone.fleet, baseTitle: "base")
      let report = DiffReport.make(base: world, proposed: shared.fleet, baseTitle: "base")
      #expect(report == expected)
      #expect(DiffText.render(report, full: true) == DiffText.render(expected, full: true))
    }
  }
}

extension ManifestFile {
  /// Everything by which a file and its documents are found and named.
  fileprivate var place: [String] {
    [root, path, display, sha256]
      + documents.flatMap { [$0.file, $0.source.root, $0.source.path, $0.source.sha256] + $0.diagnostics.map(\.file) }
      + failures.map(\.description)
  }
}

/// A small tree under random edits: fields change, files are moved, copied, broken, cut and deleted.
private struct TreeEdits {
  private(set) var files: [String: String] = [
    "fleet.yaml": manifest("Fleet", "fleet", "{defaultProvider: local, modelDefaults: {tags: [all]}}"),
    "p/local.yaml": server, "p/other.yaml": manifest("Provider", "other", "{type: openai, secret: openai}"),
    "r.yaml": manifest("Route", "r", "{targets: [{model: m0}]}"),
  ]
  private var random: SplitMix64
  private var step = 0

  init(seed: UInt64) {
    random = SplitMix64(seed: seed)
    for number in 0..<12 { files["m/\(number).yaml"] = text(number) }
  }

  private mutating func text(_ number: Int) -> String {
    let specs = [
      "provider: local", "{}", "provider: other, cost: {inputTokens: \"0.\(step)\"}", "provider: gone",
      "provider: local, modelID: m\(step % 5)", "provider: local, aliases: [a\(step % 4)]", "maxTokens: many",
      "provider: local, desiredState: Loaded", "provider: local, deprecation: {replacement: m\(step % 12)}",
    ]
    let spec =
      random.chance(60) ? "provider: local, maxTokens: \(number + 1)" : specs.randomElement(using: &random) ?? ""
    let one = spec == "{}" ? manifest("Model", "m\(number)") : manifest("Model", "m\(number)", "{\(spec)}")
    return random.chance(15) ? one + "---\n" + manifest("Model", "also-\(number)", "{provider: local}") : one
  }

  mutating func edit() {
    step += 1
    let paths = files.keys.sorted()
    guard let path = paths.randomElement(using: &random), let old = files[path] else { return }
    switch Int.random(in: 0..<9, using: &random) {
    case 0: files["moved/\(step).yaml"] = files.removeValue(forKey: path)
    case 1: files["copy/\(step).yaml"] = old
    case 2: files[path] = old + "---\nkind: [unclosed\n"
    case 3: files[path] = old.replacing("spec:", with: "spek:")
    case 4: files[path] = nil
    case 5: files[path] = "# a comment\n" + old
    case 6: files[path] = paths.randomElement(using: &random).flatMap { files[$0] }
    case 7: files["p/local.yaml"] = server.replacing("9000", with: "90\(10 + step % 3)")
    default:
      let number = Int.random(in: 0..<12, using: &random)
      files["m/\(number).yaml"] = text(number)
    }
  }
}

private func manifest(_ kind: String, _ name: String, _ spec: String = "{}") -> String {
  "apiVersion: drover.dev/v1alpha1\nkind: \(kind)\nmetadata: {name: \(name)}\nspec: \(spec)\n"
}

private let server = manifest("Provider", "local", "{type: custom, baseURL: \"http://127.0.0.1:9000\"}")
