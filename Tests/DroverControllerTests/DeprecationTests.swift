import DroverCore
import DroverPlanning
import DroverTestKit
import Testing

@testable import DroverController

@Suite struct DeprecationTests {
  private func marked(_ name: String, _ deprecation: String, state: String = "Loaded") -> String {
    Text.model(name, state: state, extra: "  deprecation: \(deprecation)", file: name + ".gguf")
  }

  private func named(_ name: String, _ daemon: Daemon) -> [FleetEvent] {
    daemon.events.all.filter { $0.name == name }
  }

  @Test func `S1.2.4 a mark changes no process, and is told once over restarts`() {
    let daemon = Daemon(Text.fleet("a", "b"))
    #expect(daemon.becomesReady("a", "b"))
    let pids = daemon.world.pids
    daemon.edit("a.yaml", marked("a", "{replacement: b, reason: too slow}"))
    #expect(
      daemon.run(until: { daemon.state("model/a", "Deprecated") == "True Deprecated" && daemon.isReady("model/a") }))
    #expect(daemon.object("model/a")?[path: ["status", "state"]]?.string == "Loaded")
    #expect(daemon.object("model/a")?[path: ["status", "deprecated"]]?.bool == true)
    #expect(daemon.object("model/a")?[path: ["status", "replacement"]]?.string == "b")
    daemon.restart()
    #expect(daemon.run(until: { daemon.isReady("model/a") && daemon.isReady("model/b") }))
    daemon.pass(.seconds(300))
    #expect(daemon.world.pids == pids)
    #expect(named("model-deprecated", daemon).count == 1)
    daemon.edit("a.yaml", Text.model("a", file: "a.gguf"))
    #expect(daemon.run(until: { daemon.state("model/a", "Deprecated") == "-" && daemon.isReady("model/a") }))
    #expect(daemon.world.pids == pids)
  }

  @Test func `S1.2.5 a sunset is announced in good time, drains the model when it comes, and names the replacement`() {
    // It is 2027-01-15T08:00:00Z.
    var files = Text.fleet("b")
    files["a.yaml"] = marked("a", "{replacement: b, sunset: 2027-01-20}")
    let daemon = Daemon(files)
    #expect(daemon.becomesReady("a", "b"))
    #expect(daemon.state("model/a", "Deprecated") == "True SunsetApproaching")
    daemon.pass(.seconds(4 * 86400))
    #expect(daemon.world.processes(of: "a").count == 1)
    daemon.pass(.seconds(2 * 86400))
    #expect(daemon.world.processes(of: "a").isEmpty)
    #expect(
      daemon.run(until: {
        daemon.state("model/a", "Serving") == "False Sunset" && daemon.state("model/a") == "True Sunset"
          && daemon.object("model/a")?[path: ["status", "state"]]?.string == "Deprecated"
      }))
    #expect(daemon.condition("model/a", "Serving")?["message"]?.string?.contains("use b instead") == true)
    #expect(named("model-deprecated", daemon).count == 1)
    #expect(named("sunset-approaching", daemon).count == 2)
    #expect(named("model-sunset", daemon).count == 1)
    #expect(daemon.world.calls.filter { $0.hasPrefix("stop a") }.count == 1)
    // A later date brings it back.
    daemon.edit("a.yaml", marked("a", "{replacement: b, sunset: 2027-06-20}"))
    #expect(
      daemon.run(until: { daemon.state("model/a", "Deprecated") == "True Deprecated" && daemon.isReady("model/a") }))
    #expect(daemon.world.processes(of: "a").count == 1)
  }

  /// Scenario 19: what is removed while in use goes in good order, and is on no list any more from the start.
  @Test func `S1.2.5 the gateway knows since when a model goes, over restarts, and what to use instead`() {
    let daemon = Daemon(Text.fleet("a", "b"))
    #expect(daemon.becomesReady("a", "b"))
    func told() -> RouteDeprecation? { daemon.controller.routing.table.model(named: "a")?.deprecation }
    #expect(told() == nil)
    daemon.pass(.seconds(100))
    let before = daemon.time.now
    daemon.edit("a.yaml", marked("a", "{replacement: b, sunset: 2027-01-20}"))
    #expect(daemon.run(until: { told() != nil }))
    let first = told()
    #expect(first?.replacement == "b" && first?.sunset?.description == "2027-01-21T00:00:00Z")
    #expect(first.map { $0.since >= before && $0.since <= daemon.time.now && $0.endsAtSunset } == true)
    daemon.pass(.seconds(3 * 86400))
    daemon.restart()
    #expect(daemon.run(until: { daemon.isReady("model/a") && told() == first }))
    daemon.edit("a.yaml", Text.model("a", file: "a.gguf"))
    #expect(daemon.run(until: { told() == nil }))
  }

  @Test func `a model that is removed in use is deprecated, drained and unloaded`() {
    let daemon = Daemon(Text.fleet("a", "b", "c"))
    #expect(daemon.becomesReady("a", "b", "c"))
    daemon.edit("a.yaml", nil)
    #expect(daemon.run(until: { daemon.object("model/a") == nil && daemon.world.processes(of: "a").isEmpty }))
    let told = daemon.events.all.filter { $0.object == Identity(.model, "a") }.map(\.name)
    let order = ["model-deprecated", "model-unloaded", "model-unregistered"]
    #expect(told.filter(order.contains) == order)
    #expect(daemon.world.processes(of: "b").count == 1)
    #expect(daemon.world.violations == [])
  }
}
