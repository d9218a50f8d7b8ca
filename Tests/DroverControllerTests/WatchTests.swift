import DroverCore
import Testing

@testable import DroverController

@Suite struct WatchTests {
  private func server(_ address: String = "http://127.0.0.1:9000", interval: String = "1h") -> String {
    """
    apiVersion: drover.dev/v1alpha1
    kind: Provider
    metadata: {name: remote}
    spec: {type: custom, baseURL: "\(address)", health: {interval: \(interval)}}

    """
  }

  private func model(state: String = "Loaded") -> String {
    """
    apiVersion: drover.dev/v1alpha1
    kind: Model
    metadata: {name: a}
    spec: {provider: remote, desiredState: \(state), warmup: false}

    """
  }

  @Test func `a provider is followed while it has instances`() {
    let daemon = Daemon(["p.yaml": server(), "m.yaml": model()])
    #expect(daemon.becomesReady("a"))
    #expect(daemon.world.watched == ["remote"])
    daemon.edit("m.yaml", model(state: "Unloaded"))
    #expect(daemon.run(until: { daemon.world.watched.isEmpty && daemon.world.pids.isEmpty }))
    daemon.edit("m.yaml", model())
    #expect(daemon.converges("a", generation: 3))
    #expect(daemon.world.watched == ["remote"])
    daemon.kill()
    #expect(daemon.world.watched.isEmpty)
  }

  @Test func `what a provider tells is looked at at once`() {
    let daemon = Daemon(["p.yaml": server(), "m.yaml": model()])
    #expect(daemon.becomesReady("a"))
    daemon.world.lose("a", .evicted, at: daemon.time.now)
    daemon.pass(.seconds(60))
    #expect(daemon.isReady("model/a"))
    daemon.world.tell("remote")
    #expect(daemon.run(until: { daemon.events.names(of: "model/a").contains("model-evicted") }, within: .seconds(1)))
    #expect(daemon.becomesReady("a", within: .seconds(5)))
    #expect(daemon.world.processes(of: "a").count == 1)
  }

  @Test func `a server that drops a model again and again is asked less and less often`() {
    let daemon = Daemon(["p.yaml": server(interval: "1s"), "m.yaml": model()])
    #expect(daemon.becomesReady("a"))
    for _ in 0..<600 {
      daemon.world.lose("a", .evicted, at: daemon.time.now)
      daemon.pass(.seconds(1))
    }
    let starts = daemon.world.calls.count { $0.hasPrefix("start ") }
    #expect((5...40).contains(starts), "\(starts)")
  }

  @Test func `an instance of a provider that moved is ended where it was started`() {
    let daemon = Daemon(["p.yaml": server(), "m.yaml": model()])
    #expect(daemon.becomesReady("a"))
    daemon.edit("p.yaml", server("http://127.0.0.1:9001"))
    #expect(daemon.run(until: { daemon.world.stoppedAt == ["http://127.0.0.1:9000"] }))
    #expect(daemon.converges("a", generation: 1))
    #expect(daemon.world.processes(of: "a").count == 1)
  }
}
