import DroverCore
import DroverTestKit
import Synchronization
import Testing

@Suite struct EditTests {
  @Test func `a reload keeps the old process serving until the new one does`() throws {
    let daemon = Daemon(Text.fleet("a"))
    #expect(daemon.becomesReady("a"))
    let old = try #require(daemon.world.pid(of: "a"))
    daemon.world.script("a") { $0.looks = 30 }
    daemon.edit("a.yaml", Text.model("a", slots: 2, file: "a.gguf"))
    #expect(daemon.run(until: { daemon.world.processes(of: "a").count == 2 }))
    #expect(daemon.state("model/a", "Serving") == "True Loaded")
    #expect(daemon.converges("a", generation: 2))
    #expect(daemon.world.pid(of: "a") != old)
    #expect(daemon.world.calls.suffix(3) == ["start a generation 2", "warm up a", "stop a generation 1"])
    #expect(daemon.world.violations == [])
  }

  @Test func `a label touches no process and no generation`() throws {
    let daemon = Daemon(Text.fleet("a"))
    #expect(daemon.becomesReady("a"))
    let pid = try #require(daemon.world.pid(of: "a"))
    daemon.world.forgetCalls()
    daemon.edit("a.yaml", Text.model("a", labels: "tier: gold", file: "a.gguf"))
    #expect(
      daemon.run(until: { daemon.object("model/a")?[path: ["metadata", "labels", "tier"]]?.string == "gold" }))
    daemon.pass(.seconds(5))
    #expect(daemon.isReady("model/a"))
    #expect(daemon.object("model/a")?[path: ["metadata", "generation"]]?.integer == 1)
    #expect(daemon.world.calls == [])
    #expect(daemon.world.pid(of: "a") == pid)
  }

  @Test func `a live field bumps the generation and keeps the process`() throws {
    let daemon = Daemon(Text.fleet("a"))
    #expect(daemon.becomesReady("a"))
    let pid = try #require(daemon.world.pid(of: "a"))
    daemon.edit("a.yaml", Text.model("a", extra: "  displayName: The first\n", file: "a.gguf"))
    #expect(daemon.converges("a", generation: 2))
    #expect(daemon.world.pid(of: "a") == pid)
  }

  @Test(arguments: 0..<12) func `an edit during a load cancels it, and the newest wins`(looks: Int) {
    let daemon = Daemon(Text.fleet("a"))
    daemon.world.script("a") { $0.looks = 20 }
    #expect(daemon.run(until: { daemon.world.processes(of: "a").count == 1 }))
    daemon.pass(.milliseconds(Int64(looks) * 70))
    for slots in 2...5 {
      daemon.edit("a.yaml", Text.model("a", slots: slots, file: "a.gguf"))
      daemon.pass(.milliseconds(5))
    }
    #expect(daemon.converges("a", generation: 5))
    #expect(daemon.world.violations == [])
    #expect(daemon.store.instanceIDs.count == 1)
  }

  @Test func `broken YAML keeps the model serving, and fixing it needs no restart`() throws {
    let daemon = Daemon(Text.fleet("a", "b"))
    #expect(daemon.becomesReady("a", "b"))
    let pid = try #require(daemon.world.pid(of: "a"))
    daemon.edit("a.yaml", Text.model("a", extra: "  contxtWindow: 4\n", file: "a.gguf"))
    #expect(daemon.run(until: { daemon.state("model/a") == "False InvalidManifest" }))
    #expect(daemon.condition("model/a", "Ready")?["message"]?.string?.contains("a.yaml:10:3") == true)
    #expect(daemon.state("model/a", "Serving") == "True LastGood")
    #expect(daemon.isReady("model/b"))
    daemon.pass(.seconds(60))
    #expect(daemon.world.pid(of: "a") == pid)
    daemon.edit("a.yaml", Text.model("a", file: "a.gguf"))
    #expect(daemon.becomesReady("a"))
    #expect(daemon.world.pid(of: "a") == pid)
    #expect(daemon.object("model/a")?[path: ["metadata", "generation"]]?.integer == 1)
  }

  @Test func `the fix of a broken manifest is another generation than the broken one`() {
    let daemon = Daemon(Text.fleet("a"))
    #expect(daemon.becomesReady("a"))
    daemon.edit("a.yaml", Text.model("a", extra: "  contxtWindow: 4\n", file: "a.gguf"))
    #expect(daemon.run(until: { daemon.state("model/a") == "False InvalidManifest" }))
    let status = daemon.object("model/a")
    #expect(status?[path: ["metadata", "generation"]]?.integer == 2)
    #expect(status?[path: ["status", "lastGoodGeneration"]]?.integer == 1)
    daemon.edit("a.yaml", Text.model("a", extra: "  contextWindow: 4096\n", file: "a.gguf"))
    #expect(daemon.converges("a", generation: 3))
    #expect(daemon.object("model/a")?[path: ["status", "lastGoodGeneration"]] == nil)
  }

  @Test func `a renamed model keeps its process, its generation and its history`() async throws {
    let daemon = Daemon(Text.fleet("a", "b", "c"))
    #expect(daemon.becomesReady("a", "b", "c"))
    let pid = try #require(daemon.world.pid(of: "a"))
    daemon.world.forgetCalls()
    daemon.folder.state.withLock {
      $0.files["a.yaml"] = nil
      $0.files["z.yaml"] = Text.model("z", file: "a.gguf")
    }
    daemon.source.notice()
    #expect(daemon.becomesReady("z"))
    daemon.pass(.seconds(20))
    #expect(daemon.world.calls == [])
    #expect(daemon.world.pids.contains(pid))
    #expect(daemon.object("model/a") == nil)
    #expect(daemon.object("model/z")?[path: ["status", "process", "pid"]]?.integer == Int64(pid))
    #expect(try await daemon.store.history(of: Identity(.model, "z"), limit: 5).count == 1)
    #expect(!daemon.status.files.keys.contains(Identity(.model, "a")))
  }

  @Test func `a suspended model is left alone, whatever happens to it`() throws {
    let daemon = Daemon(Text.fleet("a"))
    #expect(daemon.becomesReady("a"))
    let suspended = "\(Annotation.suspend): \"true\""
    daemon.edit("a.yaml", Text.model("a", slots: 4, annotations: suspended, file: "a.gguf"))
    #expect(daemon.run(until: { daemon.state("model/a") == "False Suspended" }))
    daemon.world.forgetCalls()
    daemon.world.crash("a", at: daemon.time.now)
    daemon.pass(.seconds(120))
    #expect(daemon.world.calls == [])
    daemon.edit("a.yaml", Text.model("a", slots: 4, file: "a.gguf"))
    #expect(daemon.converges("a", generation: 2))
  }

  @Test func `a provider that becomes one of another type gives its process back`() throws {
    let daemon = Daemon(Text.fleet("a"))
    #expect(daemon.becomesReady("a"))
    daemon.edit(
      "local.yaml",
      """
      apiVersion: drover.dev/v1alpha1
      kind: Provider
      metadata: {name: local}
      spec: {type: ollama}

      """)
    daemon.edit(
      "a.yaml",
      """
      apiVersion: drover.dev/v1alpha1
      kind: Model
      metadata: {name: a}
      spec: {provider: local, desiredState: Unloaded}

      """)
    #expect(daemon.run(until: { daemon.world.pids.isEmpty && daemon.store.instanceIDs.isEmpty }))
  }
}
