import DroverCore
import DroverPlanning
import DroverTestKit
import Testing

@testable import DroverController

/// Models that fall ill, and first loads that fail.
@Suite struct RecoveryTests {
  /// Scenario 9: a model whose probes fail is started again, less and less often, and never in a hot loop.
  @Test func `a model that stays ill is restarted with growing delays, and recovers when it can`() {
    let daemon = Daemon(Text.fleet("a", "b"))
    #expect(daemon.becomesReady("a", "b"))
    daemon.world.script("a") { $0.isIll = true }
    let start = daemon.time.now
    #expect(daemon.run(until: { daemon.events.names(of: "model/a").contains("model-crashed") }))
    #expect(
      daemon.run(until: {
        daemon.condition("model/a", "Ready")?["reason"]?.string == "ProbeFailed"
          && daemon.condition("model/a", "Ready")?["message"]?.string?.contains("does not infer") == true
      }))
    daemon.pass(.seconds(3600))
    let starts = daemon.world.calls.count { $0.hasPrefix("start a") }
    // The first, then delays of up to 2, 4, 8 … 300 s, with jitter: an hour holds a few dozen at the very most.
    #expect(starts >= 4)
    #expect(starts <= 60)
    let told = daemon.events.all.filter { $0.name == "model-crashed" && $0.time >= start }.map(\.time)
    let early = told.prefix(4)
    let late = told.suffix(4)
    #expect(
      zip(late.dropFirst(), late).map { $0 - $1 }.max() ?? .zero > zip(early.dropFirst(), early).map { $0 - $1 }.min()
        ?? .zero)
    daemon.world.script("a") { $0.isIll = false }
    #expect(daemon.run(until: { daemon.isReady("model/a") }, within: .seconds(600)))
    #expect(daemon.state("model/a", "Healthy") == "True ProbeSucceeded")
    #expect(daemon.world.violations == [])
    #expect(daemon.world.calls.count { $0.hasPrefix("start b") } == 1)
  }

  /// Scenario 10: the first load fails, and its manifest is fixed.
  @Test func `a first load that fails needs no restart of droverd once its manifest is fixed`() {
    var files = Text.fleet("b")
    files["a.yaml"] = Text.model("a", file: "a.gguf")
    let daemon = Daemon(files)
    daemon.world.script("a") { $0.startError = .failed("the file is cut short") }
    #expect(daemon.run(until: { daemon.state("model/a") == "False LoadFailed" && daemon.isReady("model/b") }))
    daemon.world.script("a") { $0.startError = nil }
    let fixed = daemon.time.now
    daemon.edit("a.yaml", Text.model("a", slots: 2, file: "a.gguf"))
    #expect(daemon.converges("a", generation: 2))
    // The edit is tried at once, whatever the back-off of the former spec was.
    #expect(daemon.time.now - fixed < .seconds(2))
  }

  /// Scenario 10: the old version serves while the new one fails.
  @Test func `a new version that does not load leaves the old one serving until it is fixed`() {
    let daemon = Daemon(Text.fleet("a"))
    #expect(daemon.becomesReady("a"))
    let pid = daemon.world.pid(of: "a")
    daemon.world.script("a") { $0.startError = .failed("the file is cut short") }
    daemon.edit("a.yaml", Text.model("a", slots: 2, file: "a.gguf"))
    #expect(
      daemon.run(until: {
        daemon.state("model/a") == "False LoadFailed" && daemon.state("model/a", "Serving") == "True LastGood"
      }))
    daemon.pass(.seconds(600))
    #expect(daemon.world.pid(of: "a") == pid)
    daemon.world.script("a") { $0.startError = nil }
    daemon.edit("a.yaml", Text.model("a", slots: 3, file: "a.gguf"))
    #expect(daemon.converges("a", generation: 3))
    #expect(daemon.state("model/a", "Serving") == "True Loaded")
    #expect(daemon.world.pid(of: "a") != pid)
    #expect(daemon.world.violations == [])
  }
}
