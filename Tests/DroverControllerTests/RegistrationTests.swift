import DroverCore
import DroverPlanning
import DroverTestKit
import FoundationEssentials
import Testing

@testable import DroverController

/// S3.1.1, S3.1.2, S3.1.8, S3.1.10: models that are registered through the API.
@Suite struct RegistrationTests {
  private static let provider = Text.provider

  private func draft(_ name: String, _ id: String? = nil, tokens: Int64 = 5) -> ModelDraft {
    let file = (id ?? name) + ".gguf"
    return ModelDraft(
      name: name,
      spec: .object([
        "provider": .string("local"), "modelID": .string(file), "maxTokens": .integer(tokens),
        "desiredState": .string("OnDemand"),
        "llamaCpp": .object(["file": .string(file), "context": .object(["perRequest": .integer(512)])]),
      ]))
  }

  private func attempt(
    _ daemon: Daemon, _ work: @escaping @Sendable (FleetController) async throws(ControlRefusal) -> Void
  ) -> ControlRefusal? {
    let answer = daemon.ask { controller -> Result<Bool, ControlRefusal> in
      do throws(ControlRefusal) {
        try await work(controller)
        return .success(true)
      } catch {
        return .failure(error)
      }
    }
    guard let answer else { return .unavailable("there was no answer") }
    if case .failure(let refusal) = answer { return refusal }
    return nil
  }

  private func register(_ daemon: Daemon, _ drafts: ModelDraft...) -> ControlRefusal? {
    attempt(daemon) { controller throws(ControlRefusal) in
      try await controller.register(drafts, actor: "socket:7")
    }
  }

  private func unregister(_ daemon: Daemon, _ names: String...) -> ControlRefusal? {
    attempt(daemon) { controller throws(ControlRefusal) in
      try await controller.unregister(names, actor: "socket:7")
    }
  }

  private func names(_ daemon: Daemon) -> [String] {
    daemon.controller.loop.latest.state.registeredModels.keys.sorted()
  }

  private func start(_ files: [String: String] = ["local.yaml": provider]) -> Daemon {
    let daemon = Daemon(files)
    _ = daemon.run(until: { daemon.object("fleet/fleet") != nil && daemon.object("provider/local") != nil })
    return daemon
  }

  @Test func `a registered model is seen at once, loads on demand alone, and survives a restart`() {
    let daemon = start()
    #expect(register(daemon, draft("a"), draft("b")) == nil)
    #expect(daemon.object("model/a")?[path: ["source", "root"]]?.string == RegisteredModel.root)
    #expect(daemon.object("model/a")?[path: ["status", "state"]]?.string == "Available")
    #expect(daemon.run(until: { daemon.isReady("model/a") && daemon.isReady("model/b") }))
    daemon.pass(.seconds(300))
    #expect(daemon.world.processes(of: "a").isEmpty)
    let event = daemon.events.all.first { $0.name == "model-registered" && $0.object == Identity(.model, "a") }
    #expect(event?.actor == "socket:7" && event?.payload["key"]?.string == "local:a.gguf")
    #expect(event?.payload[path: ["model", "name"]]?.string == "a.gguf")
    daemon.restart()
    #expect(daemon.run(until: { daemon.isReady("model/a") && daemon.isReady("model/b") }))
    daemon.pass(.seconds(300))
    #expect(names(daemon) == ["a", "b"] && daemon.object("model/b") != nil)
    _ = daemon.ask { _ = try? await $0.request("a", loaded: true, warmup: nil, actor: "socket:7") }
    #expect(daemon.run(until: { daemon.world.processes(of: "a").count == 1 && daemon.isReady("model/a") }))
  }

  @Test func `all of a list are registered or none, and what a manifest may not say is refused`() {
    let daemon = start()
    var wrong = draft("b")
    wrong.spec.set("provider", .string("nowhere"))
    guard case .invalid(let message)? = register(daemon, draft("a"), wrong) else {
      Issue.record("it was taken")
      return
    }
    #expect(message.contains("no provider is named 'nowhere'"))
    var odd = draft("c")
    odd.spec.set("contextWindow", .string("large"))
    #expect(register(daemon, odd) != nil)
    var flags = draft("d")
    flags.spec.set("llamaCpp", .object(["file": .string("d.gguf"), "flags": .strings(["--rpc=evil:1"])]))
    #expect(register(daemon, flags) != nil)
    daemon.pass(.seconds(10))
    #expect(names(daemon) == [] && daemon.object("model/a") == nil)
    #expect(daemon.store.commits.joined().allSatisfy { if case .putRegistered = $0 { false } else { true } })
  }

  @Test func `registering a known name changes its spec in place`() {
    let daemon = start()
    #expect(register(daemon, draft("a")) == nil)
    #expect(register(daemon, draft("a", tokens: 9)) == nil)
    #expect(daemon.object("model/a")?[path: ["spec", "maxTokens"]]?.integer == 9)
    #expect(daemon.object("model/a")?[path: ["metadata", "generation"]]?.integer == 2)
    #expect(
      daemon.run(until: {
        daemon.events.all.contains { $0.name == "model-updated" && $0.object == Identity(.model, "a") }
      }))
  }

  @Test func `what is taken out is drained, unloaded and forgotten, and no guard of files speaks against it`() {
    let daemon = start()
    #expect(register(daemon, draft("a")) == nil)
    _ = daemon.ask { _ = try? await $0.request("a", loaded: true, warmup: nil, actor: "socket:7") }
    #expect(daemon.run(until: { daemon.world.processes(of: "a").count == 1 && daemon.isReady("model/a") }))
    #expect(unregister(daemon, "a") == nil)
    #expect(daemon.run(until: { daemon.world.processes(of: "a").isEmpty && daemon.object("model/a") == nil }))
    #expect(names(daemon) == [])
    let told = daemon.events.all.last { $0.name == "model-unregistered" }
    #expect(told?.object == Identity(.model, "a") && told?.payload["key"]?.string == "local:a.gguf")
    #expect(unregister(daemon, "a") == .notFound("no model named 'a' was registered through the API"))
    daemon.restart()
    _ = daemon.run(until: { daemon.object("provider/local") != nil })
    daemon.pass(.seconds(30))
    #expect(daemon.object("model/a") == nil && daemon.world.violations == [])
  }

  @Test func `a model that a manifest refers to cannot be taken out`() {
    let daemon = start([
      "local.yaml": Self.provider,
      "fleet.yaml":
        "apiVersion: drover.dev/v1alpha1\nkind: Fleet\nmetadata: {name: fleet}\nspec: {resyncInterval: 60s}\n",
    ])
    #expect(register(daemon, draft("a")) == nil)
    daemon.edit(
      "fleet.yaml",
      "apiVersion: drover.dev/v1alpha1\nkind: Fleet\nmetadata: {name: fleet}\n"
        + "spec: {defaultModel: a, autoLoadDefault: false}\n")
    #expect(daemon.run(until: { daemon.object("fleet/fleet")?[path: ["spec", "defaultModel"]]?.string == "a" }))
    guard case .conflict(let message)? = unregister(daemon, "a") else {
      Issue.record("it was taken out")
      return
    }
    #expect(message.contains("fleet/fleet still refers to it"))
    #expect(names(daemon) == ["a"] && daemon.object("model/a") != nil)
  }

  @Test func `a manifest of the same name adopts a registered model`() {
    let daemon = start()
    #expect(register(daemon, draft("a")) == nil)
    daemon.edit("a.yaml", Text.model("a", state: "OnDemand", extra: "  maxTokens: 77", file: "a.gguf"))
    #expect(
      daemon.run(until: {
        daemon.object("model/a")?[path: ["spec", "maxTokens"]]?.integer == 77 && names(daemon) == []
          && daemon.isReady("model/a")
      }))
    #expect(daemon.object("model/a")?[path: ["source", "path"]]?.string == "a.yaml")
    guard case .conflict(let message)? = register(daemon, draft("a")) else {
      Issue.record("a manifest's model was registered")
      return
    }
    #expect(message.hasPrefix("a.yaml:1 declares model/a"))
    daemon.restart()
    #expect(daemon.run(until: { daemon.isReady("model/a") && names(daemon) == [] }))
  }

  @Test func `a manifest of the same key adopts a registered model with its process`() {
    let daemon = start()
    #expect(register(daemon, draft("a", "m")) == nil)
    _ = daemon.ask { _ = try? await $0.request("a", loaded: true, warmup: nil, actor: "socket:7") }
    #expect(daemon.run(until: { daemon.world.processes(of: "a").count == 1 && daemon.isReady("model/a") }))
    let pid = daemon.world.pid(of: "a")
    daemon.world.rename("a", to: "b")
    daemon.edit("b.yaml", Text.model("b", state: "OnDemand", file: "m.gguf"))
    #expect(daemon.run(until: { daemon.isReady("model/b") && daemon.object("model/a") == nil && names(daemon) == [] }))
    #expect(daemon.world.pid(of: "b") == pid && daemon.world.violations == [])
  }

  @Test func `a manifest of the same key and another spec takes the key over, and the registered model ends`() {
    let daemon = start()
    #expect(register(daemon, draft("a", "m")) == nil)
    daemon.edit("b.yaml", Text.model("b", slots: 3, state: "OnDemand", file: "m.gguf"))
    #expect(daemon.run(until: { daemon.isReady("model/b") && daemon.object("model/a") == nil && names(daemon) == [] }))
  }

  @Test func `a broken manifest adopts nothing`() {
    let daemon = start()
    #expect(register(daemon, draft("a")) == nil)
    daemon.edit("a.yaml", Text.model("a", state: "Sometimes", file: "a.gguf"))
    #expect(daemon.run(until: { daemon.events.all.contains { $0.name == "config-error" } }))
    #expect(names(daemon) == ["a"])
  }

  @Test func `diff leaves registered models alone, and tells what adopts one`() throws {
    let daemon = start()
    #expect(register(daemon, draft("a")) == nil)
    func changes(_ files: [String: String]) throws -> [Identity] {
      let proposed = files.map { ProposedFile(path: $0.key, bytes: Array($0.value.utf8)) }
      let bytes = try #require(daemon.ask { await $0.plan(files: proposed, isPartial: false) })
      return try JSONDecoder().decode(DiffReport.self, from: Data(bytes)).changes.map(\.object)
    }
    #expect(try changes(["local.yaml": Self.provider]) == [])
    let adopting = Text.model("a", state: "OnDemand", extra: "  maxTokens: 6", file: "a.gguf")
    #expect(try changes(["local.yaml": Self.provider, "a.yaml": adopting]) == [Identity(.model, "a")])
  }

  @Test func `a registration that cannot be written is told so`() {
    let daemon = start()
    daemon.store.fail(with: .unwritable("the disk is full"))
    #expect(register(daemon, draft("a")) == .unavailable("the disk is full"))
    daemon.store.fail(with: nil)
  }
}
