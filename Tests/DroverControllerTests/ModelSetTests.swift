import DroverCore
import DroverTestKit
import Testing

@testable import DroverController

/// S20.1.7: sets by the clock of a daemon, which alone passes their boundaries.
@Suite struct ModelSetTests {
  private func set(_ window: String, _ models: String = "a, b", active: String = "Schedule") -> String {
    """
    apiVersion: drover.dev/v1alpha1
    kind: ModelSet
    metadata: {name: night}
    spec: {match: {names: [\(models)]}, active: \(active), schedule: {\(window)}}

    """
  }

  private func files(_ set: String, fleet: String = "{}") -> [String: String] {
    var files = ["local.yaml": Text.provider, "set.yaml": set]
    for name in ["a", "b", "c"] { files[name + ".yaml"] = Text.model(name, state: "OnDemand", file: name + ".gguf") }
    files["fleet.yaml"] = "apiVersion: drover.dev/v1alpha1\nkind: Fleet\nmetadata: {name: fleet}\nspec: \(fleet)\n"
    return files
  }

  private func running(_ daemon: Daemon) -> [String] {
    ["a", "b", "c"].filter { !daemon.world.processes(of: $0).isEmpty }
  }

  private func loaded(_ daemon: Daemon) -> [String]? {
    daemon.object("modelset/night")?[path: ["status", "loaded"]]?.stringList
  }

  @Test func `a set is loaded when its window opens and unloaded when it closes, day after day, by time alone`() {
    // It is 2027-01-15T08:00:00Z.
    let daemon = Daemon(files(set(#"from: "22:00", to: "06:00""#)))
    #expect(daemon.run(until: { daemon.state("modelset/night") == "True Inactive" && daemon.isReady("model/c") }))
    daemon.pass(.seconds(14 * 3600 - 60))
    #expect(running(daemon) == [])
    for day in 1...2 {
      // 21:59:00 it is: nothing is edited, asked for or told from here on.
      #expect(daemon.run(until: { loaded(daemon) == ["a", "b"] }, within: .seconds(120)), "day \(day)")
      #expect(running(daemon) == ["a", "b"] && daemon.state("modelset/night") == "True Active")
      let opened = daemon.time.now
      #expect(
        daemon.run(
          until: { loaded(daemon) == [] && running(daemon) == [] && daemon.state("modelset/night") == "True Inactive" },
          within: .seconds(8 * 3600 + 120)), "day \(day)")
      #expect(daemon.time.now - opened > .seconds(8 * 3600 - 180))
      daemon.pass(.seconds(16 * 3600 - 60))
      #expect(running(daemon) == [], "day \(day)")
    }
    #expect(daemon.world.violations.isEmpty)
  }

  @Test func `a droverd that starts inside a window loads its set, and one that starts after it unloads that`() {
    let daemon = Daemon(files(set(#"from: "07:00", to: "09:00""#)))
    #expect(daemon.run(until: { loaded(daemon) == ["a", "b"] }))
    daemon.leave()
    daemon.time.advance(to: daemon.time.now + .seconds(2 * 3600))
    daemon.restart()
    #expect(daemon.run(until: { running(daemon) == [] && loaded(daemon) == [] }))
  }

  @Test func `what was asked for during a window stays when it closes`() {
    let daemon = Daemon(files(set(#"from: "07:00", to: "09:00""#)))
    #expect(daemon.run(until: { loaded(daemon) == ["a", "b"] }))
    #expect(daemon.load("b") == .done)
    daemon.pass(.seconds(2 * 3600))
    #expect(running(daemon) == ["b"])
  }
}
