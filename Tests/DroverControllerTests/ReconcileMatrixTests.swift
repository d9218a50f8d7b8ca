import DroverCore
import DroverPlanning
import DroverTestKit
import Synchronization
import Testing

@testable import DroverController

/// Acceptance tests of reconciling, by their numbers. Item 12 (kill -9 at each of intent, act and commit) is
/// `a kill at any step ends where no kill would` of ``RestartTests``, item 15 `a stop that fails keeps the record, and is
/// tried again with growing delays` of ``FailureTests``.
@Suite struct ReconcileMatrixTests {
  private static let provider = """
    apiVersion: drover.dev/v1alpha1
    kind: Provider
    metadata: {name: other}
    spec: {type: llama.cpp, mode: Managed, managed: {pools: {host: {limit: 64GiB}}}}

    """

  private func deprecated(_ name: String, by replacement: String) -> String {
    Text.model(name, extra: "  deprecation: {replacement: \(replacement)}", file: name + ".gguf")
  }

  @Test func `Item 9: an edit during a load cancels it, the newest wins, and nothing of the old one is held`() {
    let daemon = Daemon(Text.fleet("a"))
    daemon.world.script("a") { $0.looks = nil }
    #expect(daemon.run(until: { daemon.world.processes(of: "a").count == 1 }))
    daemon.world.script("a") { $0.looks = 1 }
    daemon.edit("a.yaml", Text.model("a", slots: 2, file: "a.gguf"))
    #expect(daemon.converges("a", generation: 2))
    #expect(daemon.run(until: { daemon.controller.loop.latest.state.instances.count == 1 }))
    #expect(daemon.store.instanceIDs.count == 1)
    #expect(daemon.world.violations == [])
  }

  @Test func `Item 11: a model waits for its provider, and wakes with it and not by a timer`() {
    var files = ["a.yaml": Text.model("a", file: "a.gguf").replacing("provider: local", with: "provider: other")]
    files["other.yaml"] = Self.provider.replacing("kind: Provider", with: "kind: Provder")
    let daemon = Daemon(files)
    daemon.pass(.seconds(5))
    #expect(daemon.world.pids.isEmpty)
    #expect(daemon.condition("model/a", "Ready")?["status"]?.string != "True")
    let mended = daemon.time.now
    daemon.edit("other.yaml", Self.provider)
    #expect(daemon.run(until: { !daemon.world.pids.isEmpty }))
    // Virtual time: only sleeps move it. Rounds are 10 ms apart.
    #expect(daemon.time.now - mended < .milliseconds(100))
    #expect(daemon.becomesReady("a"))
  }

  @Test func `Item 11: models that lead to each other are stalled, and each is told the whole cycle`() {
    var files = Text.fleet("c")
    files["a.yaml"] = deprecated("a", by: "b")
    files["b.yaml"] = deprecated("b", by: "a")
    let daemon = Daemon(files)
    #expect(
      daemon.run(until: {
        daemon.state("model/a", "Stalled") == "True DependencyCycle"
          && daemon.state("model/b", "Stalled") == "True DependencyCycle" && daemon.isReady("model/c")
      }))
    #expect(daemon.condition("model/a", "Stalled")?["message"]?.string?.contains("a -> b -> a") == true)
    #expect(daemon.condition("model/b", "Stalled")?["message"]?.string?.contains("b -> a -> b") == true)
    daemon.edit("b.yaml", Text.model("b", file: "b.gguf"))
    #expect(daemon.becomesReady("a", "b"))
  }

  @Test func `Item 11: what is removed goes in the reverse order, its provider last`() {
    var files = Text.fleet("a", "b", "c")
    files["d.yaml"] = Text.model("d", file: "d.gguf").replacing("provider: local", with: "provider: other")
    files["other.yaml"] = Self.provider
    let daemon = Daemon(files)
    #expect(daemon.becomesReady("a", "b", "c", "d"))
    daemon.folder.state.withLock { state in
      state.files["d.yaml"] = nil
      state.files["other.yaml"] = nil
    }
    daemon.source.notice()
    #expect(daemon.run(until: { daemon.object("provider/other") == nil && daemon.object("model/d") == nil }))
    let told = daemon.events.all.map(\.name)
    let model = told.lastIndex(of: "model-unregistered") ?? .max
    let provider = told.lastIndex(of: "provider-unregistered") ?? -1
    #expect(model < provider)
    #expect(daemon.world.processes(of: "d").isEmpty)
  }

  @Test func `Item 13: a model that was unloaded by hand is drift, and loaded again within a resync`() {
    let daemon = Daemon(Text.fleet("a", "b"))
    #expect(daemon.becomesReady("a", "b"))
    let pid = daemon.world.pid(of: "a")
    daemon.world.lose("a", .evicted, at: daemon.time.now)
    let lost = daemon.time.now
    #expect(daemon.run(until: { daemon.world.processes(of: "a").count == 1 && daemon.isReady("model/a") }))
    #expect(daemon.time.now - lost < .seconds(60))
    #expect(daemon.world.pid(of: "a") != pid)
    let told = daemon.events.names(of: "model/a")
    #expect(told.contains("model-evicted"))
  }

  @Test func `Item 13: a suspended model that was unloaded by hand is reported and left alone`() {
    var files = Text.fleet("a", "b")
    let daemon = Daemon(files)
    #expect(daemon.becomesReady("a", "b"))
    files["a.yaml"] = Text.model("a", annotations: "\(Annotation.suspend): \"true\"", file: "a.gguf")
    daemon.edit("a.yaml", files["a.yaml"])
    #expect(daemon.run(until: { daemon.state("model/a") == "False Suspended" }))
    daemon.world.lose("a", .evicted, at: daemon.time.now)
    #expect(daemon.run(until: { daemon.state("model/a", "Loaded") == "False Evicted" }))
    daemon.pass(.seconds(300))
    #expect(daemon.world.processes(of: "a").isEmpty)
    #expect(daemon.state("model/a") == "False Suspended")
  }

  @Test func `Item 16: two documents of one identity are both at fault, the incumbent serves, and it clears`() {
    let daemon = Daemon(Text.fleet("a", "b"))
    #expect(daemon.becomesReady("a", "b"))
    let pid = daemon.world.pid(of: "a")
    daemon.edit("twin.yaml", Text.model("a", slots: 3, file: "a.gguf"))
    #expect(daemon.run(until: { daemon.state("model/a") == "False DuplicateIdentity" }))
    let message = daemon.condition("model/a", "Ready")?["message"]?.string ?? ""
    #expect(message.contains("twin.yaml") && message.contains("a.yaml"))
    #expect(daemon.state("model/a", "Serving").hasPrefix("True"))
    #expect(daemon.world.pid(of: "a") == pid)
    daemon.edit("twin.yaml", nil)
    #expect(daemon.run(until: { daemon.isReady("model/a") }))
    #expect(daemon.world.pid(of: "a") == pid)
  }
}
