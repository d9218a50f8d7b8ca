import DroverCore
import Testing

@Suite(.timeLimit(.minutes(15))) struct ChangesTests {
  private let control = FakeControl()

  @Test func `answers at once where something changed already`() async throws {
    try await TestServer.run(control) { server in
      let client = try server.client()
      #expect(try await client.get("/api/v1/changes?after=6").text == #"{"version":7}"#)
      #expect(try await client.get("/api/v1/changes").text == #"{"version":7}"#)
      #expect(try await client.get("/api/v1/changes?after=7&timeoutMs=0").text == #"{"version":7}"#)
    }
  }

  @Test func `answers as soon as something changes`() async throws {
    try await TestServer.run(control) { server in
      let client = try server.client()
      try await client.send("GET /api/v1/changes?after=7&timeoutMs=1500 HTTP/1.1\r\nhost: localhost\r\n\r\n")
      var waits = control.waits.makeAsyncIterator()
      #expect(await waits.next() == .began(timeout: .milliseconds(1500)))
      control.bump()
      let reply = try await client.receive()
      #expect(reply.text == #"{"version":8}"#)
      #expect(reply.fields["connection"] == "close")
    }
  }

  @Test func `waits for no longer than a minute`() async throws {
    try await TestServer.run(control) { server in
      let client = try server.client()
      try await client.send("GET /api/v1/changes?after=7&timeoutMs=99999999 HTTP/1.1\r\nhost: localhost\r\n\r\n")
      var waits = control.waits.makeAsyncIterator()
      #expect(await waits.next() == .began(timeout: .seconds(60)))
      control.bump()
      #expect(try await client.receive().status == 200)
    }
  }

  @Test func `stops waiting when the client goes`() async throws {
    try await TestServer.run(control) { server in
      let client = try server.client()
      try await client.send("GET /api/v1/changes?after=7 HTTP/1.1\r\nhost: localhost\r\n\r\n")
      var waits = control.waits.makeAsyncIterator()
      #expect(await waits.next() == .began(timeout: .seconds(30)))
      client.hangUp()
      #expect(await waits.next() == .ended(cancelled: true))
    }
  }

  @Test func `stops waiting when droverd stops`() async throws {
    let client = try await withClient { server in
      let client = try server.client()
      try await client.send("GET /api/v1/changes?after=7 HTTP/1.1\r\nhost: localhost\r\n\r\n")
      var waits = control.waits.makeAsyncIterator()
      #expect(await waits.next() == .began(timeout: .seconds(30)))
      return client
    }
    // The server is gone, and has answered before.
    #expect(try await client.receive().text == #"{"version":7}"#)
    #expect(await client.isClosedByServer())
  }

  private func withClient(_ body: (TestServer) async throws -> RawClient) async throws -> RawClient {
    var client: RawClient?
    try await TestServer.run(control) { client = try await body($0) }
    return try #require(client)
  }
}
