import DroverCore
import Testing

@testable import DroverAPI

/// S13, S13.1.20: events as they happen.
@Suite(.timeLimit(.minutes(15))) struct EventStreamTests {
  private let control = FakeControl()

  private static func hub() -> EventHub {
    EventHub(
      keeping: NoSink(),
      surroundings: Surroundings(
        now: { Timestamp(milliseconds: 36) }, sleep: { _ in try await Task.sleep(for: .seconds(3600)) },
        random: { 0 }))
  }

  private static func event(_ name: String, _ payload: FieldValue = .emptyMap, reason: Reason = .loaded) -> FleetEvent {
    FleetEvent(
      time: Timestamp(milliseconds: 1_800_000_000_000), name: name, severity: .normal, reason: reason,
      object: Identity(.model, "m"), message: "done", actor: "test", payload: payload)
  }

  /// Reads a stream until `text` has come.
  private func read(_ client: RawClient, until text: String) async throws -> String {
    var seen = ""
    var end = ""
    while !end.contains(text) {
      let piece = try await client.piece()
      seen += piece
      end = end.suffix(text.count) + piece
    }
    return seen
  }

  private func listen(_ server: TestServer, _ query: String = "", last: String? = nil) async throws -> RawClient {
    let client = try server.client()
    let field = last.map { "last-event-id: \($0)\r\n" } ?? ""
    try await client.send("GET /api/v1/models/events\(query) HTTP/1.1\r\nhost: localhost\r\n\(field)\r\n")
    return client
  }

  @Test func `an event comes under its name, with its payload and what every event tells`() async throws {
    let hub = Self.hub()
    try await TestServer.run(control, events: hub) { server in
      let client = try await listen(server)
      let head = try await read(client, until: ": still here\n\n")
      #expect(head.contains("200 OK") && head.lowercased().contains("content-type: text/event-stream"))
      await hub.record([
        Self.event(
          "model-switched",
          .object(["previousModel": .null, "currentModel": .string("p:m"), "reason": .string("user_preference")]))
      ])
      let text = try await read(client, until: "\n\n")
      #expect(
        text.contains(
          "id: 10-1\nevent: model-switched\ndata: {\"previousModel\":null,\"currentModel\":\"p:m\","
            + "\"reason\":\"user_preference\",\"time\":\"2027-01-15T08:00:00.000Z\",\"type\":\"model-switched\""))
      #expect(text.contains("\"object\":\"model/m\",\"message\":\"done\",\"actor\":\"test\"}\n\n"))
    }
  }

  @Test func `only the events that were asked for come`() async throws {
    let hub = Self.hub()
    try await TestServer.run(control, events: hub) { server in
      let client = try await listen(server, "?types=model-loaded,model-evicted")
      _ = try await read(client, until: ": still here\n\n")
      await hub.record([Self.event("model-loading"), Self.event("model-evicted"), Self.event("model-loaded")])
      let text = try await read(client, until: "event: model-loaded")
      #expect(text.contains("event: model-evicted") && !text.contains("model-loading"))
    }
  }

  @Test func `who comes back gets what it missed, and is told of what is gone`() async throws {
    let hub = Self.hub()
    try await TestServer.run(control, events: hub) { server in
      await hub.record((1...3).map { Self.event("e\($0)") })
      let client = try await listen(server, last: "10-1")
      let text = try await read(client, until: "event: e3")
      #expect(text.contains("event: e2") && !text.contains("event: e1") && !text.contains("missed"))
      let stranger = try await listen(server, last: "zz-7")
      let told = try await read(stranger, until: "event: e3")
      #expect(told.contains("event: missed\ndata: {\"count\":null}\n\n") && told.contains("event: e1"))
      await hub.record((4...EventHub.capacity + 10).map { Self.event("e\($0)") })
      let late = try await listen(server, last: "10-1")
      let rest = try await read(late, until: "event: e\(EventHub.capacity + 10)\n")
      #expect(rest.contains("event: missed\ndata: {\"count\":9}\n\n") && rest.contains("id: 10-11\n"))
    }
  }

  @Test func `a listener that never reads delays nobody`() async throws {
    let hub = Self.hub()
    try await TestServer.run(control, events: hub) { server in
      let slow = try await listen(server)
      let quick = try await listen(server)
      _ = try await read(quick, until: ": still here\n\n")
      let large = FieldValue.object(["text": .string(String(repeating: "x", count: 4000))])
      for number in 1...1500 { await hub.record([Self.event("e\(number)", large)]) }
      #expect(hub.newest == 1500)
      #expect(try await server.client().get("/healthz").status == 200)
      _ = try await read(quick, until: "event: e1500\n")
      // It holds up no shutdown either.
      withExtendedLifetime(slow) {}
    }
  }

  @Test func `there is an end to how many may listen`() throws {
    let hub = Self.hub()
    let listeners = (0..<EventHub.listenerLimit).compactMap { _ in hub.listen() }
    #expect(listeners.count == EventHub.listenerLimit && !hub.hasRoom && hub.listen() == nil)
    hub.leave(try #require(listeners.first).number)
    #expect(hub.hasRoom && hub.listen() != nil)
  }

  @Test func `asking for the head alone takes no place`() async throws {
    let hub = Self.hub()
    try await TestServer.run(control, events: hub) { server in
      for _ in 0...EventHub.listenerLimit {
        let client = try server.client()
        #expect(try await client.request("HEAD", "/api/v1/models/events").status == 200)
      }
      #expect(hub.hasRoom)
    }
  }
}

private struct NoSink: EventSink {
  func record(_ events: [FleetEvent]) async {}
  func recent(limit: Int) async -> [FleetEvent] { [] }
}
