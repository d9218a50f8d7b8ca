import DroverCore
import ServiceLifecycle
import Synchronization
import Testing

@testable import DroverAPI

@Suite(.timeLimit(.minutes(15))) struct WebhookDeskTests {
  private let kept = FakeEvents()
  private let receivers = FakeReceivers()
  private let hub: EventHub
  private let desk: WebhookDesk
  private let a = WebhookSpec(url: "https://a.example/x")
  private let b = WebhookSpec(url: "https://b.example/x", events: ["model-loaded"])

  init() {
    // A clock whose pauses are over at once, but for the beat.
    let surroundings = Surroundings(
      now: { Timestamp(milliseconds: 36) },
      sleep: { pause in
        if pause == .seconds(15) { try await Task.sleep(for: .seconds(3600)) }
        await Task.yield()
      }, random: { 0 })
    hub = EventHub(keeping: kept, surroundings: surroundings)
    desk = WebhookDesk(hub: hub, transport: receivers, surroundings: surroundings)
  }

  private func event(_ name: String) -> FleetEvent {
    FleetEvent(
      time: Timestamp(milliseconds: 1_800_000_000_000), name: name, severity: .normal, reason: .loaded,
      object: Identity(.model, "m"), message: "done", actor: "test", payload: .object(["key": .string("p:m")]))
  }

  /// Runs the desk beside `body`.
  private func running(_ body: () async throws -> Void) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await desk.run() }
      try await body()
      group.cancelAll()
      try? await group.waitForAll()
    }
  }

  @Test func `each receiver gets what it wants, those from before it was known included`() async throws {
    await hub.record([event("initialized")])
    try await running {
      desk.configure([a, b])
      await hub.record([event("model-loaded"), event("model-unloaded")])
      await receivers.until { $0["https://a.example/x"] == ["initialized", "model-loaded", "model-unloaded"] }
      await receivers.until { $0["https://b.example/x"] == ["model-loaded"] }
    }
    let first = try #require(receivers.state.withLock { $0.deliveries.first { $0.1 == a } })
    #expect(first.0.id == "10-1")
    #expect(
      first.0.body.json == #"{"type":"initialized","timestamp":"2027-01-15T08:00:00.000Z","data":{"key":"p:m","#
        + #""time":"2027-01-15T08:00:00.000Z","type":"initialized","severity":"Normal","reason":"Loaded","#
        + #""object":"model/m","message":"done","actor":"test"}}"#)
  }

  @Test func `a receiver that hangs delays neither another one nor who records`() async throws {
    receivers.state.withLock { $0.hangs = ["https://a.example/x"] }
    try await running {
      desk.configure([a, b])
      for _ in 0..<100 { await hub.record([event("model-loaded")]) }
      await receivers.until { $0["https://b.example/x"]?.count == 100 }
      #expect(receivers.names["https://a.example/x"] == nil)
    }
  }

  @Test func `a failure is tried again under the same id, and what is given up is told once and counted`() async throws
  {
    receivers.state.withLock { $0.failures["https://a.example/x"] = 15 }
    try await running {
      desk.configure([a])
      await hub.record([event("one"), event("two"), event("three")])
      // Ten attempts at the first, which is given up, and five at the second.
      await receivers.until { $0["https://a.example/x"] == ["two", "three"] }
      await kept.until { $0.count == 4 }
    }
    let attempts = receivers.state.withLock(\.attempts)
    #expect(attempts == [String](repeating: "10-1", count: 10) + [String](repeating: "10-2", count: 6) + ["10-3"])
    let told = kept.events.withLock { $0 }
    #expect(told.map(\.name) == ["one", "two", "three", "webhook-failed"])
    #expect(
      told.last?.message
        == "webhook https://a.example: an event could not be delivered: it answered 500; look at the receiver, or take "
        + "it out of spec.webhooks")
    let missed = receivers.state.withLock { $0.deliveries.map { $0.0.body["missed"] } }
    #expect(missed == [.integer(1), nil])
  }

  @Test func `one that is taken out gets no more, and one that stays goes on`() async throws {
    try await running {
      desk.configure([a, b])
      await hub.record([event("model-loaded")])
      await receivers.until { $0.count == 2 }
      desk.configure([b])
      await hub.record([event("model-loaded")])
      await receivers.until { $0["https://b.example/x"]?.count == 2 }
      #expect(receivers.names["https://a.example/x"]?.count == 1)
    }
  }

  @Test func `events that nothing keeps are made only where a receiver names them`() async throws {
    try await running {
      desk.configure([a])
      await hub.record([event("model-loaded")])
      await receivers.until { $0["https://a.example/x"]?.count == 1 }
      #expect(!hub.isWanted("usage-recorded"))
      desk.configure([WebhookSpec(url: "https://c.example", events: ["usage-recorded"])])
      #expect(hub.isWanted("usage-recorded"))
      hub.announce([event("usage-recorded")])
      await receivers.until { $0["https://c.example"] == ["usage-recorded"] }
    }
    #expect(!hub.isWanted("usage-recorded"))
  }
}

/// Receivers whose answers a test decides.
final class FakeReceivers: WebhookTransport {
  struct State: Sendable {
    /// What arrived, in its order.
    var deliveries: [(WebhookDelivery, WebhookSpec)] = []
    var attempts: [String] = []
    /// How many attempts fail, by address.
    var failures: [String: Int] = [:]
    var hangs: Set<String> = []
  }

  let state = Mutex(State())
  private let (news, tell) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

  /// Names of what arrived, by address.
  var names: [String: [String]] {
    state.withLock { state in
      Dictionary(grouping: state.deliveries) { $0.1.url }.mapValues { $0.compactMap { $0.0.body["type"]?.string } }
    }
  }

  func until(_ condition: ([String: [String]]) -> Bool) async {
    if condition(names) { return }
    for await _ in news where condition(names) { return }
  }

  func send(_ delivery: WebhookDelivery, to hook: WebhookSpec) async -> WebhookOutcome {
    if state.withLock({ $0.hangs.contains(hook.url) }) {
      try? await Task.sleep(for: .seconds(3600))
      return .failed("it hangs")
    }
    let fails = state.withLock { state in
      state.attempts.append(delivery.id)
      let left = state.failures[hook.url] ?? 0
      state.failures[hook.url] = max(0, left - 1)
      if left == 0 { state.deliveries.append((delivery, hook)) }
      return left > 0
    }
    tell.yield()
    return fails ? .failed("it answered 500") : .delivered
  }
}

/// Keeps events in memory.
final class FakeEvents: EventSink {
  let events = Mutex<[FleetEvent]>([])
  private let (news, tell) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

  func record(_ events: [FleetEvent]) async {
    self.events.withLock { $0 += events }
    tell.yield()
  }

  func recent(limit: Int) async -> [FleetEvent] { events.withLock { Array($0.suffix(limit)) } }

  func until(_ condition: ([FleetEvent]) -> Bool) async {
    if condition(events.withLock { $0 }) { return }
    for await _ in news where condition(events.withLock { $0 }) { return }
  }
}
