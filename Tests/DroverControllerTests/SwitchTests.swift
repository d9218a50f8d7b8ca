import DroverCore
import DroverPlanning
import DroverTestKit
import Testing

@testable import DroverController

/// S8.1.8 to S8.1.11 in a daemon.
@Suite struct SwitchTests {
  private static func fleet(_ spec: String) -> String {
    "apiVersion: drover.dev/v1alpha1\nkind: Fleet\nmetadata: {name: fleet}\nspec: \(spec)\n"
  }

  private func files(_ fleet: String? = nil, state: String = "OnDemand") -> [String: String] {
    var files = ["local.yaml": Text.provider]
    for name in ["a", "b"] { files[name + ".yaml"] = Text.model(name, state: state, file: name + ".gguf") }
    files["fleet.yaml"] = fleet.map(Self.fleet)
    return files
  }

  /// What a switch answers: the target, or the refusal.
  private func ask(_ daemon: Daemon, _ request: SwitchRequest) -> Result<Identity, ControlRefusal>? {
    daemon.ask { controller in
      do throws(ControlRefusal) { return .success(try await controller.switchModel(request, actor: "socket:7")) } catch
      {
        return .failure(error)
      }
    }
  }

  private func refusal(_ result: Result<Identity, ControlRefusal>?) -> ControlRefusal? {
    if case .failure(let refusal) = result { refusal } else { nil }
  }

  private func current(_ daemon: Daemon) -> String? { daemon.controller.loop.latest.state.current.target?.description }

  private func switches(_ daemon: Daemon) -> [FieldValue] {
    daemon.events.all.filter { $0.name == "model-switched" }.map(\.payload)
  }

  @Test func `S8.1.8 a switch loads the model, makes it the current one, and leaves the old one running`() {
    let daemon = Daemon(files())
    #expect(daemon.run(until: { daemon.isReady("model/a") && daemon.isReady("model/b") }))
    #expect(current(daemon) == nil)
    #expect(ask(daemon, SwitchRequest(target: "a")) == .success(Identity(.model, "a")))
    #expect(daemon.world.processes(of: "a").count == 1)
    #expect(ask(daemon, SwitchRequest(target: "b")) == .success(Identity(.model, "b")))
    #expect(current(daemon) == "model/b")
    #expect(daemon.world.processes(of: "a").count == 1 && daemon.world.processes(of: "b").count == 1)
    #expect(
      switches(daemon) == [
        .object(["previousModel": .null, "currentModel": .string("local:a.gguf"), "reason": .string("user_preference")]
        ),
        .object([
          "previousModel": .string("local:a.gguf"), "currentModel": .string("local:b.gguf"),
          "reason": .string("user_preference"),
        ]),
      ])
    #expect(daemon.events.all.filter { $0.name == "model-switched" }.allSatisfy { $0.actor == "socket:7" })
    #expect(
      daemon.run(until: {
        daemon.object("fleet/fleet")?[path: ["status", "currentModel", "target"]]?.string == "model/b"
      }))
  }

  @Test func `S8.1.8 a failed load leaves the old current model, and says why`() {
    let daemon = Daemon(files())
    #expect(daemon.run(until: { daemon.isReady("model/a") && daemon.isReady("model/b") }))
    #expect(ask(daemon, SwitchRequest(target: "a")) == .success(Identity(.model, "a")))
    daemon.world.script("b") { $0.startError = .failed("the engine does not start") }
    let failed = refusal(ask(daemon, SwitchRequest(target: "b")))
    #expect(failed == .loadFailed("cannot switch to model/b: the engine does not start"))
    #expect(current(daemon) == "model/a")
    #expect(daemon.world.processes(of: "a").count == 1)
    daemon.pass(.seconds(600))
    #expect(daemon.world.processes(of: "b").isEmpty)
    #expect(switches(daemon).count == 1)
  }

  @Test func `a name that is no model is refused with what comes near`() {
    let daemon = Daemon(files(state: "Unloaded"))
    #expect(daemon.run(until: { daemon.isReady("model/a") }))
    let unknown = refusal(ask(daemon, SwitchRequest(target: "c")))
    guard case .notFound(let message)? = unknown else {
      Issue.record("not refused as unknown: \(String(describing: unknown))")
      return
    }
    #expect(message.contains("no model or route is named 'c'"))
    guard case .conflict(let why)? = refusal(ask(daemon, SwitchRequest(target: "a"))) else {
      Issue.record("a model that must be unloaded was switched to")
      return
    }
    #expect(why.contains("desiredState of model/a is Unloaded (a.yaml:7:17)"))
  }

  @Test func `S8.1.2 the current model is restored after a restart, and its process is adopted`() {
    let daemon = Daemon(files("{defaultModel: a}"))
    #expect(daemon.run(until: { current(daemon) == "model/a" && daemon.isReady("model/a") }))
    #expect(ask(daemon, SwitchRequest(target: "b")) == .success(Identity(.model, "b")))
    let pids = daemon.world.pids
    daemon.restart()
    #expect(daemon.run(until: { current(daemon) == "model/b" && daemon.isReady("model/b") }))
    daemon.pass(.seconds(120))
    #expect(daemon.world.pids == pids)
    #expect(switches(daemon).count == 2)
  }

  @Test func `the current model follows the default of the Fleet until somebody switches, over restarts`() {
    let daemon = Daemon(files("{defaultModel: a}"))
    #expect(daemon.run(until: { current(daemon) == "model/a" && daemon.isReady("model/a") }))
    daemon.edit("fleet.yaml", Self.fleet("{defaultModel: b}"))
    #expect(daemon.run(until: { current(daemon) == "model/b" && daemon.world.processes(of: "b").count == 1 }))
    #expect(switches(daemon).last?["reason"]?.string == "default")
    daemon.restart()
    #expect(daemon.run(until: { daemon.isReady("model/a") && daemon.isReady("model/b") }))
    daemon.pass(.seconds(120))
    #expect(current(daemon) == "model/b" && switches(daemon).count == 2)
    #expect(ask(daemon, SwitchRequest(target: "a")) == .success(Identity(.model, "a")))
    daemon.edit("fleet.yaml", Self.fleet("{defaultModel: b, autoLoadDefault: true}"))
    daemon.pass(.seconds(120))
    #expect(current(daemon) == "model/a")
  }

  @Test func `a current model whose manifest is removed gives way to the default`() {
    let daemon = Daemon(files("{defaultModel: a}"))
    #expect(daemon.run(until: { current(daemon) == "model/a" && daemon.isReady("model/a") }))
    daemon.edit("fleet.yaml", Self.fleet("{defaultModel: b}"))
    daemon.edit("a.yaml", nil)
    #expect(
      daemon.run(until: {
        current(daemon) == "model/b" && daemon.world.processes(of: "b").count == 1 && daemon.object("model/a") == nil
      }))
    #expect(switches(daemon).count == 2 && switches(daemon).allSatisfy { $0["currentModel"] != .null })
    #expect(daemon.world.processes(of: "a").isEmpty)
  }

  @Test func `S8.1.9 unloading the current model leaves none until somebody switches`() {
    let daemon = Daemon(files("{defaultModel: a}"))
    #expect(daemon.run(until: { current(daemon) == "model/a" && daemon.world.processes(of: "a").count == 1 }))
    daemon.edit("a.yaml", Text.model("a", state: "Unloaded", file: "a.gguf"))
    #expect(daemon.run(until: { current(daemon) == nil && daemon.world.processes(of: "a").isEmpty }))
    #expect(switches(daemon).last?["currentModel"] == .null)
    #expect(switches(daemon).last?["reason"]?.string == "unloaded")
    daemon.edit("a.yaml", Text.model("a", state: "OnDemand", file: "a.gguf"))
    daemon.pass(.seconds(120))
    #expect(current(daemon) == nil)
    #expect(daemon.world.processes(of: "a").isEmpty)
  }

  @Test func `S8.1.9 a Fleet that enforces a model refuses a switch by file and line, unless as an override`() {
    let daemon = Daemon(files("\n  currentModel: a"))
    #expect(daemon.run(until: { current(daemon) == "model/a" && daemon.isReady("model/a") }))
    let conflict = refusal(ask(daemon, SwitchRequest(target: "b")))
    #expect(
      conflict
        == .conflict(
          "the Fleet enforces the current model 'a' (fleet.yaml:5:17); edit it there, or ask for an override")
    )
    #expect(ask(daemon, SwitchRequest(target: "b", isOverride: true)) == .success(Identity(.model, "b")))
    #expect(current(daemon) == "model/b")
    #expect(
      daemon.run(until: { daemon.state("fleet/fleet", "Drifted") == "True Overridden" }))
    // A day later the manifest is in force again.
    daemon.pass(.seconds(86_500))
    #expect(daemon.run(until: { current(daemon) == "model/a" && daemon.state("fleet/fleet", "Drifted") == "-" }))
  }

  @Test func `a current model that crashes is loaded again`() {
    let daemon = Daemon(files())
    #expect(daemon.run(until: { daemon.isReady("model/a") && daemon.isReady("model/b") }))
    #expect(ask(daemon, SwitchRequest(target: "a")) == .success(Identity(.model, "a")))
    daemon.world.crash("a", at: daemon.time.now)
    #expect(daemon.run(until: { daemon.world.processes(of: "a").count == 1 && daemon.isReady("model/a") }))
    #expect(current(daemon) == "model/a")
  }

  @Test func `S8.1.1 a daemon is initialized once its default model is loaded, and not ready before`() {
    let daemon = Daemon(files("{defaultModel: a}"))
    daemon.world.script("a") { $0.looks = 40 }
    #expect(daemon.run(until: { daemon.world.processes(of: "a").count == 1 }))
    #expect(daemon.run(until: { !daemon.controller.loop.publisher.readiness.isReady }))
    #expect(!daemon.events.all.contains { $0.name == "initialized" })
    #expect(daemon.run(until: { daemon.controller.loop.publisher.readiness.isReady }))
    let told = daemon.events.all.first { $0.name == "initialized" }?.payload
    #expect(
      told
        == .object([
          "modelCount": .integer(2), "loadedCount": .integer(1), "currentModel": .string("local:a.gguf"),
        ]))
    #expect(current(daemon) == "model/a")
  }

  @Test func `S8.1.1 a default model that cannot be loaded holds nobody up`() {
    let daemon = Daemon(files("{defaultModel: a}"))
    daemon.world.script("a") { $0.startError = .failed("the engine does not start") }
    #expect(daemon.run(until: { daemon.controller.loop.publisher.readiness.isReady }))
    #expect(daemon.events.all.contains { $0.name == "initialized" })
    #expect(current(daemon) == nil)
    daemon.world.script("a") { $0.startError = nil }
    #expect(daemon.run(until: { current(daemon) == "model/a" }, within: .seconds(600)))
  }
}
