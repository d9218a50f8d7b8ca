import DroverCore
import DroverManifests
import Testing

@Suite struct SetTests {
  private let engine = manifest("Provider", "llama", "{type: llama.cpp, managed: {pools: {cuda0: {limit: 8GiB}}}}")

  @Test func `a reference that leads nowhere is refused with the nearest name`() {
    let fleet = Tree([
      "a.yaml": server, "b.yaml": model("m", "provider: locla"),
      "c.yaml": model("n", "provider: local, deprecation: {replacement: nowhere}"),
    ]).fold()
    #expect(
      fleet.errors == [
        "b.yaml:4:18: error: spec.provider: no provider is named 'locla'; did you mean 'local'? [DanglingReference]",
        "c.yaml:4:52: error: spec.deprecation.replacement: no model or route is named 'nowhere' [DanglingReference]",
      ])
    #expect(fleet.model("m")?.refusal == .invalidManifest)
  }

  @Test func `a model needs a provider, its own or the fleet's`() {
    var tree = Tree(["a.yaml": server, "m.yaml": model("m", "maxTokens: 1")])
    #expect(
      tree.fold().errors == [
        "m.yaml:4:1: error: spec.provider: must be set: the Fleet has no defaultProvider [MissingField]"
      ])
    tree["f.yaml"] = manifest("Fleet", "fleet", "{defaultProvider: local}")
    let fleet = tree.fold()
    #expect(fleet.errors == [])
    #expect(fleet.model("m")?.resource?.spec["provider"] == .string("local"))
    #expect(fleet.model("m")?.resource?.spec.entry("provider")?.mark.layer == .fleetDefaults)
  }

  @Test func `names are unique among models, aliases and routes`() {
    let fleet = Tree([
      "a.yaml": server, "b.yaml": model("m", "provider: local, aliases: [x]"),
      "c.yaml": model("n", "provider: local, aliases: [x, m]"),
      "d.yaml": model("o", "provider: local, modelID: m"),
    ]).fold()
    #expect(
      fleet.errors == [
        "c.yaml:4:35: error: spec.aliases[0]: 'x' is already an alias of model 'm' (b.yaml:4:35) [DuplicateName]",
        "c.yaml:4:38: error: spec.aliases[1]: 'm' is already the name of a Model (b.yaml:1:1) [DuplicateName]",
        "d.yaml:4:34: error: spec.modelID: 'local:m' is already the key of model 'm' (b.yaml:1:1) [DuplicateName]",
      ])
    #expect(fleet.model("m")?.newest == .accepted)
  }

  @Test func `who has a name keeps it when another file claims it later`() {
    var tree = Tree(["a.yaml": server, "z.yaml": model("m", "provider: local, aliases: [x]")])
    let first = tree.fold()
    tree["b.yaml"] = model("x")
    tree["c.yaml"] = model("n", "provider: local, aliases: [x]")
    let second = tree.fold(over: first)
    #expect(second.model("m")?.newest == .accepted)
    #expect(
      second.errors == [
        "b.yaml:1:1: error: metadata.name: 'x' is already an alias of model 'm' (z.yaml:4:35) [DuplicateName]",
        "c.yaml:4:35: error: spec.aliases[0]: 'x' is already an alias of model 'm' (z.yaml:4:35) [DuplicateName]",
      ])
  }

  @Test func `an edit of the owner does not cost it its names`() {
    var tree = Tree(["p.yaml": server, "z.yaml": model("m", "provider: local, aliases: [x]")])
    let first = tree.fold()
    tree["z.yaml"] = model("m", "provider: local, maxTokens: 5, aliases: [x]")
    tree["a.yaml"] = model("n", "provider: local, aliases: [x]")
    let second = tree.fold(over: first)
    #expect(second.model("m")?.generation == 2)
    #expect(second.model("n")?.refusal == .invalidManifest)
  }

  @Test func `there is one Fleet`() {
    let fleet = Tree(["b.yaml": manifest("Fleet", "a"), "a.yaml": manifest("Fleet", "b")]).fold()
    #expect(
      fleet.errors == ["b.yaml:1:1: error: there is a Fleet already, 'b' (a.yaml:1:1); remove one [DuplicateName]"])
    #expect(fleet[Identity(.fleet, "b")]?.newest == .accepted)
  }

  @Test func `a model fits its provider`() {
    let fleet = Tree([
      "a.yaml": server + "---\n" + engine,
      "b.yaml": model("m", "provider: local, llamaCpp: {file: x}"),
      "c.yaml": model("n", "provider: llama"),
      "d.yaml": model("o", "provider: llama, llamaCpp: {file: x, requiredMemory: {cuda1: 1GiB}}"),
    ]).fold()
    #expect(
      fleet.errors == [
        "b.yaml:4:25: error: spec.llamaCpp: is for models of llama.cpp; provider 'local' is of type custom: remove it "
          + "[InvalidValue]",
        "c.yaml:4:1: error: spec.llamaCpp.file: must be set: provider 'llama' runs llama.cpp itself and needs a GGUF "
          + "file [MissingField]",
        "d.yaml:4:69: error: spec.llamaCpp.requiredMemory.cuda1: provider 'llama' has no pool 'cuda1'; did you mean "
          + "'cuda0'? [DanglingReference]",
      ])
  }

  @Test func `what starts an engine is refused where somebody else starts it`() {
    let router = manifest("Provider", "router", "{type: llama.cpp, mode: Router}")
    let fleet = Tree([
      "a.yaml": router,
      "b.yaml": model("m", "provider: router, llamaCpp: {file: x, embedding: true, context: {slots: 2}}"),
      "c.yaml": model("n", "provider: router, llamaCpp: {embedding: true, quantization: Q8_0}"),
      "f.yaml": manifest("Fleet", "f", "{modelDefaults: {llamaCpp: {gpuLayers: 3}}}"),
    ]).fold()
    let rest =
      "is for mode Managed; provider 'router' is in mode Router: remove it, and set it where the server is started "
      + "[InvalidValue]"
    #expect(
      fleet.errors == [
        "b.yaml:4:43: error: spec.llamaCpp.file: \(rest)", "b.yaml:4:63: error: spec.llamaCpp.context: \(rest)",
      ])
    #expect(fleet.model("n")?.resource?.spec[path: ["llamaCpp", "embedding"]] == .bool(true))
    #expect(fleet.model("n")?.resource?.spec[path: ["llamaCpp", "gpuLayers"]] == .string("Auto"))
  }

  @Test func `a fleet default for llama.cpp leaves other models alone`() {
    let fleet = Tree([
      "a.yaml": server, "b.yaml": engine,
      "f.yaml": manifest("Fleet", "f", "{modelDefaults: {maxTokens: 9, llamaCpp: {gpuLayers: 3}}}"),
      "m.yaml": model("m") + "---\n" + model("n", "provider: llama, llamaCpp: {file: x}"),
    ]).fold()
    #expect(fleet.errors == [])
    #expect(fleet.model("m")?.resource?.spec["llamaCpp"] == nil)
    #expect(fleet.model("m")?.resource?.spec["maxTokens"] == .integer(9))
    #expect(fleet.model("n")?.resource?.spec[path: ["llamaCpp", "gpuLayers"]] == .integer(3))
    #expect(fleet.model("n")?.resource?.spec[path: ["llamaCpp", "file"]] == .string("x"))
  }

  private let managed = "provider: llama, desiredState: Loaded, llamaCpp: {file: x}"

  @Test func `more models than may be loaded are refused, the ones in force stay`() {
    var tree = Tree([
      "a.yaml": engine, "f.yaml": manifest("Fleet", "f", "{loading: {maxLoadedModels: 1}}"),
      "m.yaml": model("m", managed),
    ])
    let first = tree.fold()
    tree["b.yaml"] = model("b", managed)
    let second = tree.fold(over: first)
    #expect(second.model("b")?.refusal == .capacityExceeded)
    #expect(second.model("m")?.newest == .accepted)
    #expect(
      second.errors == [
        "b.yaml:4:39: error: spec.desiredState: 2 models must stay loaded, and the Fleet's loading.maxLoadedModels is "
          + "1; raise it or make some OnDemand [CapacityExceeded]"
      ])
  }

  @Test(arguments: [false, true]) func `S8.1.6 models of other servers count only where the Fleet says so`(
    _ counts: Bool
  ) {
    let fleet = Tree([
      "a.yaml": server + "---\n" + engine,
      "f.yaml": manifest("Fleet", "f", "{loading: {maxLoadedModels: 1, countHosted: \(counts)}}"),
      "m.yaml": model("m", managed),
      "n.yaml": model("n", "provider: local, desiredState: Loaded"),
      "o.yaml": model("o", "provider: local, desiredState: Loaded"),
    ]).fold()
    let exceeding = fleet.diagnostics.filter { $0.code == .capacityExceeded }
    #expect(exceeding.map(\.file) == (counts ? ["n.yaml", "o.yaml"] : []))
    #expect(fleet.diagnostics.allSatisfy { $0.message.hasPrefix("3 models") })
  }

  @Test func `replacements do not go round in a circle`() {
    let fleet = Tree([
      "a.yaml": server, "b.yaml": model("b", "provider: local, deprecation: {replacement: c}"),
      "c.yaml": model("c", "provider: local, deprecation: {replacement: b}"),
    ]).fold()
    #expect(
      fleet.errors == [
        "b.yaml:4:52: error: spec.deprecation.replacement: leads back to this model: b -> c -> b [DependencyCycle]",
        "c.yaml:4:52: error: spec.deprecation.replacement: leads back to this model: c -> b -> c [DependencyCycle]",
      ])
    #expect(fleet.model("b")?.refusal == .dependencyCycle)
  }

  @Test func `a document that names a new object whose document is broken is held back`() {
    let fleet = Tree(["a.yaml": manifest("Provider", "local", "{type: x}"), "m.yaml": model("m")]).fold()
    #expect(fleet.model("m")?.refusal == .heldBack)
    #expect(fleet.model("m")?.resource == nil)
    #expect(fleet.model("m")?.newestGeneration == 1)
  }

  @Test func `an object that is still named when its manifest vanishes is warned about`() {
    var tree = Tree(["a.yaml": server, "m.yaml": model("m")])
    let first = tree.fold()
    tree["a.yaml"] = nil
    let second = tree.fold(over: first)
    #expect(second.provider("local")?.absentScans == 1)
    #expect(second.model("m")?.newest == .accepted)
    #expect(
      second.diagnostics.map(\.description) == [
        "m.yaml:4:18: warning: spec.provider: provider/local has no manifest any more; it is kept while this names it "
          + "[DanglingReference]"
      ])
    tree["a.yaml"] = server
    #expect(tree.fold(over: second).diagnostics == [])
  }

  @Test func `a document with an error of its own is told of names that lead nowhere, too`() {
    var tree = Tree([
      "a.yaml": server,
      "b.yaml": model("m", "provider: loca, maxTokens: x, deprecation: {replacement: n}"),
      "c.yaml": model("n", "provider: gone, maxTokens: x"),
      "d.yaml": manifest("Route", "r", "{targets: [{model: m, weight: 1}, {model: other}], nonsense: 1}"),
    ])
    let fleet = tree.fold()
    #expect(
      fleet.errors.filter { $0.contains("Dangling") } == [
        "b.yaml:4:18: error: spec.provider: no provider is named 'loca'; did you mean 'local'? [DanglingReference]",
        "c.yaml:4:18: error: spec.provider: no provider is named 'gone' [DanglingReference]",
        "d.yaml:4:49: error: spec.targets[1].model: no model is named 'other' [DanglingReference]",
      ])
    #expect(fleet.errors.filter { $0.hasPrefix("b.yaml") }.count == 2)
    #expect(fleet.model("m")?.messages.count == 2)
    #expect(tree.fold(over: fleet) == fleet)
    tree["b.yaml"] = model("m", "provider: local, maxTokens: x")
    #expect(tree.fold(over: fleet).errors.contains { $0.hasPrefix("b.yaml:4:18") } == false)
  }

  @Test func `host checks name the file as decoding does`() {
    let text = manifest("Provider", "shop", "{type: openai, secret: nothing}")
    let file = ManifestDecoder().decode(Array(text.utf8), root: "/r", path: "a.yaml", display: "../r/a.yaml")
    let fleet = DesiredFold.fold(
      previous: DesiredFleet(), scan: ManifestScan(files: [file], roots: [RootState(path: "/r")]),
      policy: HostPolicy.firstRun(node: "n"), now: Timestamp(milliseconds: 0))
    #expect(Set(fleet.diagnostics.map(\.file)) == ["../r/a.yaml"])
    #expect(fleet.errors.count == 1)
  }
}
