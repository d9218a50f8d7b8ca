import DroverCore
import DroverTestKit
import Synchronization
import Testing

@testable import DroverController

@Suite struct RestartTests {
  /// What is done to a fleet of one loaded model while the daemon is killed.
  enum Deed: String, CaseIterable {
    case load, reload, live, unload, remove, crash, rename, drainingReload

    /// Manifests before the deed.
    var before: [String: String] {
      switch self {
      case .load: ["local.yaml": Text.provider, "b.yaml": Text.model("b", file: "b.gguf")]
      case .drainingReload:
        Text.fleet("b").merging(["a.yaml": Text.model("a", file: "a.gguf", transition: "Drain")]) { $1 }
      default: Text.fleet("a", "b", "c")
      }
    }

    func begin(_ daemon: Daemon) {
      switch self {
      case .load: daemon.edit("a.yaml", Text.model("a", file: "a.gguf"))
      case .reload: daemon.edit("a.yaml", Text.model("a", slots: 2, file: "a.gguf"))
      case .drainingReload: daemon.edit("a.yaml", Text.model("a", slots: 2, file: "a.gguf", transition: "Drain"))
      case .live: daemon.edit("a.yaml", Text.model("a", extra: "  displayName: A\n", file: "a.gguf"))
      case .unload: daemon.edit("a.yaml", Text.model("a", state: "Unloaded", file: "a.gguf"))
      case .remove: daemon.edit("a.yaml", nil)
      case .crash: daemon.world.crash("a", at: daemon.time.now)
      case .rename:
        daemon.folder.state.withLock {
          $0.files["a.yaml"] = nil
          $0.files["z.yaml"] = Text.model("z", file: "a.gguf")
        }
        daemon.source.notice()
      }
    }

    /// Whether the deed is done to the end.
    func isDone(_ daemon: Daemon) -> Bool {
      let (a, all) = (daemon.world.processes(of: "a"), daemon.store.instanceIDs.count)
      switch self {
      case .load: return daemon.isReady("model/a") && a.count == 1 && all == 2
      case .reload, .drainingReload:
        return daemon.isReady("model/a") && a.count == 1 && daemon.generation("a") == 2
          && all == daemon.world.pids.count
      case .live: return daemon.isReady("model/a") && a.count == 1 && daemon.generation("a") == 2 && all == 3
      case .unload: return daemon.isReady("model/a") && a.isEmpty && all == 2
      case .remove: return daemon.object("model/a") == nil && a.isEmpty && all == 2
      case .crash: return daemon.isReady("model/a") && a.count == 1 && all == 3
      case .rename:
        return daemon.isReady("model/z") && daemon.object("model/a") == nil && a.count == 1 && all == 3
      }
    }
  }

  @Test(arguments: Deed.allCases) func `a kill at any step ends where no kill would`(deed: Deed) throws {
    var killedAt = 0
    var isPast = false
    while !isPast {
      let daemon = Daemon(deed.before)
      #expect(daemon.run(until: { daemon.isReady("model/b") && daemon.isAtRest }))
      let keeper = try #require(daemon.world.pid(of: "b"))
      let renamed = deed == .rename || deed == .live ? daemon.world.pid(of: "a") : nil
      deed.begin(daemon)
      var jobs = 0
      while jobs < killedAt, !isPast {
        isPast = !daemon.stepOnce() || deed.isDone(daemon) && daemon.isAtRest
        jobs += 1
      }
      daemon.restart()
      let isDone = daemon.run(until: { deed.isDone(daemon) && daemon.isAtRest })
      #expect(isDone, "killed after \(killedAt) steps: \(daemon.world.calls)")
      #expect(daemon.world.violations == [], "killed after \(killedAt) steps")
      #expect(daemon.world.pid(of: "b") == keeper, "killed after \(killedAt) steps")
      if let renamed { #expect(daemon.world.pid(of: "a") == renamed, "killed after \(killedAt) steps") }
      #expect(daemon.status.files.keys.contains(Identity(.model, "a")) == (daemon.object("model/a") != nil))
      guard isDone else { return }
      killedAt += 1
    }
    #expect(killedAt > 20)
  }

  @Test func `what is running is adopted, and nothing is written anew`() throws {
    let daemon = Daemon(Text.fleet("a", "b"))
    #expect(daemon.becomesReady("a", "b"))
    daemon.pass(.seconds(1))
    let pids = daemon.world.pids
    daemon.world.forgetCalls()
    daemon.kill()
    let before = daemon.status.files
    daemon.status.forgetWrites()
    daemon.restart()
    #expect(daemon.becomesReady("a", "b", within: .seconds(2)))
    daemon.pass(.seconds(2))
    let fleet = Identity(.fleet, "fleet")
    #expect(Set(daemon.status.writes) == [fleet, Identity(.model, "a"), Identity(.model, "b")])
    let after = daemon.status.files.mapValues { $0.replacing("adopted: true", with: "adopted: false") }
    for (identity, text) in before where identity != fleet { #expect(after[identity] == text) }
    #expect(daemon.world.pids == pids)
    #expect(daemon.world.calls == [])
    #expect(daemon.events.all.filter { $0.name == "model-adopted" }.count == 2)
    #expect(daemon.object("model/a")?[path: ["metadata", "generation"]]?.integer == 1)
  }

  @Test func `another version of droverd adopts what runs, and reloads nothing`() {
    let daemon = Daemon(Text.fleet("a", "b"))
    #expect(daemon.becomesReady("a", "b"))
    let pids = daemon.world.pids
    daemon.world.forgetCalls()
    daemon.version = "99.0.0-next"
    daemon.restart()
    #expect(daemon.controller.loop.options.version == "99.0.0-next")
    #expect(daemon.becomesReady("a", "b"))
    daemon.pass(.seconds(120))
    #expect(daemon.world.pids == pids && daemon.world.calls == [])
    #expect(daemon.events.all.filter { $0.name == "model-adopted" }.count == 2)
    #expect(daemon.generation("a") == 1)
  }

  @Test func `a stop that was begun is taken up again`() {
    let daemon = Daemon(Text.fleet("a", "b", "c"))
    #expect(daemon.becomesReady("a", "b", "c"))
    daemon.world.script("a") { $0.failingStops = 1 }
    daemon.edit("a.yaml", Text.model("a", state: "Unloaded", file: "a.gguf"))
    #expect(daemon.run(until: { daemon.world.calls.contains { $0.hasPrefix("stop a") } }))
    daemon.edit("a.yaml", Text.model("a", file: "a.gguf"))
    daemon.restart()
    #expect(daemon.run(until: { daemon.world.calls.filter { $0.hasPrefix("stop a") }.count == 2 }))
    #expect(daemon.becomesReady("a"))
    #expect(daemon.world.violations == [])
  }

  @Test func `a process that nobody knows is ended at the start`() {
    let daemon = Daemon(Text.fleet("a"))
    #expect(daemon.becomesReady("a"))
    daemon.world.state.withLock {
      $0.alive["stray"] = EngineWorld.Process(
        id: "stray", model: "lost", reloadHash: "", provider: "local", pid: 7, phase: .ready)
    }
    daemon.restart()
    #expect(daemon.run(until: { !daemon.world.pids.contains(7) }))
    #expect(daemon.run(until: { daemon.events.all.contains { $0.name == "stray-ended" } }))
    #expect(daemon.becomesReady("a"))
  }

  @Test func `an adopted model whose manifest broke meanwhile goes on serving`() throws {
    let daemon = Daemon(Text.fleet("a"))
    #expect(daemon.becomesReady("a"))
    let pid = try #require(daemon.world.pid(of: "a"))
    daemon.kill()
    daemon.folder.state.withLock { $0.files["a.yaml"] = "kind: [" }
    daemon.restart()
    #expect(daemon.run(until: { daemon.state("model/a").hasPrefix("False") }))
    daemon.pass(.seconds(60))
    #expect(daemon.world.pid(of: "a") == pid)
    #expect(daemon.state("model/a", "Serving").hasPrefix("True"))
  }

  @Test func `a status file that was lost or left behind is put right`() {
    let daemon = Daemon(Text.fleet("a"))
    #expect(daemon.becomesReady("a"))
    daemon.kill()
    daemon.status.state.withLock { state in
      state.files[Identity(.model, "a")] = nil
      state.files[Identity(.model, "ghost")] = "left"
    }
    daemon.restart()
    #expect(
      daemon.run(until: {
        daemon.status.files.keys.contains(Identity(.model, "a"))
          && !daemon.status.files.keys.contains(Identity(.model, "ghost"))
      }))
  }

  @Test func `a lost database prunes nothing until everything is known again`() {
    let daemon = Daemon(Text.fleet("a", "b"))
    #expect(daemon.becomesReady("a", "b"))
    daemon.kill()
    daemon.store.lose()
    daemon.restart()
    #expect(daemon.becomesReady("a", "b"))
    #expect(daemon.world.pids.count == 2)
    daemon.edit("c.yaml", Text.model("c", file: "c.gguf"))
    #expect(daemon.becomesReady("c"))
    daemon.edit("c.yaml", nil)
    #expect(daemon.run(until: { daemon.object("model/c") == nil }))
  }
}

extension Daemon {
  func generation(_ model: String) -> Int64? { object("model/" + model)?[path: ["metadata", "generation"]]?.integer }

  /// Nothing is being done and nothing is planned.
  var isAtRest: Bool {
    if case .moving = controller.loop.latest.settlement { false } else { true }
  }
}
