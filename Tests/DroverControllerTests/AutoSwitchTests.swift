import DroverCore
import DroverPlanning
import DroverTestKit
import Testing

@testable import DroverController

/// S8.1.13 and S20.1.4 in a daemon: a current model that fails too often is left, by itself.
@Suite struct AutoSwitchTests {
  private func files(_ autoSwitch: String = "{enabled: true}") -> [String: String] {
    var files = Text.fleet("a", "b")
    files["fleet.yaml"] =
      "apiVersion: drover.dev/v1alpha1\nkind: Fleet\nmetadata: {name: fleet}\n"
      + "spec: {defaultModel: a, autoSwitch: \(autoSwitch)}\n"
    return files
  }

  private func current(_ daemon: Daemon) -> String? { daemon.controller.routing.current?.description }

  private func start(_ files: [String: String]) -> Daemon {
    let daemon = Daemon(files)
    #expect(daemon.becomesReady("a", "b"))
    #expect(daemon.run(until: { current(daemon) == "model/a" }))
    return daemon
  }

  private func fail(_ model: String, _ daemon: Daemon, failures: Int = 30, successes: Int = 10) {
    daemon.controller.note(
      GatewayTraffic(outcomes: [model: OutcomeCount(successes: successes, failures: failures)]))
  }

  @Test func `S8.1.13 it switches with the reason and the figures, and not back at once`() {
    let daemon = start(files())
    fail("a", daemon, failures: 3, successes: 7)
    daemon.pass(.seconds(20))
    #expect(current(daemon) == "model/a")
    fail("a", daemon)
    #expect(daemon.run(until: { current(daemon) == "model/b" }))
    let switched = daemon.events.all.last { $0.name == "model-switched" }
    #expect(switched?.payload["reason"] == .string("auto_switch") && switched?.actor == "controller")
    let told = daemon.events.all.filter { $0.name == "auto-switch" }
    #expect(told.count == 1)
    #expect(
      told.first?.message == "model/a served 17 of 50 requests within 5m, under 70 %: switching to model/b")
    // The other one fails as well; within ten minutes nothing goes to and fro.
    fail("b", daemon)
    daemon.pass(.seconds(590))
    #expect(current(daemon) == "model/b")
    fail("b", daemon)
    #expect(daemon.run(until: { current(daemon) == "model/a" }, within: .seconds(60)))
  }

  @Test(arguments: ["{enabled: false}", "{}", "{enabled: true, minSuccessPercent: 20}"])
  func `S8.1.13 it is off by default, and the threshold is the manifest's`(autoSwitch: String) {
    let daemon = start(files(autoSwitch))
    fail("a", daemon)
    daemon.pass(.seconds(60))
    #expect(current(daemon) == "model/a" && !daemon.events.all.contains { $0.name == "auto-switch" })
  }

  @Test func `failures of another model, and those of long ago, say nothing`() {
    let daemon = start(files())
    fail("b", daemon)
    fail("a", daemon, failures: 15, successes: 0)
    daemon.pass(.seconds(400))
    fail("a", daemon, failures: 15, successes: 0)
    daemon.pass(.seconds(30))
    #expect(current(daemon) == "model/a")
  }
}
