import DroverCore
import Synchronization
import Testing

@testable import DroverAPI

@Suite(.timeLimit(.minutes(15))) struct SlowBodyTests {
  @Test func `a body that does not come is not waited for, and its connection is closed`() async throws {
    let control = FakeControl()
    try await TestServer.run(control, bodyTimeout: .milliseconds(20)) { server in
      let client = try server.client()
      try await client.send(
        "POST /api/v1/models/reload HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
          + "content-length: 12\r\n\r\n{\"pa")
      let reply = try await client.receive()
      #expect(reply.status == 408 && reply.fields["connection"] == "close")
      #expect(try reply.json().errorCode == "REQUEST_TIMEOUT")
      #expect(control.state.withLock { $0.reconciled.isEmpty })
    }
  }

  @Test func `a body that comes in pieces is taken whole`() async throws {
    let control = FakeControl()
    try await TestServer.run(control) { server in
      let client = try server.client()
      try await client.send(
        "POST /api/v1/models/reload HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
          + "content-length: 13\r\n\r\n{\"path")
      try await client.send("\":null}")
      let reply = try await client.receive()
      #expect(reply.status == 200)
    }
  }
}
