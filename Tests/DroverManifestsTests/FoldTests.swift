import DroverCore
import DroverManifests
import DroverTestKit
import Testing

@Suite struct FoldTests {
  @Test func `an edit of the spec raises the generation, an edit of labels does not`() {
    var tree = Tree(["p.yaml": server, "m.yaml": model("a")])
    let first = tree.fold()
    #expect(first.model("a")?.generation == 1)
    tree["m.yaml"] = "# a comment\n" + model("a", labels: "{tier: x}")
    let second = tree.fold(over: first)
    #expect(second.model("a")?.generation == 1)
    #expect(second.model("a")?.resource?.labels == [Label("tier", "x")])
    tree["m.yaml"] = model("a", "provider: local, maxTokens: 5")
    let third = tree.fold(over: second)
    #expect(third.model("a")?.generation == 2)
    #expect(third.model("a")?.newestGeneration == 2)
  }

  @Test func `a broken document keeps the last good spec and its siblings move on`() {
    var tree = Tree(["p.yaml": server, "m.yaml": model("a") + "---\n" + model("b")])
    let first = tree.fold()
    tree["m.yaml"] =
      model("a", "provider: local, maxTokens: soon") + "---\n" + model("b", "provider: local, maxTokens: 7")
    let second = tree.fold(over: first)
    #expect(second.model("a")?.refusal == .invalidManifest)
    #expect(second.model("a")?.resource == first.model("a")?.resource)
    #expect(second.model("a")?.generation == 1)
    #expect(second.model("a")?.newestGeneration == 2)
    #expect(second.model("b")?.generation == 2)
    #expect(second.unreadable.isEmpty)
    tree["m.yaml"] = model("a") + "---\n" + model("b", "provider: local, maxTokens: 7")
    let third = tree.fold(over: second)
    #expect(third.model("a")?.newest == .accepted)
    #expect(third.model("a")?.generation == 1)
  }

  @Test func `a refused spec and its fix share no generation, and what was good keeps its own`() {
    var tree = Tree(["p.yaml": server, "m.yaml": model("a")])
    func edited(_ spec: String, over fleet: DesiredFleet) -> DesiredFleet {
      tree["m.yaml"] = model("a", "provider: local, " + spec)
      return tree.fold(over: fleet)
    }
    let first = tree.fold()
    let refused = edited("maxTokens: soon", over: first)
    #expect(refused.model("a")?.newestGeneration == 2)
    let again = edited("maxTokens: later", over: refused)
    #expect(again.model("a")?.newestGeneration == 2)
    let fixed = edited("maxTokens: 5", over: again)
    #expect(fixed.model("a")?.generation == 3)
    #expect(fixed.model("a")?.newestGeneration == 3)
    let broken = edited("maxTokens: soon", over: fixed)
    #expect(broken.model("a")?.newestGeneration == 4)
    let reverted = edited("maxTokens: 5", over: broken)
    #expect(reverted.model("a")?.generation == 3)
    #expect(reverted.model("a")?.newestGeneration == 3)
    #expect(edited("maxTokens: 6", over: reverted).model("a")?.generation == 5)
    // After a restart the last accepted one counts.
    let registered = reverted.objects.compactMap { object in
      object.resource.map { Registration(generation: object.generation, firstSeen: object.firstSeen, resource: $0) }
    }
    let restored = DesiredFleet.restored(from: registered, now: Timestamp(milliseconds: 0))
    #expect(edited("maxTokens: 6", over: restored).model("a")?.generation == 4)
  }

  @Test func `a first document that was refused gives its number to no other`() {
    var tree = Tree(["p.yaml": server, "m.yaml": model("a", "provider: local, maxTokens: soon")])
    let first = tree.fold()
    #expect(first.model("a")?.newestGeneration == 1)
    tree["m.yaml"] = model("a")
    #expect(tree.fold(over: first).model("a")?.generation == 2)
  }

  @Test func `a syntax error protects every object last seen in the file`() {
    var tree = Tree(["p.yaml": server, "m.yaml": model("a") + "---\n" + model("b")])
    let first = tree.fold()
    tree["m.yaml"] = model("a") + "---\nkind: [unclosed\n"
    let second = tree.fold(over: first)
    #expect(second.model("b")?.refusal == .invalidManifest)
    #expect(second.model("b")?.resource != nil)
    #expect(second.unreadable.count == 1)
    #expect(second.model("a")?.newest == .accepted)
  }

  @Test func `absence is counted over complete scans only`() {
    var tree = Tree(["p.yaml": server, "m.yaml": model("a")])
    let first = tree.fold()
    tree["m.yaml"] = nil
    let second = tree.fold(over: first, at: 1000)
    #expect(second.model("a")?.newest == .absent(since: Timestamp(milliseconds: 1000), scans: 1))
    tree.isComplete = false
    let third = tree.fold(over: second, at: 2000)
    #expect(third.model("a")?.absentScans == 1)
    tree.isComplete = true
    let fourth = tree.fold(over: third, at: 3000)
    #expect(fourth.model("a")?.newest == .absent(since: Timestamp(milliseconds: 1000), scans: 2))
    tree["m.yaml"] = model("a")
    let fifth = tree.fold(over: fourth, at: 4000)
    #expect(fifth.model("a")?.newest == .accepted)
    #expect(fifth.model("a")?.generation == 1)
    var forgotten = fourth
    forgotten.forget(Identity(.model, "a"))
    #expect(forgotten.model("a") == nil)
  }

  @Test func `an unreadable root makes nothing absent`() {
    var tree = Tree(["p.yaml": server, "m.yaml": model("a")])
    let first = tree.fold()
    tree.files = []
    tree.roots = [RootState(path: "root", failure: "no such directory")]
    let second = tree.fold(over: first)
    #expect(second.model("a")?.refusal == .rootUnavailable)
    #expect(second.provider("local")?.refusal == .rootUnavailable)
    #expect(second.model("a")?.resource == first.model("a")?.resource)
  }

  @Test func `an unreadable file makes nothing absent`() {
    var tree = Tree(["p.yaml": server, "m.yaml": model("a")])
    let first = tree.fold()
    tree["m.yaml"] = nil
    tree.unreadable = [.unreadable(root: "root", path: "m.yaml", reason: "permission denied")]
    let second = tree.fold(over: first)
    #expect(second.model("a")?.refusal == .invalidManifest)
    #expect(
      second.unreadable.map(\.description) == [
        "m.yaml: error: the file cannot be read: permission denied [UnreadableFile]"
      ])
  }

  @Test func `of two documents of one identity the incumbent stays in force and both are flagged`() {
    var tree = Tree(["p.yaml": server, "b.yaml": model("a")])
    let first = tree.fold()
    tree["a.yaml"] = model("a", "provider: local, maxTokens: 9")
    let second = tree.fold(over: first)
    #expect(second.model("a")?.refusal == .duplicateIdentity)
    #expect(second.model("a")?.source?.path == "b.yaml")
    #expect(second.model("a")?.resource == first.model("a")?.resource)
    #expect(
      second.errors == [
        "a.yaml:1:1: error: model/a is declared at b.yaml:1:1 too; remove or rename one [DuplicateIdentity]",
        "b.yaml:1:1: error: model/a is declared at a.yaml:1:1 too; remove or rename one [DuplicateIdentity]",
      ])
    tree["b.yaml"] = nil
    let third = tree.fold(over: second)
    #expect(third.model("a")?.newest == .accepted)
    #expect(third.model("a")?.generation == 2)
    #expect(third.errors == [])
  }

  @Test func `an object that moves to another file keeps its generation`() {
    var tree = Tree(["p.yaml": server, "m.yaml": model("a")])
    let first = tree.fold()
    tree["m.yaml"] = nil
    tree["n.yaml"] = model("a")
    let second = tree.fold(over: first, at: 5)
    #expect(second.model("a")?.newest == .accepted)
    #expect(second.model("a")?.generation == 1)
    #expect(second.model("a")?.source?.path == "n.yaml")
    #expect(second.model("a")?.firstSeen == Timestamp(milliseconds: 0))
  }

  @Test func `a model under a new name is the same model`() {
    var tree = Tree(["p.yaml": server, "m.yaml": model("a", "provider: local, modelID: x")])
    let first = tree.fold()
    tree["m.yaml"] = model("b", "provider: local, modelID: x")
    let second = tree.fold(over: first, at: 5)
    #expect(second.model("a") == nil)
    #expect(second.model("b")?.renamedFrom == Identity(.model, "a"))
    #expect(second.model("b")?.generation == 1)
    #expect(second.model("b")?.firstSeen == Timestamp(milliseconds: 0))
    #expect(second.errors == [])
  }

  @Test func `a rename is found when the old name vanished a scan earlier or a scan later`() {
    var tree = Tree(["p.yaml": server, "m.yaml": model("a", "provider: local, modelID: x")])
    let first = tree.fold()
    tree["m.yaml"] = nil
    let gone = tree.fold(over: first)
    tree["m.yaml"] = model("b", "provider: local, modelID: x")
    #expect(tree.fold(over: gone).model("b")?.renamedFrom == Identity(.model, "a"))

    tree["m.yaml"] = model("a", "provider: local, modelID: x")
    tree["n.yaml"] = model("b", "provider: local, modelID: x")
    let both = tree.fold(over: first)
    #expect(
      both.errors == [
        "n.yaml:4:34: error: spec.modelID: 'local:x' is already the key of model 'a' (m.yaml:1:1) [DuplicateName]"
      ])
    tree["m.yaml"] = nil
    let later = tree.fold(over: both)
    #expect(later.model("b")?.renamedFrom == Identity(.model, "a"))
    #expect(later.model("a") == nil)
  }

  @Test(arguments: [false, true], [false, true]) func `a rename raises no alarm about the name that vanished with it`(
    _ isComplete: Bool, _ isSameFile: Bool
  ) {
    let spec = "provider: local, modelID: x, aliases: [y]"
    var tree = Tree(["p.yaml": server, "m.yaml": model("a", spec)])
    let first = tree.fold()
    for previous in [first, tree.fold(over: first)] {
      var renamed = tree
      renamed.isComplete = isComplete
      renamed["m.yaml"] = nil
      renamed[isSameFile ? "m.yaml" : "n.yaml"] = model("b", spec)
      let second = renamed.fold(over: previous)
      #expect(second.diagnostics == [])
      #expect(second.model("b")?.renamedFrom == Identity(.model, "a"))
    }
    // While the old name's last document was refused.
    tree["m.yaml"] = model("a", spec + ", maxTokens: x")
    var renamed = tree
    renamed.isComplete = isComplete
    let broken = tree.fold(over: first)
    renamed["m.yaml"] = nil
    renamed[isSameFile ? "m.yaml" : "n.yaml"] = model("b", spec)
    let second = renamed.fold(over: broken)
    #expect(second.diagnostics == [])
    #expect(second.model("b")?.renamedFrom == Identity(.model, "a"))
  }

  @Test func `documents changed together stay together when one of them is refused`() {
    var tree = Tree(["p.yaml": server, "m.yaml": model("a"), "n.yaml": model("b")])
    let first = tree.fold()
    tree["p.yaml"] = manifest("Provider", "local", "{type: nonsense}")
    tree["m.yaml"] = model("a", "provider: local, maxTokens: 3")
    let second = tree.fold(over: first)
    #expect(second.provider("local")?.refusal == .invalidManifest)
    #expect(second.model("a")?.refusal == .heldBack)
    #expect(
      second.model("a")?.messages == [
        "m.yaml:4:18: warning: spec.provider: held back: provider/local (p.yaml:1:1) was refused, "
          + "and both apply together; fix that first [HeldBack]"
      ])
    #expect(second.model("a")?.generation == 1)
    #expect(second.model("a")?.newestGeneration == 2)
    #expect(second.model("b")?.newest == .accepted)
    let third = tree.fold(over: second)
    #expect(third.model("a")?.refusal == .heldBack)
    tree["n.yaml"] = model("b", "provider: local, maxTokens: 4")
    let fourth = tree.fold(over: third)
    #expect(fourth.model("b")?.newest == .accepted, "an edit of its own is not held back by an old error")
    #expect(fourth.model("b")?.generation == 2)
    tree["p.yaml"] = server
    let fifth = tree.fold(over: fourth)
    #expect(fifth.model("a")?.newest == .accepted)
    #expect(fifth.model("a")?.generation == 2)
  }

  @Test func `defaults of the provider reach its models and count as their generation`() {
    var tree = Tree(["p.yaml": server, "m.yaml": model("a"), "n.yaml": model("b", "provider: local, maxTokens: 1")])
    let first = tree.fold()
    tree["p.yaml"] = manifest(
      "Provider", "local", "{type: custom, baseURL: \"http://127.0.0.1:9000\", modelDefaults: {maxTokens: 8}}")
    let second = tree.fold(over: first)
    #expect(second.model("a")?.generation == 2)
    #expect(second.model("a")?.resource?.spec["maxTokens"] == .integer(8))
    #expect(second.model("a")?.resource?.spec.entry("maxTokens")?.mark.layer == .providerDefaults)
    #expect(second.model("b")?.generation == 1)
    #expect(second.model("a")?.resource?.reloadHash == first.model("a")?.resource?.reloadHash)
  }

  @Test func `the reload hash of a manifest is the same in every version, so that an upgrade reloads nothing`() {
    let tree = Tree([
      "p.yaml": manifest("Provider", "local", "{type: llama.cpp, mode: Managed}"),
      "m.yaml": model(
        "m", "provider: local, displayName: M, llamaCpp: {file: m.gguf, gpuLayers: 20, context: {perRequest: 512}}"),
    ])
    #expect(
      tree.fold().model("m")?.resource?.reloadHash == "7abcfd098c18b7018d7f638f518ecc9cab8b69fa3d32710fa2251f05b8ea2830"
    )
  }

  @Test func `folding the same scan again changes nothing`() {
    let tree = Tree(["p.yaml": server, "m.yaml": model("a"), "n.yaml": model("b", "provider: nowhere")])
    let first = tree.fold()
    #expect(tree.fold(over: first, at: 99) == first)
  }
}

@Suite struct FoldProperties {
  private static let texts: [String?] = [
    nil, server, manifest("Provider", "local", "{type: custom}"), model("a"),
    model("a", "provider: local, maxTokens: 2"),
    model("b", "provider: local, modelID: x, aliases: [z]"), model("c", "provider: local, modelID: x"),
    model("d", "provider: local, aliases: [z]"), "kind: [", "kind: Model\n", model("e", "provider: gone"),
    manifest("Fleet", "f", "{modelDefaults: {tags: [t]}}"), manifest("Fleet", "g", "{defaultProvider: local}"),
  ]

  @Test(arguments: 0..<40) func `nothing in force is lost, generations only rise, and a fold settles`(_ seed: Int) {
    var random = SplitMix64(seed: UInt64(seed))
    var tree = Tree()
    var fleet = DesiredFleet()
    var numbers = Numbers()
    for step in 0..<25 {
      let path = ["a.yaml", "b.yaml", "c.yaml", "d.yaml", "e.yaml"].randomElement(using: &random) ?? ""
      tree[path] = FoldProperties.texts.randomElement(using: &random).flatMap { $0 }
      tree.files.shuffle(using: &random)
      tree.roots = [RootState(path: "root", failure: Int.random(in: 0..<8, using: &random) == 0 ? "gone" : nil)]
      if tree.roots[0].failure != nil { tree.files = [] }
      let next = tree.fold(over: fleet, at: Int64(step))
      let renamed = Set(next.objects.compactMap(\.renamedFrom))
      for old in fleet.objects where old.resource != nil && !renamed.contains(old.identity) {
        let new = next[old.identity]
        #expect(new?.resource != nil, "\(old.identity) was in force before step \(step)")
        #expect((new?.generation ?? 0) >= old.generation)
      }
      for object in next.objects {
        #expect(object.newestGeneration >= object.generation)
        if case .accepted = object.newest { #expect(object.resource != nil) }
      }
      #expect(numbers.take(next) == [], "step \(step)")
      #expect(next.objects.map(\.identity) == next.objects.map(\.identity).sorted())
      #expect(next.diagnostics == next.diagnostics.sorted())
      let again = tree.fold(over: next, at: Int64(step))
      for (one, two) in zip(next.objects, again.objects) where !one.isAbsent {
        #expect(one == two, "step \(step) \(next.diagnostics.map(\.description)) \(tree.files)")
      }
      fleet = next
    }
  }

  @Test(arguments: 0..<20) func `a fold from nothing is the same in whatever order the files come`(_ seed: Int) {
    var random = SplitMix64(seed: UInt64(seed))
    var tree = Tree()
    for path in ["a.yaml", "b.yaml", "c.yaml", "d.yaml", "e.yaml"] {
      tree[path] = FoldProperties.texts.randomElement(using: &random).flatMap { $0 }
    }
    let first = tree.fold()
    tree.files.shuffle(using: &random)
    #expect(tree.fold() == first)
  }
}

/// Which spec had which generation.
private struct Numbers {
  private var specs: [Identity: [Int64: String]] = [:]

  /// Notes every generation; returns those that name two specs.
  mutating func take(_ fleet: DesiredFleet) -> [String] {
    for object in fleet.objects {
      guard let former = object.renamedFrom, let known = specs.removeValue(forKey: former) else { continue }
      specs[object.identity, default: [:]].merge(known) { $1 }
    }
    specs = specs.filter { fleet[$0.key] != nil }
    return fleet.objects.flatMap { object -> [String] in
      let isRefused = object.newestGeneration > object.generation
      return [
        object.resource.map { (object.generation, $0.specHash) },
        isRefused ? (object.newestGeneration, object.refusedHash ?? "none") : nil,
      ].compactMap { $0 }.compactMap { number, spec in
        let known = specs[object.identity, default: [:]].updateValue(spec, forKey: number)
        return known == nil || known == spec ? nil : "\(object.identity) generation \(number)"
      }
    }
  }
}
