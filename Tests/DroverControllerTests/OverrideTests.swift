import DroverCore
import DroverPlanning
import DroverTestKit
import FoundationEssentials
import Synchronization
import Testing

@testable import DroverController

@Suite struct OverrideTests {
  private func hold(_ daemon: Daemon, _ request: OverrideRequest) -> Result<Override, ControlRefusal>? {
    daemon.ask { controller in
      do throws(ControlRefusal) { return .success(try await controller.hold(request, actor: "socket:7")) } catch {
        return .failure(error)
      }
    }
  }

  private func refusal(_ result: Result<Override, ControlRefusal>?) -> String? {
    if case .failure(let refusal) = result { refusal.message } else { nil }
  }

  private func unload(_ name: String = "a", lifetime: Duration = .seconds(3600)) -> OverrideRequest {
    OverrideRequest(
      object: Identity(.model, name), field: "spec.desiredState", value: .value(.string("Unloaded")), reason: "night",
      lifetime: lifetime)
  }

  private func overrides(_ daemon: Daemon) -> [Override] { daemon.controller.loop.latest.state.overrides }

  @Test func `an override is in force at once, says so everywhere, and survives a restart`() {
    let daemon = Daemon(Text.fleet("a", "b"))
    #expect(daemon.becomesReady("a", "b"))
    guard case .success(let held)? = hold(daemon, unload()) else {
      Issue.record("the override was refused")
      return
    }
    #expect(held.actor == "socket:7")
    #expect(daemon.run(until: { daemon.world.processes(of: "a").isEmpty }))
    #expect(daemon.run(until: { daemon.state("model/a", "Drifted") == "True Overridden" && daemon.isReady("model/a") }))
    let shown = daemon.object("model/a")?[path: ["status", "overrides"]]?.list?.first?.value
    #expect(shown?["field"]?.string == "spec.desiredState")
    #expect(shown?["actor"]?.string == "socket:7")
    #expect(daemon.object("model/a")?[path: ["spec", "desiredState"]]?.string == "Unloaded")
    #expect(daemon.object("model/a")?[path: ["metadata", "generation"]]?.integer == 1)
    daemon.restart()
    #expect(daemon.run(until: { daemon.isReady("model/a") && daemon.isReady("model/b") }))
    daemon.pass(.seconds(120))
    #expect(overrides(daemon) == [held])
    #expect(daemon.world.processes(of: "a").isEmpty)
    #expect(daemon.object("model/a")?[path: ["metadata", "generation"]]?.integer == 1)
  }

  @Test func `an override ends when its time is over`() {
    let daemon = Daemon(Text.fleet("a", "b"))
    #expect(daemon.becomesReady("a", "b"))
    _ = hold(daemon, unload(lifetime: .seconds(600)))
    #expect(daemon.run(until: { daemon.world.processes(of: "a").isEmpty }))
    #expect(overrides(daemon).first?.expiresAt.milliseconds ?? 0 <= daemon.time.now.milliseconds + 600_000)
    daemon.pass(.seconds(300))
    #expect(daemon.world.processes(of: "a").isEmpty)
    daemon.pass(.seconds(310))
    #expect(
      daemon.run(until: {
        daemon.world.processes(of: "a").count == 1 && daemon.state("model/a", "Drifted") == "False InSync"
          && daemon.isReady("model/a")
      }))
    #expect(daemon.events.names(of: "model/a").contains("override-ended"))
  }

  @Test func `an override is dropped when its field changes in git, and kept when another one does`() {
    let daemon = Daemon(Text.fleet("a", "b"))
    #expect(daemon.becomesReady("a", "b"))
    _ = hold(daemon, unload())
    #expect(daemon.run(until: { daemon.world.processes(of: "a").isEmpty }))
    daemon.edit("a.yaml", Text.model("a", labels: "x: y", extra: "  maxTokens: 99", file: "a.gguf"))
    #expect(
      daemon.run(until: {
        daemon.object("model/a")?[path: ["spec", "maxTokens"]]?.integer == 99
          && daemon.state("model/a", "Drifted") == "True Overridden"
      }))
    #expect(overrides(daemon).count == 1)
    daemon.edit("a.yaml", "broken: [")
    daemon.pass(.seconds(10))
    #expect(overrides(daemon).count == 1)
    daemon.edit("a.yaml", Text.model("a", state: "OnDemand", file: "a.gguf"))
    #expect(daemon.run(until: { overrides(daemon).isEmpty && daemon.state("model/a", "Drifted") == "False InSync" }))
    #expect(daemon.object("model/a")?[path: ["spec", "desiredState"]]?.string == "OnDemand")
  }

  /// S7.1.3: `rollback --now`.
  @Test func `an older generation is held at the server until the manifest changes`() {
    let daemon = Daemon(Text.fleet("a"))
    #expect(daemon.becomesReady("a"))
    daemon.edit("a.yaml", Text.model("a", slots: 2, file: "a.gguf"))
    #expect(daemon.converges("a", generation: 2))
    let request = OverrideRequest(
      object: Identity(.model, "a"), field: Override.wholeSpec, value: .generation(1), reason: "worse answers")
    guard case .success(let held)? = hold(daemon, request) else {
      Issue.record("the rollback was refused")
      return
    }
    #expect(held.expiresAt - held.createdAt == .seconds(86400))
    #expect(
      daemon.run(until: {
        daemon.object("model/a")?[path: ["spec", "llamaCpp", "context", "slots"]]?.integer == 1
          && daemon.world.processes(of: "a").count == 1 && daemon.isReady("model/a")
          && daemon.state("model/a", "Drifted") == "True Overridden"
      }))
    #expect(daemon.world.calls.filter { $0.hasPrefix("start a") }.count == 3)
    let history = daemon.ask { try? await $0.history(of: Identity(.model, "a"), limit: 10) }
    #expect(history??.map(\.generation) == [2, 1])
    daemon.edit("a.yaml", Text.model("a", slots: 3, file: "a.gguf"))
    #expect(daemon.converges("a", generation: 3))
    #expect(daemon.run(until: { overrides(daemon).isEmpty && daemon.state("model/a", "Drifted") == "False InSync" }))
    #expect(daemon.world.violations == [])
  }

  @Test func `what a manifest may not say no override may either`() {
    let daemon = Daemon(Text.fleet("a"))
    #expect(daemon.becomesReady("a"))
    func refused(_ field: String, _ value: FieldValue, _ object: Identity = Identity(.model, "a")) -> String? {
      refusal(hold(daemon, OverrideRequest(object: object, field: field, value: .value(value), reason: "")))
    }
    #expect(refused("spec.desiredState", .string("Loded"))?.contains("spec.desiredState") == true)
    #expect(refused("spec.budgett", .integer(1))?.contains("unknown field") == true)
    #expect(refused("spec.provider", .string("nowhere"))?.contains("no provider is named 'nowhere'") == true)
    #expect(refused("spec.llamaCpp.flags", .strings(["--rpc=evil:1"]))?.isEmpty == false)
    #expect(refused("metadata.labels.x", .string("y"))?.contains("no field of a spec") == true)
    #expect(
      refused("spec.type", .string("custom"), Identity(.provider, "local"))?.contains("not of a Provider") == true)
    #expect(refused("spec.maxTokens", .integer(1), Identity(.model, "b"))?.contains("no valid manifest") == true)
    #expect(overrides(daemon).isEmpty)
  }

  @Test func `an override is ended by whoever wants to, and only once`() {
    let daemon = Daemon(Text.fleet("a"))
    #expect(daemon.becomesReady("a"))
    _ = hold(daemon, unload())
    #expect(daemon.run(until: { daemon.world.processes(of: "a").isEmpty }))
    func release() -> Bool? {
      daemon.ask { controller in
        do throws(ControlRefusal) {
          try await controller.release(Override.Key(Identity(.model, "a"), "spec.desiredState"), actor: "socket:7")
          return true
        } catch {
          return false
        }
      }
    }
    #expect(release() == true)
    #expect(release() == false)
    #expect(daemon.run(until: { daemon.world.processes(of: "a").count == 1 && daemon.isReady("model/a") }))
  }

  @Test func `a renamed model keeps its override, and stays the current one`() {
    let daemon = Daemon(Text.fleet("a", "b"))
    #expect(daemon.becomesReady("a", "b"))
    let pid = daemon.world.pid(of: "a")
    let request = OverrideRequest(
      object: Identity(.model, "a"), field: "spec.maxTokens", value: .value(.integer(77)), reason: "")
    guard case .success? = hold(daemon, request) else {
      Issue.record("the override was refused")
      return
    }
    let switched = daemon.ask { try? await $0.switchModel(SwitchRequest(target: "a"), actor: "socket:7") }
    #expect(switched == Identity(.model, "a"))
    daemon.folder.state.withLock { state in
      state.files["a.yaml"] = nil
      state.files["c.yaml"] = Text.model("c", file: "a.gguf")
    }
    daemon.world.rename("a", to: "c")
    daemon.source.notice()
    #expect(
      daemon.run(until: {
        daemon.isReady("model/c") && daemon.object("model/c")?[path: ["spec", "maxTokens"]]?.integer == 77
          && overrides(daemon).map(\.object) == [Identity(.model, "c")]
          && daemon.controller.loop.latest.state.current.target == Identity(.model, "c")
      }))
    #expect(daemon.world.pid(of: "c") == pid)
    daemon.restart()
    #expect(daemon.run(until: { daemon.isReady("model/c") && daemon.isReady("model/b") }))
    #expect(overrides(daemon).map(\.object) == [Identity(.model, "c")])
    #expect(daemon.controller.loop.latest.state.current.target == Identity(.model, "c"))
  }

  @Test func `a rename is a generation to go back to, and older ones name the model that they were of`() {
    let model = Text.model("a", file: "a.gguf").replacing("  modelID: a.gguf\n", with: "")
    let daemon = Daemon(["local.yaml": Text.provider, "a.yaml": model])
    #expect(daemon.becomesReady("a"))
    let renamed = model.replacing("name: a,", with: "name: c,").replacing("spec:\n", with: "spec:\n  modelID: a\n")
    daemon.folder.state.withLock { state in
      state.files["a.yaml"] = nil
      state.files["c.yaml"] = renamed
    }
    daemon.world.rename("a", to: "c")
    daemon.source.notice()
    #expect(daemon.run(until: { daemon.isReady("model/c") && daemon.object("model/a") == nil }))
    daemon.edit("c.yaml", renamed + "\n  displayName: The renamed\n")
    #expect(daemon.converges("c", generation: 3))
    let history = daemon.ask { try? await $0.history(of: Identity(.model, "c"), limit: 10) }
    #expect(history??.map(\.generation) == [3, 2, 1])
    #expect(history??.map { $0.written.only(.manifest)["modelID"] } == [.string("a"), .string("a"), .string("a")])
  }

  @Test func `diff shows what is held, and what an edit would end`() throws {
    let daemon = Daemon(Text.fleet("a"))
    #expect(daemon.becomesReady("a"))
    _ = hold(daemon, unload())
    #expect(daemon.run(until: { daemon.world.processes(of: "a").isEmpty }))
    func report(_ state: String) throws -> DiffReport {
      let text = Text.model("a", state: state, file: "a.gguf")
      let bytes = try #require(
        daemon.ask { await $0.plan(files: [ProposedFile(path: "a.yaml", bytes: Array(text.utf8))], isPartial: true) })
      return try JSONDecoder().decode(DiffReport.self, from: Data(bytes))
    }
    let same = try report("Loaded")
    #expect(same.changes.isEmpty)
    let shown = same.diagnostics.filter { $0.code == .overridden }.map(\.message)
    #expect(shown.count == 1 && shown.first?.hasSuffix("by socket:7: night") == true)
    let edited = try report("OnDemand")
    #expect(edited.diagnostics.contains { $0.code == .overridden && $0.message.hasSuffix("this ends it") })
    #expect(edited.changes.map(\.object) == [Identity(.model, "a")])
  }
}
