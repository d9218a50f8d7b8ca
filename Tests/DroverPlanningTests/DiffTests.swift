import DroverCore
import DroverPlanning
import Testing

@Suite struct DiffTests {
  /// A fleet with one of everything that a diff tells apart.
  private func base() -> World {
    let llama = Make.model("llama-3-8b", slots: 4)
    let models = [
      llama, Make.model("mistral-7b", state: "OnDemand"), Make.model("nomic-embed"), Make.model("old", modelID: "m"),
      Make.model("qwen", state: "OnDemand"), Make.model("retired", slots: 3),
    ]
    var world = Make.world(
      [Make.object(Make.provider(limit: 30))] + models.map { Make.object($0, generation: 7) },
      instances: [
        Make.instance("i1", of: llama, generation: 7, reserved: 6),
        Make.instance("i2", of: models[2], generation: 7, reserved: 1),
        Make.instance("i3", of: models[3], generation: 7, reserved: 2),
        Make.instance("i4", of: models[5], generation: 7, reserved: 3),
      ])
    world.observed.instances[0].inFlight = 4
    return world
  }

  private func proposed() -> DesiredFleet {
    var renamed = Make.model("old", modelID: "m")
    renamed.identity = Identity(.model, "new")
    let problem = Diagnostic(
      .error, .unknownField, file: "models/local.yaml", line: 22, column: 3, field: "spec.contextWindows",
      "unknown field; did you mean 'contextWindow'?", identity: Identity(.model, "qwen"))
    let resources = [
      Make.provider(limit: 30), Make.model("gemma-3-4b"), Make.model("llama-3-8b", slots: 2),
      Make.model("nomic-embed", price: 3, labels: [Label("drover.dev/tier", "x")]), renamed,
      Make.resource(Identity(.route, "assistant"), .object(["strategy": .string("Cost")])),
    ]
    var qwen = Make.object(Make.model("qwen", state: "OnDemand"), newest: .refused(.invalidManifest, [problem]))
    qwen.resource = nil
    return DesiredFleet(
      objects: (resources.map { Make.object($0) } + [qwen]).sorted { $0.identity < $1.identity },
      roots: [RootState(path: "manifests")], diagnostics: [problem])
  }

  private func report() -> DiffReport {
    var base = base()
    base.observed.facts["gemma-3-4b"] = ModelFacts(
      reloadHash: "local/gemma-3-4b/1", memory: [PoolAmount("host", Make.gib(4))])
    base.observed.facts["llama-3-8b"] = ModelFacts(
      reloadHash: "local/llama-3-8b/2", memory: [PoolAmount("host", Make.gib(5))])
    return DiffReport.make(
      base: base, proposed: proposed(), baseTitle: "server gpu-1 at 91ab04e, observed 09:12:04Z; this tree 3f2c9d1")
  }

  @Test func `a suspended model is foretold to be left alone`() throws {
    let base = base()
    var fleet = base.desired
    let index = try #require(fleet.index(of: Identity(.model, "llama-3-8b")))
    fleet.objects[index].resource = Make.model(
      "llama-3-8b", slots: 2, annotations: [Label(Annotation.suspend, "true")])
    let report = DiffReport.make(base: base, proposed: fleet, baseTitle: "")
    let change = try #require(report.changes.first)
    #expect(report.changes.count == 1 && report.counts.reload == 0)
    #expect(change.step == "update" && change.effect == "suspended: nothing is done to it")
  }

  @Test func `the text has the columns, glyphs and hunks that pipelines read`() {
    #expect(
      DiffText.render(report(), full: false) == """
        server gpu-1 at 91ab04e, observed 09:12:04Z; this tree 3f2c9d1
            OBJECT              STEP       CLASS    EFFECT
        +   model/gemma-3-4b    load       new      host +4.0GiB
        -/+ model/llama-3-8b    reload     reload   Surge: the old serves until the new does; host 6.0 -> 5.0GiB
        -   model/mistral-7b    prune      absent   not loaded; nothing refers to it
        ~   model/new           rename     live     was model/old; its process and history stay
        ~   model/nomic-embed   update     live     takes effect at once; nothing restarts
        !   model/qwen          update     live     InvalidManifest: models/local.yaml:22:3: spec.contextWindows: unknown field; did you mean 'contextWindow'?; generation 7 stays
        -   model/retired       prune      absent   unloaded, host -3.0GiB; nothing refers to it
        +   route/assistant     register   new      validated; drover 0.1.0 does not act on it yet

        --- model/llama-3-8b   generation 7
        +++ llama-3-8b.yaml:1
        @@ spec.llamaCpp.context @@
        -    slots: 4
        +    slots: 2

        --- model/nomic-embed   generation 7
        +++ nomic-embed.yaml:1
        @@ metadata.labels @@
        +    drover.dev/tier: x
        @@ spec.cost @@
        -    inputTokens: 0
        +    inputTokens: 3

        Memory   LIMIT     NOW       PEAK      AFTER
        host     30.0GiB   12.0GiB   21.0GiB   12.0GiB

        Cost: no usage observed.

        models/local.yaml:22:3: error: spec.contextWindows: unknown field; did you mean 'contextWindow'? [UnknownField]
        retired.yaml:1:1: warning: model/retired is Loaded and its manifest is gone; mark it with deprecation, or set desiredState to Unloaded, in a change of its own first [UnmarkedRemoval]
        Plan: 1 to load, 1 to reload, 0 to re-profile, 3 live, 2 to prune, 1 unchanged, 1 blocked.

        """)
  }

  @Test func `with full, additions are printed whole`() {
    let text = DiffText.render(report(), full: true)
    #expect(text.contains("--- /dev/null\n+++ gemma-3-4b.yaml:1\n@@ spec @@\n+    provider: local\n"))
    #expect(!DiffText.render(report(), full: false).contains("/dev/null"))
  }

  @Test func `Markdown says the same`() {
    let text = DiffText.markdown(report())
    #expect(text.hasPrefix("**Plan: 1 to load, 1 to reload,"))
    #expect(text.contains("| `-/+` | model/llama-3-8b | reload | reload | Surge"))
    #expect(text.contains("```diff\n--- model/llama-3-8b   generation 7\n"))
  }

  @Test func `the same tree differs in nothing`() {
    let world = base()
    let report = DiffReport.make(base: world, proposed: world.desired, baseTitle: "here")
    #expect(report.changes.isEmpty)
    #expect(report.unchanged == 7)
    #expect(report.memory.map(\.after) == [Make.gib(12)])
    #expect(
      DiffText.render(report, full: false) == """
        here
        No changes.

        Memory   LIMIT     NOW       PEAK      AFTER
        host     30.0GiB   12.0GiB   12.0GiB   12.0GiB

        Cost: no usage observed.

        Plan: 0 to load, 0 to reload, 0 to re-profile, 0 live, 0 to prune, 7 unchanged, 0 blocked.

        """)
  }

  @Test func `another place in a file is no change`() {
    let world = base()
    var moved = world.desired
    for index in moved.objects.indices {
      moved.objects[index].resource?.source.line = 99
      moved.objects[index].resource?.source.sha256 = "1"
    }
    #expect(DiffReport.make(base: world, proposed: moved, baseTitle: "").changes.isEmpty)
  }

  @Test func `a prune that the guard stops is blocked and prints its token`() throws {
    var proposed = base().desired
    proposed.objects.removeAll { $0.identity.kind == .model && $0.identity.name != "qwen" }
    let report = DiffReport.make(base: base(), proposed: proposed, baseTitle: "")
    #expect(report.counts.blocked == 5)
    #expect(report.counts.prune == 0)
    let token = try #require(report.pruneConfirmation)
    #expect(DiffText.render(report, full: false).contains("drover confirm-prune \(token)"))
    #expect(report.diagnostics.map(\.code) == [.unmarkedRemoval, .unmarkedRemoval, .unmarkedRemoval, .unmarkedRemoval])
    #expect(report.memory.map(\.after) == [Make.gib(12)])
  }

  @Test func `what does not fit is blocked with its reason, and what serves stays in the sum`() throws {
    var world = base()
    world.observed.facts["llama-3-8b"] = ModelFacts(
      reloadHash: "local/llama-3-8b/9", memory: [PoolAmount("host", Make.gib(64))])
    var proposed = world.desired
    let index = try #require(proposed.index(of: Identity(.model, "llama-3-8b")))
    proposed.objects[index].resource = Make.model("llama-3-8b", slots: 9)
    let report = DiffReport.make(base: world, proposed: proposed, baseTitle: "")
    let change = try #require(report.changes.first)
    #expect(change.glyph == .blocked && change.step == "reload")
    #expect(change.effect.hasPrefix("InsufficientMemory: needs 64.0GiB on host; the pool has 30.0GiB"))
    #expect(report.memory.map(\.after) == [Make.gib(12)])
  }

  @Test func `a reload that does not fit beside the old one says Drain`() throws {
    var world = base()
    world.observed.facts["llama-3-8b"] = ModelFacts(
      reloadHash: "local/llama-3-8b/9", memory: [PoolAmount("host", Make.gib(20))])
    var proposed = world.desired
    let index = try #require(proposed.index(of: Identity(.model, "llama-3-8b")))
    proposed.objects[index].resource = Make.model("llama-3-8b", slots: 9)
    let report = DiffReport.make(base: world, proposed: proposed, baseTitle: "")
    #expect(
      report.changes.map(\.effect) == [
        "Drain: does not serve while it loads, 4 in flight; both do not fit: needs 20.0GiB on host; "
          + "18.0GiB of 30.0GiB can be had now; host 6.0 -> 20.0GiB"
      ])
    #expect(report.memory.map(\.after) == [Make.gib(26)])
    #expect(report.memory.map(\.peak) == [Make.gib(26)])
  }

  @Test func `memory that nobody knows is not nothing`() throws {
    var unread = base()
    var proposed = unread.desired
    let index = try #require(proposed.index(of: Identity(.model, "llama-3-8b")))
    proposed.objects[index].resource = Make.model("llama-3-8b", slots: 9)
    let reload = DiffReport.make(base: unread, proposed: proposed, baseTitle: "")
    #expect(reload.memory == [.init(pool: "host", limit: Make.gib(30), now: Make.gib(12), peak: nil, after: nil)])
    #expect(DiffText.render(reload, full: false).contains("host     30.0GiB   12.0GiB   <unknown>   <unknown>\n"))
    #expect(DiffText.markdown(reload).contains("| host | 30.0GiB | 12.0GiB | <unknown> | <unknown> |"))

    // Another tree as the base: what it wants loaded is loaded, and nobody read its files.
    for index in unread.observed.instances.indices { unread.observed.instances[index].instance.reserved = [] }
    let tree = DiffReport.make(base: unread, proposed: unread.desired, baseTitle: "")
    #expect(tree.memory == [.init(pool: "host", limit: Make.gib(30), now: nil, peak: nil, after: nil)])
  }

  @Test func `a hunk is printed once for each object of fields`() {
    let text = DiffText.render(report(), full: true)
    for block in text.split(separator: "\n\n") where block.hasPrefix("---") {
      #expect(block.split(separator: "\n").count { $0 == "@@ spec @@" } <= 1)
    }
  }

  @Test func `a rename that would end the process says how to keep it`() throws {
    var proposed = base().desired
    proposed.objects.removeAll { $0.identity.name == "retired" }
    proposed.objects.append(Make.object(Make.model("retiree", slots: 3)))
    proposed.objects.sort { $0.identity < $1.identity }
    let report = DiffReport.make(base: base(), proposed: proposed, baseTitle: "")
    let new = try #require(report.changes.first { $0.object.name == "retiree" })
    #expect(
      new.effect.hasSuffix(
        "; not model/retired renamed, since its model id follows its name: set spec.modelID: retired to keep its process "
          + "and history"))
    let index = try #require(proposed.index(of: Identity(.model, "retiree")))
    proposed.objects[index].resource = Make.model("retiree", slots: 2)
    let other = DiffReport.make(base: base(), proposed: proposed, baseTitle: "")
    #expect(!other.changes.contains { $0.effect.contains("spec.modelID") })
  }

  @Test(arguments: [
    (InstancePhase.starting, "nothing serves yet: the load that is under way is given up for this one"),
    (.ready, "nothing serves yet: the load that is under way is given up for this one"),
    (
      .unhealthy(failures: 3, message: "timed out"),
      "nothing serves now: what fails its probes is ended, and this is loaded instead"
    ),
  ])
  func `no surge is promised where nothing serves`(phase: InstancePhase, effect: String) throws {
    let old = Make.model("a", slots: 1)
    let isLoaded = phase != .ready
    var world = Make.world(
      [Make.object(Make.provider(limit: 30)), Make.object(old)],
      instances: [Make.instance("a1", of: old, phase: phase, loaded: isLoaded)])
    let new = Make.model("a", slots: 2)
    world.observed.facts["a"] = ModelFacts(reloadHash: new.reloadHash, memory: [PoolAmount("host", Make.gib(5))])
    var proposed = world.desired
    proposed.objects[1] = Make.object(new, generation: 2)
    let change = try #require(DiffReport.make(base: world, proposed: proposed, baseTitle: "").changes.first)
    #expect(change.step == "reload")
    #expect(change.effect == effect + "; host 4.0 -> 5.0GiB")
  }

  @Test func `an object that is kept without its manifest is warned of`() throws {
    var world = base()
    let label = Label(Annotation.prune, "disabled")
    let kept = try #require(world.registered.firstIndex { $0.identity.name == "retired" })
    world.registered[kept].resource.annotations = [label]
    var proposed = world.desired
    proposed.objects.removeAll { $0.identity.name == "retired" }
    let report = DiffReport.make(base: world, proposed: proposed, baseTitle: "")
    #expect(report.changes.isEmpty)
    #expect(
      report.diagnostics.map(\.message)
        == ["model/retired: its manifest is gone; kept by drover.dev/prune: disabled"])
  }

  @Test func `control characters of a manifest do not reach the terminal`() throws {
    var proposed = base().desired
    let index = try #require(proposed.index(of: Identity(.model, "nomic-embed")))
    proposed.objects[index].resource?.labels = [Label("x", "\u{1B}[2J\n+++ b")]
    let text = DiffText.render(
      DiffReport.make(base: base(), proposed: proposed, baseTitle: ""), full: false)
    #expect(text.contains("+    x: ^[[2J\\n+++ b\n"))
  }
}
