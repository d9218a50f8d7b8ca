import DroverCore
import DroverTestKit
import Synchronization
import Testing

@testable import DroverController

/// Models that providers list and no manifest declares.
@Suite struct DiscoveryTests {
  private static func provider(_ discovery: String = "{}", name: String = "hub") -> String {
    """
    apiVersion: drover.dev/v1alpha1
    kind: Provider
    metadata: {name: \(name)}
    spec: {type: custom, baseURL: "http://127.0.0.1:9", health: {interval: 1h}, discovery: \(discovery)}

    """
  }

  private static func model(_ name: String, id: String) -> String {
    """
    apiVersion: drover.dev/v1alpha1
    kind: Model
    metadata: {name: \(name)}
    spec: {provider: hub, modelID: \(id), desiredState: OnDemand}

    """
  }

  private func daemon(
    _ files: [String: String] = ["hub.yaml": DiscoveryTests.provider()], listing: [String] = ["a", "b", "c"]
  ) -> Daemon {
    let daemon = Daemon(files, starts: false)
    list(listing, in: daemon)
    daemon.restart()
    return daemon
  }

  private func list(_ ids: [String], in daemon: Daemon) {
    let models = ids.map { ListedModel(id: $0) }
    daemon.world.state.withLock { $0.listings["hub"] = .success(models) }
  }

  private func known(_ daemon: Daemon) -> [String] {
    let models = daemon.ask { await $0.discoveredModels() } ?? []
    return models.map { $0.goneSince == nil ? $0.id : "-" + $0.id }
  }

  private func finds(_ daemon: Daemon, _ ids: [String], within limit: Duration = .seconds(120)) -> Bool {
    daemon.run(
      until: {
        let models = daemon.controller.loop.latest.state.discovered.values.flatMap(\.values)
        return models.map { $0.goneSince == nil ? $0.id : "-" + $0.id }.sorted() == ids.sorted()
      }, within: limit)
  }

  private func discovery(_ daemon: Daemon) -> FieldValue? {
    daemon.object("provider/hub")?[path: ["status", "discovery"]]
  }

  @Test func `registers what a provider lists, and shows how many and when`() {
    let daemon = daemon()
    #expect(finds(daemon, ["a", "b", "c"]))
    #expect(daemon.run(until: { discovery(daemon)?["models"] == .integer(3) }))
    #expect(discovery(daemon)?["updatedAt"]?.string.flatMap(Timestamp.init(rfc3339:)) != nil)
    let events = daemon.events.all.filter { $0.name == "model-registered" && $0.object == Identity(.provider, "hub") }
    #expect(events.compactMap { $0.payload["key"]?.string } == ["hub:a", "hub:b", "hub:c"])
    #expect(daemon.world.pids.isEmpty)
  }

  @Test func `keeps what was discovered over a restart, also while the provider is out`() {
    let daemon = daemon()
    #expect(finds(daemon, ["a", "b", "c"]))
    daemon.world.state.withLock { $0.listings["hub"] = .failure(.unreachable(address: "hub", cause: "refused")) }
    daemon.restart()
    #expect(finds(daemon, ["a", "b", "c"]))
    daemon.pass(.seconds(3600))
    #expect(known(daemon) == ["a", "b", "c"])
    #expect(discovery(daemon)?["error"]?.string?.contains("refused") == true)
    #expect(daemon.events.all.count { $0.name == "discovery-failed" } == 1)
  }

  @Test func `an outage and an empty answer are never read as gone`() {
    let daemon = daemon()
    #expect(finds(daemon, ["a", "b", "c"]))
    for answer in [Result<[ListedModel], DriverError>.success([]), .failure(.failed("502")), .success([])] {
      daemon.world.state.withLock { $0.listings["hub"] = answer }
      daemon.pass(.seconds(1300))
      #expect(known(daemon) == ["a", "b", "c"])
    }
  }

  @Test func `marks a model that is listed no more, and forgets it after a week`() {
    let daemon = daemon()
    #expect(finds(daemon, ["a", "b", "c"]))
    list(["a", "c"], in: daemon)
    #expect(finds(daemon, ["a", "-b", "c"], within: .seconds(700)))
    #expect(daemon.run(until: { discovery(daemon)?["gone"] == .integer(1) }))
    list(["a", "b", "c"], in: daemon)
    #expect(finds(daemon, ["a", "b", "c"], within: .seconds(700)))
    list(["a"], in: daemon)
    #expect(finds(daemon, ["a", "-b", "-c"], within: .seconds(700)))
    #expect(finds(daemon, ["a"], within: .seconds(7 * 86400 + 1300)))
  }

  @Test func `a manifest of the same key adopts the model, and its end gives it back`() {
    let daemon = daemon()
    #expect(finds(daemon, ["a", "b", "c"]))
    daemon.edit("other.yaml", Self.model("other", id: "z"))
    daemon.edit("b.yaml", Self.model("mine", id: "b"))
    #expect(finds(daemon, ["a", "c"]))
    #expect(daemon.events.all.contains { $0.name == "model-adopted" && $0.payload["key"] == .string("hub:b") })
    #expect(daemon.run(until: { daemon.object("model/mine") != nil && daemon.object("model/other") != nil }))
    daemon.edit("b.yaml", nil)
    #expect(finds(daemon, ["a", "b", "c"], within: .seconds(1300)))
  }

  @Test func `lets through what its globs say, and follows an edit of them at once`() {
    let daemon = daemon(
      ["hub.yaml": Self.provider(#"{include: ["gpt-*", "o?"], exclude: ["*-audio"]}"#)],
      listing: ["gpt-4o", "gpt-4o-audio", "o3", "o3-mini", "tts"])
    #expect(finds(daemon, ["gpt-4o", "o3"]))
    daemon.edit("hub.yaml", Self.provider(#"{include: ["o*"]}"#))
    #expect(finds(daemon, ["o3", "o3-mini"], within: .seconds(30)))
    daemon.edit("hub.yaml", Self.provider("{enabled: false}"))
    #expect(finds(daemon, [], within: .seconds(30)))
    #expect(daemon.run(until: { discovery(daemon) == nil }))
    let outcomes = daemon.ask { await $0.discover(providers: nil, actor: "socket:0") }
    #expect(outcomes == [DiscoveryOutcome(provider: "hub", result: .success([]))])
  }

  @Test func `asks at each interval, and at once when somebody wants to know`() {
    let daemon = daemon(["hub.yaml": Self.provider("{interval: 1h}")])
    #expect(finds(daemon, ["a", "b", "c"]))
    let asked = daemon.world.state.withLock(\.listed).count
    daemon.pass(.seconds(3500))
    #expect(daemon.world.state.withLock(\.listed).count == asked)
    list(["a", "b", "c", "d"], in: daemon)
    let outcomes = daemon.ask { await $0.discover(providers: ["hub"], actor: "socket:0") }
    #expect(outcomes?.count == 1)
    // What the answer says is what the fleet knows by then.
    #expect(known(daemon) == ["a", "b", "c", "d"])
    #expect(daemon.events.all.last { $0.name == "model-registered" }?.actor == "socket:0")
    list(["a"], in: daemon)
    daemon.pass(.seconds(3500))
    #expect(known(daemon) == ["a", "b", "c", "d"])
    #expect(finds(daemon, ["a", "-b", "-c", "-d"], within: .seconds(200)))
  }

  @Test func `one provider that fails leaves the others as they are`() {
    let daemon = Daemon(
      ["hub.yaml": Self.provider(), "sick.yaml": Self.provider(name: "sick")], starts: false)
    list(["a"], in: daemon)
    daemon.world.state.withLock { $0.listings["sick"] = .failure(.unauthorized("the key is refused")) }
    daemon.restart()
    #expect(finds(daemon, ["a"]))
    let outcomes = daemon.ask { await $0.discover(providers: nil, actor: "socket:0") } ?? []
    #expect(outcomes.map(\.provider) == ["hub", "sick"])
    #expect(outcomes.first?.result == .success([ListedModel(id: "a")]))
    #expect(
      outcomes.last?.result == .failure(DiscoveryProblem(.authenticationFailed, "the key is refused")))
  }

  @Test func `models of a provider whose manifest is gone are forgotten with it`() {
    let daemon = daemon(["hub.yaml": Self.provider(), "more.yaml": Self.provider(name: "more")])
    #expect(finds(daemon, ["a", "b", "c"]))
    daemon.edit("hub.yaml", nil)
    #expect(daemon.run(until: { daemon.object("provider/hub") == nil }))
    #expect(finds(daemon, []))
    daemon.restart()
    #expect(known(daemon).isEmpty)
  }

  @Test func `discovered models are no objects, and never stand in the way of a prune`() {
    let daemon = daemon(["hub.yaml": Self.provider(), "b.yaml": Self.model("mine", id: "b")])
    #expect(finds(daemon, ["a", "c"]))
    #expect(daemon.object("model/a") == nil && daemon.object("model/hub:a") == nil)
    #expect(daemon.state("fleet/fleet", "PruneBlocked") == "-")
  }

  @Test func `an idle fleet writes nothing for the sake of discovery`() {
    let daemon = daemon()
    #expect(finds(daemon, ["a", "b", "c"]))
    daemon.pass(.seconds(60))
    let (commits, asked) = (daemon.store.commits.count, daemon.world.state.withLock(\.listed).count)
    daemon.pass(.seconds(4000))
    #expect(daemon.world.state.withLock(\.listed).count > asked + 5)
    #expect(daemon.store.commits.count == commits)
  }
}
