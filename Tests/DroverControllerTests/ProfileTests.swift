import DroverCore
import DroverTestKit
import Synchronization
import Testing

@testable import DroverController

@Suite struct ProfileTests {
  private let a = Identity(.model, "a")

  private func files(_ profile: String, names: String...) -> [String: String] {
    var files = ["local.yaml": Text.provider]
    for name in names { files[name + ".yaml"] = text(name, profile) }
    return files
  }

  private func text(_ name: String, _ profile: String, slots: Int = 1) -> String {
    Text.model(name, slots: slots, extra: "  profile: \(profile)\n", file: name + ".gguf")
  }

  private func performance(_ daemon: Daemon, _ name: String = "a") -> ModelMetrics? {
    daemon.object("model/" + name)?[path: ["status", "performance"]].map(ModelMetrics.init)
  }

  private func ended(_ daemon: Daemon, _ name: String = "a") -> Int {
    daemon.events.names(of: "model/" + name).count { $0 == "profiling-completed" }
  }

  /// S9.1.3, S9.1.4, S13.1.7, S13.1.8
  @Test func `a profile that is asked for answers with what it found, and stands in status`() throws {
    let daemon = Daemon(files("{testCount: 4, concurrency: 2}", names: "a"))
    #expect(daemon.becomesReady("a"))
    let answer = daemon.ask { try? await $0.profile(a, testCount: nil, actor: "socket:0") }
    let profile = try #require(answer ?? nil)
    #expect(profile.metrics.totalInferences == 4 && profile.metrics.successRate == 1)
    #expect(profile.metrics.averageLatency == 100 && profile.metrics.tokensPerSecond == 200)
    #expect(daemon.world.state.withLock { $0.mostOpenTrials } == 2)
    #expect(daemon.run(until: { performance(daemon)?.totalInferences == 4 }))
    let again = daemon.ask { try? await $0.profile(a, testCount: 3, actor: "socket:0") }
    #expect((again ?? nil)?.metrics.totalInferences == 3)
    #expect(daemon.run(until: { performance(daemon)?.totalInferences == 7 }))
    let events = daemon.events.all.filter { $0.name.hasPrefix("profiling") }
    #expect(
      events.map(\.name) == ["profiling-started", "profiling-completed", "profiling-started", "profiling-completed"])
    #expect(events[0].payload == .object(["key": .string("local:a.gguf"), "testCount": .integer(4)]))
    #expect(events[1].payload[path: ["metrics", "totalInferences"]] == .integer(4))
    // It is no use of the model, and nothing was loaded or restarted for it.
    #expect(daemon.object("model/a")?[path: ["status", "lastUsed"]] == nil)
    #expect(daemon.world.calls == ["start a generation 1", "warm up a"])
    #expect(daemon.state("model/a") == "True Loaded")
  }

  /// S9.1.6, S16.1.2
  @Test func `a model is profiled at each interval, and the history is kept over a restart`() throws {
    let daemon = Daemon(files("{interval: 1h}", names: "a"))
    #expect(daemon.run(until: { performance(daemon)?.totalInferences == 5 }))
    daemon.pass(.seconds(3 * 3600 + 600))
    #expect(ended(daemon) == 4)
    #expect(daemon.run(until: { performance(daemon)?.totalInferences == 20 }))
    let writes = daemon.status.writes.count
    daemon.restart()
    #expect(daemon.becomesReady("a"))
    #expect(performance(daemon)?.totalInferences == 20)
    let kept = daemon.ask { try? await $0.profiles(of: a) }
    #expect((kept ?? nil)?.map(\.cause) == [.interval, .interval, .interval, .interval])
    // The one that is due is the next of the row, not a first one.
    daemon.pass(.seconds(1200))
    #expect(ended(daemon) == 4)
    #expect(daemon.status.writes.count >= writes)
    daemon.pass(.seconds(3600))
    #expect(ended(daemon) == 5)
  }

  @Test func `a change of class reprofile measures a profiled model anew without touching it`() {
    let daemon = Daemon(files("{testCount: 4}", names: "a"))
    #expect(daemon.becomesReady("a"))
    #expect(daemon.ask { try? await $0.profile(a, testCount: nil, actor: "") } != nil)
    #expect(daemon.run(until: { ended(daemon) == 1 }))
    daemon.edit("a.yaml", text("a", "{testCount: 4, prompt: Hello}"))
    #expect(daemon.run(until: { ended(daemon) == 2 }))
    #expect(daemon.world.state.withLock { $0.trials.last?.prompt } == "Hello")
    daemon.pass(.seconds(3600))
    #expect(ended(daemon) == 2)
    #expect(daemon.world.calls == ["start a generation 1", "warm up a"])
  }

  @Test func `a speed that somebody reports as less than half makes it measured anew`() {
    let daemon = Daemon(files("{testCount: 2}", names: "a"))
    #expect(daemon.becomesReady("a"))
    #expect(daemon.ask { try? await $0.profile(a, testCount: nil, actor: "") } != nil)
    var update = MetricsUpdate()
    update.tokensPerSecond = 99
    let report = update
    let known = daemon.ask { try? await $0.update(report, of: a) }
    #expect((known ?? nil)?.tokensPerSecond == 99)
    #expect(daemon.run(until: { ended(daemon) == 2 && performance(daemon)?.tokensPerSecond == 200 }))
    #expect(daemon.events.all.contains { $0.name == "profiling-started" && $0.message.contains("half as fast") })
  }

  @Test func `an unload ends a profile at once, and whoever waits is told`() throws {
    let daemon = Daemon(files("{testCount: 4}", names: "a"))
    #expect(daemon.becomesReady("a"))
    daemon.world.script("a") { $0.trialTime = .seconds(86_400) }
    let controller = daemon.controller
    let answer = Waiting()
    let task = Task(executorPreference: daemon.executor) {
      do throws(MeasureError) { _ = try await controller.profile(a, testCount: nil, actor: "") } catch {
        answer.put(error)
      }
    }
    #expect(daemon.run(until: { daemon.world.state.withLock { $0.openTrials } == 1 }))
    daemon.edit("a.yaml", Text.model("a", state: "Unloaded", file: "a.gguf"))
    #expect(daemon.run(until: { daemon.world.pids.isEmpty && answer.error != nil }, within: .seconds(30)))
    #expect(answer.error?.message == "model/a was unloaded, or failed, while it was profiled")
    #expect(daemon.world.state.withLock { $0.openTrials } == 0)
    #expect(!daemon.events.names(of: "model/a").contains("profiling-failed"))
    task.cancel()
  }

  @Test func `a profile that hangs holds up no edit of another model`() {
    let daemon = Daemon(files("{interval: 1h}", names: "a", "b"))
    daemon.world.script("a") { $0.trialTime = .seconds(86_400) }
    #expect(daemon.becomesReady("a", "b"))
    #expect(daemon.run(until: { daemon.world.state.withLock { $0.openTrials } == 1 }))
    daemon.edit("b.yaml", text("b", "{interval: 1h}", slots: 3))
    #expect(daemon.converges("b", generation: 2, within: .seconds(30)))
    // One at a time for a provider: the second would measure the first.
    #expect(daemon.world.state.withLock { $0.mostOpenTrials } == 1)
  }

  @Test func `whoever goes away takes the profile along`() {
    let daemon = Daemon(files("{testCount: 4}", names: "a"))
    #expect(daemon.becomesReady("a"))
    daemon.world.script("a") { $0.trialTime = .seconds(86_400) }
    let controller = daemon.controller
    let task = Task(executorPreference: daemon.executor) {
      _ = try? await controller.profile(a, testCount: nil, actor: "")
    }
    #expect(daemon.run(until: { daemon.world.state.withLock { $0.openTrials } == 1 }))
    task.cancel()
    #expect(daemon.run(until: { daemon.world.state.withLock { $0.openTrials } == 0 }, within: .seconds(30)))
    #expect(performance(daemon) == nil)
  }

  @Test func `what cannot be profiled is refused with the reason`() {
    let daemon = Daemon(files("{testCount: 4}", names: "a"))
    daemon.edit("b.yaml", Text.model("b", state: "OnDemand", file: "b.gguf"))
    #expect(daemon.becomesReady("a", "b"))
    func refusal(_ name: String) -> String? {
      daemon.ask { controller in
        do throws(MeasureError) {
          _ = try await controller.profile(Identity(.model, name), testCount: nil, actor: "")
          return "none"
        } catch {
          return error.message
        }
      }
    }
    #expect(refusal("b") == "model/b is not loaded; load it first: only a loaded model can be measured")
    #expect(refusal("c") == "there is no such model")
    daemon.world.script("a") { $0.trialError = .unauthorized("the key is refused") }
    #expect(refusal("a") == "the key is refused")
    #expect(daemon.events.names(of: "model/a").last == "profiling-failed")
  }

  @Test func `requests that fail are counted, and do not end the profile`() throws {
    let daemon = Daemon(files("{testCount: 4}", names: "a"))
    #expect(daemon.becomesReady("a"))
    daemon.world.script("a") { $0.trialError = .timedOut("too slow") }
    let slow = daemon.ask { try? await $0.profile(a, testCount: nil, actor: "") }
    #expect((slow ?? nil)?.metrics.totalInferences == 4 && (slow ?? nil)?.metrics.successRate == 0)
    daemon.world.script("a") { $0.trialError = nil }
    daemon.world.script("a") { $0.refusedForms = [.chat] }
    let completed = daemon.ask { try? await $0.profile(a, testCount: 2, actor: "") }
    #expect((completed ?? nil)?.metrics.successRate == 1)
    #expect(daemon.world.state.withLock { $0.trials.last?.form } == .completion)
  }

  /// S9.1.5
  @Test func `a fleet that tracks no performance profiles on request and records none`() {
    let daemon = Daemon(files("{interval: 1h, testCount: 2}", names: "a"))
    daemon.edit(
      "fleet.yaml",
      """
      apiVersion: drover.dev/v1alpha1
      kind: Fleet
      metadata: {name: fleet}
      spec: {performanceTracking: false}

      """)
    #expect(daemon.becomesReady("a"))
    daemon.pass(.seconds(7200))
    let before = ended(daemon)
    let profile = daemon.ask { try? await $0.profile(a, testCount: nil, actor: "") }
    #expect((profile ?? nil)?.metrics.totalInferences == 2)
    #expect(ended(daemon) == before + 1)
    let kept = daemon.ask { try? await $0.profiles(of: a) }
    #expect((kept ?? nil)?.count == before)
  }

  /// S9.2.1, S9.2.2
  @Test func `a probe is durable, stands in status with its source, and the manifest overrules it`() throws {
    let daemon = Daemon(files("{}", names: "a"))
    daemon.world.script("a") { $0.refusedForms = [.embedding] }
    #expect(daemon.becomesReady("a"))
    let answer = daemon.ask { try? await $0.probe(a, allowsCost: false, actor: "") }
    let found = try #require(answer ?? nil)
    #expect(found.map(\.name) == Capability.allCases.filter { $0 != .embeddings })
    #expect(found.allSatisfy { $0.source == .probe })
    func shown() -> [String] {
      (daemon.object("model/a")?[path: ["status", "capabilities"]]?.list ?? []).map {
        "\($0.value["name"]?.string ?? "") \($0.value["source"]?.string ?? "")"
      }
    }
    #expect(daemon.run(until: { shown().contains("vision Probe") }))
    daemon.restart()
    #expect(daemon.becomesReady("a"))
    #expect(shown().contains("function_calling Probe"))
    daemon.edit(
      "a.yaml", Text.model("a", extra: "  capabilities: {add: [embeddings], remove: [vision]}\n", file: "a.gguf"))
    #expect(daemon.run(until: { shown().contains("embeddings Declared") && !shown().contains("vision Probe") }))
    // Another process is another model as far as anybody has tried.
    daemon.edit("a.yaml", Text.model("a", slots: 4, file: "a.gguf"))
    #expect(daemon.converges("a", generation: 3))
    #expect(daemon.run(until: { !shown().contains { $0.hasSuffix("Probe") } }))
  }
}

/// The error that a waiting task met.
private final class Waiting: Sendable {
  private let cell = Cell<MeasureError>(.init(nil))

  func put(_ error: MeasureError) { cell.mutex.withLock { $0 = error } }
  var error: MeasureError? { cell.mutex.withLock { $0 } }
}
