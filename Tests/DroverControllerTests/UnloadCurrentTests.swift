import DroverCore
import DroverTestKit
import Testing

@testable import DroverController

/// S8.1.9: the current model and requests to unload it.
@Suite struct UnloadCurrentTests {
  private func current(_ daemon: Daemon) -> String? { daemon.controller.loop.latest.state.current.target?.description }

  private func unload(_ daemon: Daemon, _ model: String) -> Bool? {
    daemon.ask { (try? await $0.request(model, loaded: false, warmup: nil, actor: "socket:7")) != nil }
  }

  private func daemon(_ fleet: String? = nil) -> Daemon {
    var files = ["local.yaml": Text.provider]
    for name in ["a", "b"] { files[name + ".yaml"] = Text.model(name, state: "OnDemand", file: name + ".gguf") }
    files["fleet.yaml"] = fleet.map {
      "apiVersion: drover.dev/v1alpha1\nkind: Fleet\nmetadata: {name: fleet}\nspec: \($0)\n"
    }
    return Daemon(files)
  }

  @Test func `S8.1.9 a request to unload the current model leaves none, and says why`() {
    let daemon = daemon("{defaultModel: a}")
    #expect(daemon.run(until: { current(daemon) == "model/a" && daemon.world.processes(of: "a").count == 1 }))
    #expect(unload(daemon, "a") == true)
    #expect(daemon.run(until: { current(daemon) == nil && daemon.world.processes(of: "a").isEmpty }))
    let told = daemon.events.all.last { $0.name == "model-switched" }?.payload
    #expect(told?["currentModel"] == .null)
    #expect(told?["reason"]?.string == "unloaded")
    daemon.pass(.seconds(300))
    #expect(current(daemon) == nil)
    #expect(daemon.world.processes(of: "a").isEmpty)
    daemon.restart()
    #expect(daemon.run(until: { daemon.isReady("model/a") && daemon.isReady("model/b") }))
    daemon.pass(.seconds(300))
    #expect(current(daemon) == nil)
    #expect(daemon.world.processes(of: "a").isEmpty)
    // Somebody who switches to it has it loaded again.
    let switched = daemon.ask { try? await $0.switchModel(SwitchRequest(target: "a"), actor: "socket:7") }
    #expect(switched == Identity(.model, "a"))
    #expect(daemon.world.processes(of: "a").count == 1)
  }

  @Test func `S8.1.5 the current model is not unloaded for want of use, nor to make room`() {
    let daemon = daemon("{loading: {maxLoadedModels: 1, idleUnloadAfter: 10m, minLoadedFor: 0s}}")
    #expect(daemon.run(until: { daemon.isReady("model/a") && daemon.isReady("model/b") }))
    let switched = daemon.ask { try? await $0.switchModel(SwitchRequest(target: "a"), actor: "socket:7") }
    #expect(switched == Identity(.model, "a"))
    let pid = daemon.world.pid(of: "a")
    let asked = daemon.ask { (try? await $0.request("b", loaded: true, warmup: nil, actor: "socket:7")) != nil }
    #expect(asked == true)
    daemon.pass(.seconds(3600))
    #expect(daemon.world.pid(of: "a") == pid)
    #expect(daemon.world.processes(of: "b").isEmpty)
    #expect(current(daemon) == "model/a")
  }
}
