import DroverCore
import DroverPlanning
import DroverTestKit
import FoundationEssentials
import Synchronization
import Testing

@testable import DroverController

@Suite struct AnswerTests {
  @Test func `settles when everything agrees`() {
    let daemon = Daemon(Text.fleet("a"))
    #expect(daemon.ask { await $0.settled() } == true)
    #expect(daemon.isReady("model/a") || daemon.becomesReady("a"))
    #expect(daemon.world.pids.count == 1)
  }

  @Test func `settles as stalled when only a person can help`() {
    let daemon = Daemon(Text.fleet("a", "b"))
    daemon.world.script("a") { $0.problem = ModelFacts.Problem(.modelNotFound, "there is no a.gguf") }
    #expect(daemon.ask { await $0.settled() } == false)
    #expect(daemon.world.processes(of: "b").count == 1)
  }

  @Test func `settles as stalled when a manifest is refused`() {
    var files = Text.fleet("a")
    files["b.yaml"] = "kind: Modle\n"
    let daemon = Daemon(files)
    #expect(daemon.ask { await $0.settled() } == false)
    #expect(daemon.world.processes(of: "a").count == 1)
  }

  @Test func `settles with a suspended model left as it is`() {
    var files = Text.fleet("a")
    files["b.yaml"] = Text.model("b", annotations: "\(Annotation.suspend): \"true\"")
    let daemon = Daemon(files)
    #expect(daemon.ask { await $0.settled() } == true)
  }

  @Test func `settles only after what is gone was pruned`() {
    let daemon = Daemon(Text.fleet("a", "b", "c"))
    #expect(daemon.ask { await $0.settled() } == true)
    daemon.folder.state.withLock { $0.files["a.yaml"] = nil }
    daemon.restart()
    #expect(daemon.ask { await $0.settled() } == true)
    #expect(daemon.world.processes(of: "a").isEmpty)
  }

  @Test func `wakes who waits for a change, and nobody without one`() throws {
    let daemon = Daemon(Text.fleet("a"))
    #expect(daemon.becomesReady("a"))
    daemon.pass(.seconds(2))
    let answer = daemon.ask { await $0.version }
    let version = try #require(answer)
    let start = daemon.time.now
    #expect(daemon.ask { await $0.change(after: version, timeout: .seconds(7)) } == version)
    #expect(daemon.time.now - start >= .seconds(7))
    daemon.world.crash("a", at: daemon.time.now)
    let crash = daemon.time.now
    let next = try #require(daemon.ask { await $0.change(after: version, timeout: .seconds(60)) })
    #expect(next > version)
    #expect(daemon.time.now - crash < .seconds(1))
    #expect(daemon.ask { await $0.change(after: 0, timeout: .seconds(60)) } == next)
  }

  @Test func `a plan foretells what the same edit does, and does nothing itself`() throws {
    let daemon = Daemon(Text.fleet("a", "b"))
    #expect(daemon.becomesReady("a", "b"))
    daemon.pass(.seconds(1))
    daemon.world.forgetCalls()
    daemon.status.forgetWrites()
    let commits = daemon.store.commits.count
    var proposed = Text.fleet("a", "b")
    proposed["a.yaml"] = Text.model("a", slots: 2, file: "a.gguf")
    proposed["b.yaml"] = Text.model("b", labels: "tier: gold", file: "b.gguf")
    let files = proposed.sorted { $0.key < $1.key }.map { ProposedFile(path: $0.key, bytes: Array($0.value.utf8)) }
    let bytes = try #require(daemon.ask { await $0.plan(files: files, isPartial: false) })
    let report = try JSONDecoder().decode(DiffReport.self, from: Data(bytes))
    let lines = DiffText.render(report, full: false)
    #expect(lines.contains("model/a"))
    #expect(lines.contains("reload"))
    daemon.pass(.seconds(60))
    #expect(daemon.world.calls == [])
    #expect(daemon.status.writes == [])
    #expect(daemon.store.commits.count == commits)
    let pid = daemon.world.pid(of: "b")
    for file in files { daemon.edit(file.path, String(decoding: file.bytes, as: UTF8.self)) }
    #expect(daemon.converges("a", generation: 2))
    #expect(daemon.world.pid(of: "b") == pid)
    #expect(daemon.ask { await $0.plan(files: files, isPartial: false) } != bytes)
  }

  @Test func `stopping ends every process and leaves no record`() {
    let daemon = Daemon(Text.fleet("a", "b"))
    #expect(daemon.becomesReady("a", "b"))
    daemon.leave()
    #expect(daemon.world.pids.count == 2)
    #expect(daemon.ask { await $0.stopInstances() } != nil)
    #expect(daemon.world.pids == [])
    #expect(daemon.store.instanceIDs == [])
    let text = daemon.status.files[Identity(.model, "a")] ?? ""
    #expect(text.contains("reason: Unloaded"))
    #expect(text.contains("state: Unloaded"))
    #expect(!text.contains("Load generation"))
    #expect(!text.contains("pid:"))
  }
}
