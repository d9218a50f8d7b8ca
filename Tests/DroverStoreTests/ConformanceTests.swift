import DroverCore
import DroverStore
import DroverTestKit
import Testing

/// What every ``FleetStore`` does.
struct ConformanceTests {
  enum Twin: CaseIterable, Sendable { case memory, sqlite }

  /// A store, and how to look at it as the next process would.
  private struct Subject {
    let store: any FleetStore
    let folder = try? TemporaryFolder()
    private let path: String?

    init(_ twin: Twin) throws {
      switch twin {
      case .memory:
        store = MemoryFleetStore()
        path = nil
      case .sqlite:
        path = folder?.file("drover.sqlite")
        store = SQLiteFleetStore(path: try #require(path), now: { Sample.time(0) })
      }
    }

    func reloaded() async throws -> StoredFleet {
      guard let path else { return try await store.load() }
      return try await SQLiteFleetStore(path: path, now: { Sample.time(0) }).load()
    }
  }

  private let one = Identity(.model, "object-1")
  private let other = Identity(.model, "object-2")

  @Test(arguments: Twin.allCases)
  func `starts empty`(twin: Twin) async throws {
    let subject = try Subject(twin)
    #expect(try await subject.store.load() == StoredFleet())
    #expect(try await subject.reloaded() == StoredFleet())
  }

  @Test(arguments: Twin.allCases)
  func `keeps what models are used for and what loading them took`(twin: Twin) async throws {
    let subject = try Subject(twin)
    _ = try await subject.store.load()
    let request = LoadRequest(
      wantsLoaded: true, at: Sample.time(7), actor: "socket:1", warmup: false, outcome: .failed(.crashed, "it ended"))
    let demand = ModelDemand(
      lastUsed: Sample.time(5), lastAccessed: Sample.time(6), accessCount: 3, request: request,
      unloaded: ModelDemand.Unloading(.evicted, "made room", at: Sample.time(8)), inFlight: 2,
      waitingSince: Sample.time(9))
    let load = LoadRecord(reloadHash: "r", duration: .milliseconds(1500), memory: [PoolAmount("host", ByteCount(7))])
    try await subject.store.commit([
      .putDemand("object-1", demand), .putLoad("object-1", load), .putDemand("gone", demand), .putDemand("gone", nil),
      .putLoad("gone", load), .putLoad("gone", nil),
    ])
    var kept = demand
    (kept.inFlight, kept.waitingSince) = (0, nil)
    #expect(try await subject.reloaded() == StoredFleet(demands: ["object-1": kept], loads: ["object-1": load]))
    try await subject.store.commit([.rename(from: one, to: other)])
    #expect(try await subject.reloaded() == StoredFleet(demands: ["object-2": kept], loads: ["object-2": load]))
  }

  @Test(arguments: Twin.allCases)
  func `returns what was put, sorted`(twin: Twin) async throws {
    let subject = try Subject(twin)
    _ = try await subject.store.load()
    let provider = Sample.registration(9, kind: .provider, name: "zeta")
    try await subject.store.commit([
      .putRegistration(Sample.registration(2)), .putRegistration(Sample.registration(1)), .putRegistration(provider),
      .putInstance(Sample.fullInstance), .putInstance(Sample.instance(1)), .putAttempts(one, Sample.attempts(4)),
      .putStatus(Sample.status(one, 5)), .putSetting("current", "a"), .putSetting("current", "b"),
    ])
    let expected = StoredFleet(
      registrations: [provider, Sample.registration(1), Sample.registration(2)],
      instances: [Sample.instance(1), Sample.fullInstance], attempts: [one: Sample.attempts(4)],
      statuses: [one: Sample.status(one, 5)], settings: ["current": "b"])
    #expect(try await subject.reloaded() == expected)
  }

  @Test(arguments: Twin.allCases)
  func `keeps models without manifests, by provider and id`(twin: Twin) async throws {
    let subject = try Subject(twin)
    _ = try await subject.store.load()
    let full = DiscoveredModel(
      provider: "hub",
      listed: ListedModel(
        id: "org/a:1", displayName: "A \u{1F411}", contextWindow: 8192, maxTokens: 4096,
        capabilities: [.chatCompletion, .vision], lifecycle: .deprecated, deprecatedAt: Sample.time(1),
        retiresAt: Sample.time(2), isLoaded: true, isRemote: true, created: Sample.time(3)),
      firstSeen: Sample.time(4), goneSince: Sample.time(5))
    let bare = DiscoveredModel(provider: "hub", listed: ListedModel(id: "b"), firstSeen: Sample.time(6))
    var other = bare
    other.provider = "away"
    try await subject.store.commit([.putDiscovered(bare), .putDiscovered(full), .putDiscovered(other)])
    #expect(try await subject.reloaded().discovered == [other, bare, full])
    var back = full
    back.goneSince = nil
    try await subject.store.commit([.putDiscovered(back), .removeDiscovered(provider: "hub", id: "b")])
    #expect(try await subject.reloaded().discovered == [other, back])
  }

  @Test(arguments: Twin.allCases)
  func `replaces what is put again`(twin: Twin) async throws {
    let subject = try Subject(twin)
    _ = try await subject.store.load()
    var (registration, instance) = (Sample.registration(1), Sample.fullInstance)
    try await subject.store.commit([
      .putRegistration(registration), .putInstance(instance), .putAttempts(one, Sample.attempts(1)),
      .putStatus(Sample.status(one, 1)),
    ])
    registration.generation = 8
    instance.process = nil
    instance.stoppingSince = nil
    try await subject.store.commit([
      .putRegistration(registration), .putInstance(instance), .putAttempts(one, Sample.attempts(2)),
      .putStatus(Sample.status(one, 2)),
    ])
    let fleet = try await subject.reloaded()
    #expect(fleet.registrations == [registration])
    #expect(fleet.instances == [instance])
    #expect(fleet.attempts == [one: Sample.attempts(2)])
    #expect(fleet.statuses == [one: Sample.status(one, 2)])
  }

  @Test(arguments: Twin.allCases)
  func `forgets what is removed, and takes removing twice`(twin: Twin) async throws {
    let subject = try Subject(twin)
    _ = try await subject.store.load()
    try await subject.store.commit([
      .putRegistration(Sample.registration(1)), .putInstance(Sample.instance(1)),
      .putAttempts(one, Sample.attempts(1)), .putStatus(Sample.status(one, 1)),
    ])
    for _ in 0..<2 {
      try await subject.store.commit([
        .removeRegistration(one), .removeInstance("instance-1"), .clearAttempts(one), .removeStatus(one),
      ])
      #expect(try await subject.reloaded() == StoredFleet())
    }
  }

  @Test(arguments: Twin.allCases)
  func `keeps the newest twenty specs of each object`(twin: Twin) async throws {
    let subject = try Subject(twin)
    _ = try await subject.store.load()
    for generation in Int64(1)...25 {
      try await subject.store.commit([.appendHistory(Sample.history(one, generation: generation))])
    }
    try await subject.store.commit([.appendHistory(Sample.history(other, generation: 1, revision: nil))])
    let newest = (6...25).reversed().map { Sample.history(one, generation: $0) }
    #expect(try await subject.store.history(of: one, limit: 100) == newest)
    #expect(try await subject.store.history(of: one, limit: 2) == Array(newest.prefix(2)))
    #expect(
      try await subject.store.history(of: other, limit: 9) == [Sample.history(other, generation: 1, revision: nil)])
  }

  @Test(arguments: Twin.allCases)
  func `puts the first spec of an object that came back on top`(twin: Twin) async throws {
    let subject = try Subject(twin)
    _ = try await subject.store.load()
    for generation: Int64 in [1, 2, 1] {
      try await subject.store.commit([.appendHistory(Sample.history(one, generation: generation))])
    }
    #expect(try await subject.store.history(of: one, limit: 9).map(\.generation) == [1, 2])
  }

  @Test(arguments: Twin.allCases)
  func `a rename takes history, status and attempts along`(twin: Twin) async throws {
    let subject = try Subject(twin)
    _ = try await subject.store.load()
    try await subject.store.commit([
      .putRegistration(Sample.registration(1)), .putStatus(Sample.status(one, 1)),
      .putAttempts(one, Sample.attempts(1)), .appendHistory(Sample.history(one, generation: 1)),
    ])
    let renamed = Sample.registration(1, name: other.name)
    try await subject.store.commit([
      .rename(from: one, to: other), .removeRegistration(one), .putRegistration(renamed),
      .appendHistory(Sample.history(other, generation: 2)),
    ])
    let expected = StoredFleet(
      registrations: [renamed], attempts: [other: Sample.attempts(1)],
      statuses: [other: Sample.status(other, 1)])
    #expect(try await subject.reloaded() == expected)
    #expect(try await subject.store.history(of: other, limit: 9).map(\.generation) == [2, 1])
    #expect(try await subject.store.history(of: one, limit: 9).isEmpty)
  }

  @Test(arguments: Twin.allCases)
  func `the history of a renamed model says which model each spec was of`(twin: Twin) async throws {
    let subject = try Subject(twin)
    _ = try await subject.store.load()
    let third = Identity(.model, "third")
    try await subject.store.commit([
      .appendHistory(Sample.history(one, generation: 1)), .rename(from: one, to: other),
      .appendHistory(Sample.history(other, generation: 2)), .rename(from: other, to: third),
    ])
    let history = try await subject.store.history(of: third, limit: 9)
    #expect(history.map { $0.written.only(.manifest)["modelID"] } == [.string(other.name), .string(one.name)])
  }

  @Test(arguments: Twin.allCases)
  func `a rename leaves what the new name already has`(twin: Twin) async throws {
    let subject = try Subject(twin)
    _ = try await subject.store.load()
    try await subject.store.commit([
      .putRegistration(Sample.registration(1)), .putRegistration(Sample.registration(2)),
      .putStatus(Sample.status(one, 1)), .putStatus(Sample.status(other, 2)),
      .appendHistory(Sample.history(other, generation: 1)), .appendHistory(Sample.history(one, generation: 1)),
      .appendHistory(Sample.history(one, generation: 2)), .rename(from: one, to: other),
      .rename(from: other, to: other),
    ])
    let fleet = try await subject.reloaded()
    #expect(fleet.registrations == [Sample.registration(2)])
    #expect(fleet.statuses == [other: Sample.status(other, 2)])
    #expect(try await subject.store.history(of: other, limit: 9).map(\.generation) == [2, 1])
  }
}
