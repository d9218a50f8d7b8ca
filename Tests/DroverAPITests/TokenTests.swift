import DroverCore
import DroverManifests
import Synchronization
import Testing

@testable import DroverAPI

@Suite(.timeLimit(.minutes(15))) struct TokenTests {
  private let control = FakeControl()

  private static let reader = "reading-token-of-the-tests"
  private static let writer = "writing-token-of-the-tests"
  private let tokens = AccessTokens([
    AccessTokens.Token(name: "dash", sha256: Digest.sha256(Array(reader.utf8)), scopes: [.read]),
    AccessTokens.Token(name: "ci", sha256: Digest.sha256(Array(writer.utf8)), scopes: [.write]),
  ])

  private func expect(
    _ status: Int, _ server: TestServer, _ method: String, _ token: String?, path: String = "/api/v1/reconcile"
  ) async throws {
    let fields = token.map { ["authorization": $0] } ?? [:]
    let reply = try await server.client().request(method, path, fields: fields)
    #expect(reply.status == status, "\(token ?? "none")")
  }

  @Test func `once there are tokens a write over TCP needs one that may write`() async throws {
    try await TestServer.run(control, tokens: tokens) { server in
      try await expect(401, server, "POST", nil)
      try await expect(403, server, "POST", "Bearer " + Self.reader)
      try await expect(200, server, "POST", "Bearer " + Self.writer)
      try await expect(200, server, "POST", "bearer  " + Self.writer)
      for wrong in ["Bearer x", "Bearer", "Basic " + Self.writer, Self.writer, ""] {
        try await expect(401, server, "POST", wrong)
      }
      #expect(control.state.withLock { $0.reconciled.map(\.actor) } == ["token:ci", "token:ci"])
    }
  }

  @Test func `reading over loopback needs none, and a wrong one is refused all the same`() async throws {
    try await TestServer.run(control, tokens: tokens) { server in
      let path = "/api/v1/resources"
      try await expect(200, server, "GET", nil, path: path)
      try await expect(200, server, "GET", "Bearer " + Self.reader, path: path)
      try await expect(200, server, "GET", "Bearer " + Self.writer, path: path)
      try await expect(401, server, "GET", "Bearer nonsense", path: path)
    }
  }

  @Test func `a refusal names the scheme and never the token`() async throws {
    try await TestServer.run(control, tokens: tokens) { server in
      let reply = try await server.client().request(
        "POST", "/api/v1/reconcile", fields: ["authorization": "Bearer something-secret"])
      #expect(reply.fields["www-authenticate"] == "Bearer" && !reply.text.contains("something-secret"))
      #expect(try reply.json().errorCode == "UNAUTHORIZED")
    }
  }

  @Test func `the socket asks for no token`() async throws {
    try await TestServer.run(control, tokens: tokens) { server in
      let reply = try await RawClient(server.socket).request("POST", "/api/v1/reconcile")
      #expect(reply.status == 200)
    }
  }

  @Test func `on an address that other machines reach everything but the probes needs a token`() throws {
    let access = AccessPolicy.tcp(["drover.example"], tokens: tokens, isExposed: true)
    func check(_ method: String, _ path: String, _ token: String?) throws(APIError) -> String? {
      try access.check(
        AccessPolicy.Request(
          method: method, path: path, authority: "drover.example", origin: nil,
          authorization: token.map { "Bearer " + $0 }))
    }
    for path in ["/healthz", "/readyz"] {
      let holder = try check("GET", path, nil)
      #expect(holder == nil)
    }
    let holder = try check("GET", "/api/v1/models", Self.reader)
    #expect(holder == "token:dash")
    #expect(throws: APIError.self) { try check("GET", "/api/v1/models", nil) }
    #expect(throws: APIError.self) { try check("POST", "/healthz", nil) }
  }
}
