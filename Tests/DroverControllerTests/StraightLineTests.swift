import DroverCore
import DroverTestKit
import Testing

@Suite struct StraightLineTests {
  @Test func `loads a model from its manifest and says so`() {
    let daemon = Daemon(Text.fleet("a"))
    #expect(daemon.becomesReady("a", within: .seconds(2)))
    #expect(daemon.world.calls == ["start a generation 1", "warm up a"])
    #expect(daemon.world.violations == [])
    #expect(daemon.events.names(of: "model/a") == ["model-registered", "model-loading", "model-loaded"])
    let text = daemon.status.files.first { $0.key.name == "a" }?.value ?? ""
    #expect(text.contains("state: Loaded"))
    #expect(text.contains("pid: 1001"))
  }

  @Test func `does nothing in a second pass over the same manifests`() {
    let daemon = Daemon(Text.fleet("a", "b"))
    #expect(daemon.becomesReady("a", "b"))
    daemon.pass(.seconds(1))
    daemon.world.forgetCalls()
    daemon.status.forgetWrites()
    let commits = daemon.store.commits.count
    daemon.source.rescan(everything: true)
    daemon.pass(.seconds(600))
    #expect(daemon.world.calls == [])
    #expect(daemon.status.writes == [])
    #expect(daemon.store.commits.count == commits)
  }
}
