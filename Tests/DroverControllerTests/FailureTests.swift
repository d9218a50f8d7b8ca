import DroverCore
import DroverTestKit
import Synchronization
import Testing

@testable import DroverController

@Suite struct FailureTests {
  @Test func `a crash backs off, says so, and loads again`() throws {
    let daemon = Daemon(Text.fleet("a"))
    #expect(daemon.becomesReady("a"))
    let pid = try #require(daemon.world.pid(of: "a"))
    daemon.world.crash("a", at: daemon.time.now)
    #expect(daemon.run(until: { daemon.state("model/a") == "False Crashed" }, within: .milliseconds(500)))
    #expect(daemon.world.pids == [])
    #expect(daemon.becomesReady("a", within: .seconds(10)))
    #expect(daemon.world.pid(of: "a") != pid)
    #expect(daemon.object("model/a")?[path: ["status", "process", "restarts"]]?.integer == 1)
    #expect(daemon.events.names(of: "model/a").contains("model-crashed"))
  }

  @Test func `a load that always fails is tried less and less often, and an edit is tried at once`() {
    let daemon = Daemon(Text.fleet("a"), starts: true)
    daemon.world.script("a") { $0.startError = .failed("no such device") }
    daemon.pass(.seconds(3600))
    let failures = daemon.object("model/a")?[path: ["status", "attempts", "failures"]]?.integer ?? 0
    #expect((10...60).contains(failures))
    #expect(daemon.state("model/a") == "False LoadFailed")
    daemon.world.script("a") { $0.startError = nil }
    daemon.edit("a.yaml", Text.model("a", slots: 3, file: "a.gguf"))
    #expect(daemon.becomesReady("a", within: .seconds(2)))
  }

  @Test func `a failure at a spec that was left counts no longer when that spec comes back`() {
    let daemon = Daemon(Text.fleet("a"))
    #expect(daemon.becomesReady("a"))
    daemon.world.crash("a", at: daemon.time.now)
    #expect(daemon.run(until: { daemon.state("model/a") == "False Crashed" }))
    #expect(daemon.becomesReady("a"))
    daemon.edit("a.yaml", Text.model("a", slots: 2, file: "a.gguf"))
    #expect(daemon.converges("a", generation: 2))
    daemon.world.script("a") { $0.looks = 30 }
    daemon.edit("a.yaml", Text.model("a", file: "a.gguf"))
    #expect(daemon.run(until: { daemon.world.processes(of: "a").count == 2 }))
    daemon.pass(.milliseconds(500))
    #expect(daemon.world.processes(of: "a").count == 2)
    #expect(daemon.state("model/a", "Reconciling") == "True Progressing")
    #expect(daemon.object("model/a")?[path: ["status", "attempts"]] == nil)
    #expect(daemon.converges("a", generation: 3))
  }

  @Test func `what no retry will help is not retried`() {
    let daemon = Daemon(Text.fleet("a"))
    daemon.world.script("a") { $0.startError = .notPermitted("the host policy forbids it") }
    daemon.pass(.seconds(3600))
    #expect(daemon.state("model/a") == "False NotPermitted")
    #expect(daemon.state("model/a", "Stalled") == "True NotPermitted")
    #expect(daemon.events.names(of: "model/a").filter { $0 == "model-load-failed" }.count == 1)
  }

  @Test func `a reconcile request is echoed and ends the back-off`() throws {
    let daemon = Daemon(Text.fleet("a"))
    daemon.world.script("a") { $0.startError = .failed("no such device") }
    daemon.pass(.seconds(600))
    daemon.world.script("a") { $0.startError = nil }
    let asked = daemon.ask { await $0.requestReconcile(of: Identity(.model, "a"), actor: "socket:0") }
    let token = try #require(asked)
    #expect(daemon.becomesReady("a", within: .seconds(2)))
    #expect(daemon.object("model/a")?[path: ["status", "lastHandledReconcileAt"]]?.string == token)
  }

  @Test func `a warm-up that fails is tried again and never counts as loaded`() {
    let daemon = Daemon(Text.fleet("a"))
    daemon.world.script("a") { $0.warmUpError = .failed("no answer") }
    #expect(daemon.run(until: { daemon.state("model/a") == "False LoadFailed" }))
    #expect(!daemon.isReady("model/a"))
    daemon.world.script("a") { $0.warmUpError = nil }
    #expect(daemon.becomesReady("a"))
    #expect(daemon.world.calls.filter { $0.hasPrefix("start") }.count == 1)
  }

  @Test func `a stop that fails keeps the record, and is tried again with growing delays`() {
    let daemon = Daemon(Text.fleet("a", "b", "c"))
    #expect(daemon.becomesReady("a", "b", "c"))
    daemon.world.script("a") { $0.failingStops = 6 }
    daemon.edit("a.yaml", Text.model("a", state: "Unloaded", file: "a.gguf"))
    daemon.pass(.milliseconds(900))
    #expect(daemon.world.calls.filter { $0.hasPrefix("stop a") }.count == 1)
    #expect(daemon.store.instanceIDs.count == 3)
    #expect(daemon.run(until: { daemon.world.processes(of: "a").isEmpty }, within: .seconds(900)))
    #expect(daemon.world.calls.filter { $0.hasPrefix("stop a") }.count == 7)
    #expect(daemon.run(until: { daemon.store.instanceIDs.count == 2 }))
  }

  @Test func `a full disk starts nothing, is said everywhere, and passes`() throws {
    let daemon = Daemon(Text.fleet("a"))
    #expect(daemon.becomesReady("a"))
    daemon.store.fail(with: .unwritable("state/drover.sqlite: no space left on device"))
    daemon.world.forgetCalls()
    daemon.edit("b.yaml", Text.model("b", file: "b.gguf"))
    daemon.pass(.seconds(30))
    #expect(daemon.world.calls == [])
    #expect(daemon.state("fleet/fleet", "StateWritable") == "False StateSaveError")
    let asked = daemon.ask { await $0.readiness() }
    let readiness = try #require(asked)
    #expect(readiness.problems == ["state/drover.sqlite: no space left on device"])
    #expect(daemon.events.all.filter { $0.name == "state-save-error" }.count == 1)
    #expect(daemon.world.pids.count == 1)
    daemon.store.fail(with: nil)
    #expect(daemon.becomesReady("a", "b", within: .seconds(5)))
    #expect(daemon.state("fleet/fleet", "StateWritable").hasPrefix("True"))
    #expect(daemon.ask { await $0.readiness().isReady } == true)
    #expect(daemon.world.violations == [])
  }

  @Test func `durable state that is lost while nothing changes is noticed, and that it is back as well`() throws {
    let daemon = Daemon(Text.fleet("a"))
    #expect(daemon.becomesReady("a"))
    daemon.world.forgetCalls()
    daemon.store.fail(with: .unwritable("state/drover.sqlite was removed"))
    #expect(daemon.run(until: { daemon.state("fleet/fleet", "StateWritable") == "False StateSaveError" }))
    #expect(daemon.ask { await $0.readiness().problems } == ["state/drover.sqlite was removed"])
    #expect(daemon.events.all.filter { $0.name == "state-save-error" }.count == 1)
    daemon.store.fail(with: nil)
    #expect(daemon.run(until: { daemon.state("fleet/fleet", "StateWritable").hasPrefix("True") }))
    #expect(daemon.world.calls == [])
    let commits = daemon.store.commits.count
    daemon.pass(.seconds(60))
    #expect(daemon.store.commits.count == commits)
  }

  @Test func `a limit lowered below what is loaded is told once, and that it is over as well`() {
    let daemon = Daemon(Text.fleet("a"))
    #expect(daemon.becomesReady("a"))
    daemon.edit("local.yaml", Text.provider.replacing("64GiB", with: "1MiB"))
    #expect(daemon.run(until: { daemon.state("provider/local", "Stalled") == "True InsufficientMemory" }))
    daemon.pass(.seconds(30))
    #expect(daemon.events.all.filter { $0.name == "pool-over-limit" }.map(\.object?.name) == ["local"])
    #expect(daemon.world.processes(of: "a").count == 1)
    daemon.edit("local.yaml", Text.provider)
    #expect(daemon.run(until: { daemon.isReady("provider/local") && daemon.state("provider/local", "Stalled") == "-" }))
    #expect(daemon.events.all.filter { $0.name == "pool-within-limit" }.count == 1)
  }

  @Test func `an unload while the disk is full waits, and the process goes on serving`() throws {
    let daemon = Daemon(Text.fleet("a", "b", "c"))
    #expect(daemon.becomesReady("a", "b", "c"))
    daemon.store.fail(with: .unwritable("read-only"))
    daemon.edit("a.yaml", Text.model("a", state: "Unloaded", file: "a.gguf"))
    daemon.pass(.seconds(20))
    #expect(daemon.world.processes(of: "a").count == 1)
    daemon.store.fail(with: nil)
    #expect(daemon.run(until: { daemon.world.processes(of: "a").isEmpty }, within: .seconds(5)))
  }

  @Test func `a status folder that cannot be written is written once it can`() {
    let daemon = Daemon(Text.fleet("a"))
    daemon.status.state.withLock { $0.failure = .unwritable("read-only") }
    #expect(daemon.becomesReady("a"))
    #expect(daemon.status.files.isEmpty)
    daemon.status.state.withLock { $0.failure = nil }
    #expect(daemon.run(until: { daemon.status.files.count == 3 }, within: .seconds(3)))
  }

  @Test func `a clock that jumps stops nothing`() {
    let daemon = Daemon(Text.fleet("a"))
    #expect(daemon.becomesReady("a"))
    for jump in [Duration.seconds(86400), .seconds(-86400 * 2)] {
      daemon.time.jump(by: jump)
      daemon.edit("a.yaml", Text.model("a", slots: jump > .zero ? 2 : 3, file: "a.gguf"))
      #expect(daemon.converges("a", generation: jump > .zero ? 2 : 3, within: .seconds(10)))
    }
  }
}
