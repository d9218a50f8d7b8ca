import DroverCore
import Glibc
import Synchronization
import Testing

@testable import DroverAPI

@Suite(.timeLimit(.minutes(15))) struct AccessTests {
  private let control = FakeControl()

  @Test(arguments: ["127.0.0.1", "127.0.0.1:3001", "LOCALHOST:9", "localhost.", "[::1]", "[::1]:80", "proxy.example:1"])
  func `answers to its own names`(host: String) async throws {
    try await TestServer.run(control, allowedHosts: ["Proxy.example"]) { server in
      let reply = try await server.client().request("GET", "/healthz", host: host)
      #expect(reply.status == 200)
    }
  }

  @Test(arguments: ["evil.example", "evil.example:3001", "127.0.0.1.evil.example", "::1", "localhost:x", "0.0.0.0", ""])
  func `refuses other names on TCP, whatever the path`(host: String) async throws {
    try await TestServer.run(control) { server in
      for path in ["/healthz", "/api/v1/resources", "/none"] {
        let reply = try await server.client().request("GET", path, host: host)
        #expect(reply.status == 403)
        #expect(try reply.json().errorCode == "FORBIDDEN")
      }
    }
  }

  @Test(arguments: ["https://evil.example", "null", "http://localhost:9999", "http://localhost", "localhost:3001"])
  func `refuses pages of other sites`(origin: String) async throws {
    try await TestServer.run(control) { server in
      let reply = try await server.client().request(
        "POST", "/api/v1/reconcile", host: "localhost:3001", fields: ["origin": origin])
      #expect(reply.status == 403)
    }
    #expect(control.state.withLock(\.reconciled).isEmpty)
  }

  @Test func `takes requests of its own pages`() async throws {
    try await TestServer.run(control) { server in
      let reply = try await server.client().request(
        "POST", "/api/v1/reconcile", host: "localhost:3001", fields: ["origin": "http://localhost:3001"])
      #expect(reply.status == 200)
    }
  }

  @Test func `the socket asks for no name, and belongs to its owner`() async throws {
    try await TestServer.run(control) { server in
      let reply = try await RawClient(server.socket).request("GET", "/healthz", host: "droverd")
      #expect(reply.status == 200)
      guard case .socket(let path) = server.socket else { return }
      var status = stat()
      #expect(stat(path, &status) == 0)
      #expect(status.st_mode & 0o777 == 0o600)
    }
  }

  @Test func `refuses ambiguous framing`() async throws {
    try await TestServer.run(control) { server in
      let client = try server.client()
      try await client.send(
        "POST /api/v1/reconcile HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n"
          + "0\r\n\r\n")
      #expect(try await client.receive().status == 400)
    }
    #expect(control.state.withLock(\.reconciled).isEmpty)
  }
}
