import DroverCore
import DroverTestKit
import Synchronization
import Testing

@testable import DroverController

@Suite struct PruneTests {
  @Test func `a deleted manifest unloads its model after two scans and the grace period`() {
    let daemon = Daemon(Text.fleet("a", "b", "c"))
    #expect(daemon.becomesReady("a", "b", "c"))
    let start = daemon.time.now
    daemon.edit("a.yaml", nil)
    daemon.pass(.milliseconds(1900))
    #expect(daemon.world.processes(of: "a").count == 1)
    #expect(daemon.run(until: { daemon.object("model/a") == nil && daemon.store.instanceIDs.count == 2 }))
    #expect(daemon.time.now - start < .seconds(4))
    #expect(!daemon.status.files.keys.contains(Identity(.model, "a")))
    #expect(daemon.isReady("model/b") && daemon.isReady("model/c"))
  }

  @Test func `what inherited from a Fleet that went is judged anew without a restart`() {
    var files = Text.fleet("a", "b")
    files["fleet.yaml"] = """
      apiVersion: drover.dev/v1alpha1
      kind: Fleet
      metadata: {name: fleet}
      spec: {defaultProvider: local}
      """
    files["c.yaml"] = Text.model("c", file: "c.gguf").replacing("  provider: local\n", with: "")
    let daemon = Daemon(files)
    #expect(daemon.becomesReady("a", "b", "c"))
    daemon.edit("fleet.yaml", nil)
    #expect(daemon.run(until: { daemon.state("model/c", "SpecValid") == "False InvalidManifest" }))
    #expect(daemon.world.processes(of: "c").count == 1)
    #expect(daemon.isReady("model/a") && daemon.isReady("model/b"))
  }

  @Test func `a manifest that comes back in time was never gone`() {
    let daemon = Daemon(Text.fleet("a", "b", "c"))
    #expect(daemon.becomesReady("a", "b", "c"))
    let pids = daemon.world.pids
    for _ in 0..<10 {
      daemon.edit("a.yaml", nil)
      daemon.pass(.milliseconds(1500))
      daemon.edit("a.yaml", Text.model("a", file: "a.gguf"))
      daemon.pass(.milliseconds(1500))
    }
    #expect(daemon.world.pids == pids)
  }

  @Test func `deleting every model is stopped until it is confirmed, and a confirmation is used once`() throws {
    let files = Text.fleet("a", "b", "c")
    let daemon = Daemon(files)
    #expect(daemon.becomesReady("a", "b", "c"))
    for round in 1...2 {
      daemon.folder.state.withLock { $0.files = ["local.yaml": Text.provider] }
      daemon.source.notice()
      daemon.pass(.seconds(300))
      #expect(daemon.world.pids.count == 3, "round \(round)")
      #expect(daemon.state("fleet/fleet", "PruneBlocked").hasPrefix("True"))
      let status = daemon.object("fleet/fleet")
      let token = try #require(status?[path: ["status", "pruneConfirmation"]]?.string)
      #expect(daemon.ask { await $0.confirmPrune(token: "000000000000", actor: "socket:0") } == false)
      #expect(daemon.ask { await $0.confirmPrune(token: token, actor: "socket:0") } == true)
      #expect(daemon.run(until: { daemon.world.pids.isEmpty && daemon.object("model/a") == nil }))
      #expect(daemon.run(until: { daemon.state("fleet/fleet", "PruneBlocked") == "-" }))
      daemon.folder.state.withLock { $0.files = files }
      daemon.source.notice()
      #expect(daemon.becomesReady("a", "b", "c"))
    }
  }

  @Test(arguments: [false, true]) func `a confirmed prune goes as a whole, however slowly its models stop`(
    restarts: Bool
  ) throws {
    let daemon = Daemon(Text.fleet("a", "b", "c"))
    #expect(daemon.becomesReady("a", "b", "c"))
    daemon.world.script("b") { $0.failingStops = 3 }
    daemon.folder.state.withLock { $0.files = ["local.yaml": Text.provider] }
    daemon.source.notice()
    daemon.pass(.seconds(10))
    let token = try #require(daemon.object("fleet/fleet")?[path: ["status", "pruneConfirmation"]]?.string)
    #expect(daemon.ask { await $0.confirmPrune(token: token, actor: "socket:0") } == true)
    daemon.world.forgetCalls()
    if restarts {
      #expect(daemon.run(until: { daemon.world.pids.count == 1 }))
      daemon.restart()
    }
    #expect(daemon.run(until: { daemon.world.pids.isEmpty && daemon.object("model/b") == nil }, within: .seconds(300)))
    #expect(!daemon.world.calls.contains { $0.hasPrefix("start") })
  }

  @Test func `a model whose manifest and process went while no daemon ran is not started again`() {
    let daemon = Daemon(Text.fleet("a", "b", "c"))
    #expect(daemon.becomesReady("a", "b", "c"))
    daemon.kill()
    daemon.folder.state.withLock { $0.files["a.yaml"] = nil }
    daemon.world.crash("a", at: daemon.time.now)
    daemon.world.forgetCalls()
    daemon.restart()
    #expect(daemon.run(until: { daemon.object("model/a") == nil && daemon.isReady("model/b") }))
    #expect(!daemon.world.calls.contains { $0.hasPrefix("start") })
    #expect(daemon.world.pids.count == 2)
  }

  @Test func `a root that cannot be read prunes nothing, ever`() {
    let daemon = Daemon(Text.fleet("a", "b"))
    #expect(daemon.becomesReady("a", "b"))
    daemon.folder.state.withLock { $0.failure = "no such folder" }
    daemon.source.rescan(everything: true)
    daemon.pass(.seconds(600))
    #expect(daemon.world.pids.count == 2)
    #expect(daemon.state("model/a", "Serving").hasPrefix("True"))
    #expect(daemon.ask { await $0.readiness().isReady } == false)
    daemon.folder.state.withLock { $0.failure = nil }
    daemon.source.rescan(everything: true)
    #expect(daemon.becomesReady("a", "b"))
    #expect(daemon.ask { await $0.readiness().isReady } == true)
  }

  @Test func `an unreadable document keeps everything that is absent`() {
    let daemon = Daemon(Text.fleet("a", "b", "c", "d"))
    #expect(daemon.becomesReady("a", "b", "c", "d"))
    daemon.edit("broken.yaml", "kind: Model\nmetadata: {nam: x}\n")
    daemon.edit("a.yaml", nil)
    daemon.pass(.seconds(300))
    #expect(daemon.world.processes(of: "a").count == 1)
    daemon.edit("broken.yaml", nil)
    #expect(daemon.run(until: { daemon.world.processes(of: "a").isEmpty }))
  }
}
