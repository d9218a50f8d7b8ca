import DroverCore
import DroverTestKit
import Synchronization
import Testing

@testable import DroverController

/// Loading and unloading by request, and requests that need a model now.
@Suite struct LoadTests {
  private func files(_ names: String..., loading: String = "", extra: String = "") -> [String: String] {
    var files = ["local.yaml": Text.provider]
    if !loading.isEmpty {
      files["fleet.yaml"] = """
        apiVersion: drover.dev/v1alpha1
        kind: Fleet
        metadata: {name: fleet}
        spec: {loading: {\(loading)}}

        """
    }
    for name in names {
      files[name + ".yaml"] = Text.model(name, state: "OnDemand", extra: extra, file: name + ".gguf")
    }
    return files
  }

  private func start(_ files: [String: String]) -> Daemon {
    let daemon = Daemon(files)
    #expect(daemon.run(until: { files.keys.allSatisfy { daemon.isKnown($0) } }))
    return daemon
  }

  // MARK: By request

  @Test func `S8.1.3 a load by request loads, is success again, and outlives a restart`() throws {
    let daemon = start(files("a"))
    #expect(daemon.state("model/a", "Serving") == "True LoadsOnDemand")
    #expect(daemon.load("a") == .done)
    #expect(daemon.world.calls == ["start a generation 1", "warm up a"])
    #expect(daemon.load("a") == .done)
    #expect(
      daemon.run(until: { daemon.object("model/a")?[path: ["status", "request", "outcome"]] == .string("Done") }))
    #expect(daemon.object("model/a")?[path: ["status", "request", "actor"]] == .string("test"))
    daemon.restart()
    #expect(daemon.run(until: { daemon.state("model/a") == "True Loaded" }))
    daemon.pass(.seconds(30))
    #expect(daemon.world.calls.count == 2)
    // What was asked for comes back by itself.
    daemon.world.crash("a", at: daemon.time.now)
    #expect(daemon.run(until: { daemon.world.calls.count == 4 && daemon.state("model/a") == "True Loaded" }))
  }

  @Test func `a load without a warm-up sends no request`() {
    let daemon = start(files("a"))
    #expect(daemon.load("a", warmup: false) == .done)
    #expect(daemon.world.calls == ["start a generation 1"])
  }

  @Test func `concurrent loads join`() {
    let daemon = start(files("a"))
    daemon.world.script("a") { $0.looks = 20 }
    let answers = (0..<5).map { _ in daemon.begin { await $0.load("a") } }
    #expect(daemon.run(until: { answers.allSatisfy { $0.value == .success(.done) } }))
    #expect(daemon.world.calls == ["start a generation 1", "warm up a"])
  }

  @Test func `an unload drains and stays, until somebody asks again`() {
    let daemon = start(files("a"))
    #expect(daemon.load("a") == .done)
    #expect(daemon.unload("a") == .done)
    #expect(daemon.world.processes(of: "a").isEmpty)
    #expect(daemon.run(until: { daemon.state("model/a") == "True Unloaded" }))
    daemon.pass(.seconds(60))
    #expect(daemon.world.processes(of: "a").isEmpty)
    #expect(daemon.unload("a") == .done)
    #expect(daemon.load("a") == .done)
    #expect(daemon.world.processes(of: "a").count == 1)
  }

  @Test func `S8.1.14 a load that fails is told with its cause and not tried for ever`() {
    let daemon = start(files("a"))
    daemon.world.script("a") { $0.startError = .failed("the file is no GGUF") }
    #expect(daemon.load("a") == .failed(.loadFailed, "the file is no GGUF"))
    daemon.pass(.seconds(1200))
    #expect(daemon.events.names(of: "model/a").count { $0 == "model-load-failed" } == 1)
    daemon.world.script("a") { $0.startError = nil }
    #expect(daemon.load("a") == .done)
  }

  @Test func `what a manifest enforces is refused, naming file and line`() {
    var all = files("a")
    all["on.yaml"] = Text.model("on", file: "on.gguf")
    all["off.yaml"] = Text.model("off", state: "Unloaded", file: "off.gguf")
    let daemon = start(all)
    #expect(daemon.becomesReady("on"))
    #expect(daemon.load("on") == .done)
    let load = daemon.begin { await $0.load("off") }
    let unload = daemon.begin { await $0.unload("on") }
    let unknown = daemon.begin { await $0.load("none") }
    #expect(daemon.run(until: { load.value != nil && unload.value != nil && unknown.value != nil }))
    #expect(load.value == .failure(.enforced(state: .unloaded, place: "off.yaml:7")))
    #expect(unload.value == .failure(.enforced(state: .loaded, place: "on.yaml:7")))
    #expect(unknown.value == .failure(.unknownModel))
  }

  @Test func `S1.2.5 a model past its sunset is refused to who asks for a load and to who sends a request`() {
    var all = files("b")
    all["a.yaml"] = Text.model(
      "a", state: "OnDemand", extra: "  deprecation: {sunset: 2020-01-01, replacement: b}", file: "a.gguf")
    let daemon = start(all)
    let message = "its sunset was at 2020-01-02T00:00:00Z; use b instead"
    #expect(daemon.load("a") == .failed(.sunset, message))
    let use = daemon.use("a")
    #expect(daemon.run(until: { use.value != nil }))
    #expect(
      use.value == .failure(ModelRefusal(.unavailable(.sunset), "model 'a' cannot be had: " + message)))
    #expect(daemon.world.calls.isEmpty)
  }

  // MARK: Room

  @Test func `S8.1.5 the least recently used model makes room, with an event`() {
    let daemon = start(files("a", "b", "c", loading: "maxLoadedModels: 2, minLoadedFor: 0s"))
    #expect(daemon.load("a") == .done)
    daemon.pass(.seconds(1))
    #expect(daemon.load("b") == .done)
    daemon.pass(.seconds(1))
    let use = daemon.use("a")
    #expect(daemon.run(until: { use.value != nil }))
    if case .success(let use)? = use.value { daemon.controller.gate.end(use) }
    daemon.pass(.seconds(1))
    #expect(daemon.load("c") == .done)
    #expect(daemon.world.processes(of: "b").isEmpty && daemon.world.processes(of: "a").count == 1)
    #expect(daemon.events.names(of: "model/b").contains("model-evicted"))
    #expect(daemon.run(until: { daemon.state("model/b", "Loaded") == "False Evicted" }))
    #expect(
      daemon.run(until: { daemon.object("model/b")?[path: ["status", "request", "outcome"]] == .string("Ended") }))
    daemon.pass(.seconds(60))
    #expect(daemon.world.processes(of: "b").isEmpty)
  }

  @Test func `a busy model drains before another is loaded, and both in turn are served`() {
    let daemon = start(files("a", "b", loading: "maxLoadedModels: 1, minLoadedFor: 5s"))
    let first = daemon.use("a")
    #expect(daemon.run(until: { first.value != nil }))
    let second = daemon.use("b")
    daemon.pass(.seconds(10))
    // One is being drained and the other not begun; who comes now waits behind.
    let third = daemon.use("a")
    daemon.pass(.seconds(1))
    #expect(second.value == nil && third.value == nil)
    #expect(daemon.world.processes(of: "a").count == 1)
    guard case .success(let use)? = first.value else {
      Issue.record("the first was refused")
      return
    }
    daemon.controller.gate.end(use)
    #expect(daemon.run(until: { second.value != nil }))
    #expect(daemon.world.processes(of: "a").isEmpty)
    if case .success(let use)? = second.value { daemon.controller.gate.end(use) }
    #expect(daemon.run(until: { third.value != nil }))
    #expect(daemon.world.violations == [])
  }

  // MARK: Want of use

  @Test func `an idle model is unloaded after idleUnloadAfter, and looking at it keeps nothing loaded`() {
    let daemon = start(files("a", loading: "idleUnloadAfter: 60s"))
    #expect(daemon.load("a") == .done)
    for _ in 0..<5 {
      daemon.pass(.seconds(10))
      _ = daemon.ask { await $0.recordAccess(of: "a") }
    }
    #expect(daemon.world.processes(of: "a").count == 1)
    #expect(daemon.run(until: { daemon.world.processes(of: "a").isEmpty }, within: .seconds(15)))
    #expect(daemon.run(until: { daemon.state("model/a", "Loaded") == "False IdleUnloaded" }))
    #expect(daemon.run(until: { daemon.state("model/a") == "True IdleUnloaded" }))
    #expect(daemon.state("model/a", "Drifted") == "False InSync")
    let use = daemon.use("a")
    #expect(daemon.run(until: { use.value != nil }))
    daemon.pass(.seconds(600))
    #expect(daemon.world.processes(of: "a").count == 1)
  }

  @Test func `who looks at a model is counted, and the count outlives a restart`() {
    let daemon = start(files("a"))
    for _ in 0..<3 { _ = daemon.ask { await $0.recordAccess(of: "a") } }
    daemon.pass(.seconds(15))
    daemon.restart()
    #expect(daemon.run(until: { daemon.isKnown("a.yaml") }))
    let access = daemon.ask { await $0.recordAccess(of: "a") }
    #expect(access??.accessCount == 4)
    #expect(daemon.ask { await $0.recordAccess(of: "none") } == .some(nil))
  }

  // MARK: The queue

  @Test func `a request waits for as long as it may, and is told its place`() {
    let daemon = start(files("a", loading: "queue: {maxRequests: 2, timeout: 5s}"))
    daemon.world.script("a") { $0.looks = nil }
    let waiting = [daemon.use("a"), daemon.use("a")]
    daemon.pass(.seconds(1))
    let surplus = daemon.use("a")
    #expect(daemon.run(until: { surplus.value != nil }))
    #expect(surplus.value?.cause == .queueFull(waiting: 2))
    #expect(daemon.run(until: { waiting.allSatisfy { $0.value != nil } }))
    #expect(waiting.map { $0.value?.cause } == [.timedOut(position: 1), .timedOut(position: 1)])
    let unknown = daemon.use("none")
    #expect(daemon.run(until: { unknown.value != nil }))
    #expect(unknown.value?.cause == .unknownModel)
  }

  @Test func `who waits for what cannot be loaded is refused at once`() {
    let daemon = start(files("a"))
    daemon.world.script("a") { $0.startError = .failed("no such file") }
    let waiting = daemon.use("a")
    #expect(daemon.run(until: { waiting.value != nil }, within: .seconds(5)))
    #expect(waiting.value?.cause == .unavailable(.loadFailed))
  }

  @Test func `a request that is given up stands in nobody's way`() async {
    let daemon = start(files("a"))
    daemon.world.script("a") { $0.looks = nil }
    let waiting = daemon.use("a")
    daemon.pass(.seconds(1))
    waiting.cancel()
    #expect(daemon.run(until: { waiting.value != nil }))
    #expect(waiting.value?.cause == .cancelled)
  }
}

/// What a task will have answered.
final class Answer<Value: Sendable>: Sendable {
  private let stored = Mutex<Value?>(nil)
  private let task = Mutex<Task<Void, Never>?>(nil)

  var value: Value? { stored.withLock { $0 } }
  func put(_ value: Value) { stored.withLock { $0 = value } }
  func belongs(to task: Task<Void, Never>) { self.task.withLock { $0 = task } }
  func cancel() { task.withLock { $0?.cancel() } }
}

extension Result<ModelUse, ModelRefusal> {
  var cause: ModelRefusal.Cause? { if case .failure(let refusal) = self { refusal.cause } else { nil } }
}

extension Daemon {
  /// Whether the object of `NAME.yaml` has a status that knows of its first generation.
  func isKnown(_ file: String) -> Bool {
    let name = String(file.dropLast(5))
    let kind = name == "fleet" ? "fleet/" : name == "local" ? "provider/" : "model/"
    return object(kind + name)?[path: ["status", "observedGeneration"]]?.integer ?? 0 > 0
  }

  /// Begins something beside the daemon.
  func begin<Value: Sendable>(_ body: @escaping @Sendable (FleetController) async -> Value) -> Answer<Value> {
    let answer = Answer<Value>()
    let controller = controller
    answer.belongs(to: Task(executorPreference: executor) { answer.put(await body(controller)) })
    return answer
  }

  func use(_ model: String) -> Answer<Result<ModelUse, ModelRefusal>> {
    begin { controller in
      do throws(ModelRefusal) { return .success(try await controller.gate.begin(model)) } catch {
        return .failure(error)
      }
    }
  }

  func load(_ model: String, warmup: Bool? = nil) -> LoadRequest.Outcome? {
    try? ask { await $0.load(model, warmup: warmup) }?.get()
  }

  func unload(_ model: String) -> LoadRequest.Outcome? { try? ask { await $0.unload(model) }?.get() }
}

extension FleetController {
  func load(_ model: String, warmup: Bool? = nil) async -> Result<LoadRequest.Outcome, LoadRefusal> {
    await decide(model, loaded: true, warmup: warmup)
  }

  func unload(_ model: String) async -> Result<LoadRequest.Outcome, LoadRefusal> {
    await decide(model, loaded: false, warmup: nil)
  }

  private func decide(
    _ model: String, loaded: Bool, warmup: Bool?
  ) async -> Result<LoadRequest.Outcome, LoadRefusal> {
    do throws(LoadRefusal) {
      let request = try await request(model, loaded: loaded, warmup: warmup, actor: "test")
      return .success(await outcome(of: model, since: request, timeout: .seconds(90)).outcome)
    } catch {
      return .failure(error)
    }
  }
}
