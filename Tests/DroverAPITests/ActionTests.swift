import DroverCore
import Glibc
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(15))) struct ActionTests {
  private let control = FakeControl()
  private let model = Identity(.model, "a")

  @Test func `asks for a reconcile of all or of one object, saying who asked`() async throws {
    control.put(model)
    try await TestServer.run(control) { server in
      let client = try server.client()
      let all = try await client.request("POST", "/api/v1/reconcile")
      #expect(all.status == 200 && all.text == #"{"token":"token-1"}"#)
      let socket = try RawClient(server.socket)
      let one = try await socket.request("POST", "/api/v1/reconcile", body: #"{"object": "m/a"}"#)
      #expect(one.text == #"{"token":"token-2"}"#)
      let asked = control.state.withLock(\.reconciled)
      #expect(asked.map(\.object) == [nil, model])
      #expect(asked.map(\.actor) == ["tcp:127.0.0.1", "socket:\(getuid())"])
      let none = try await client.request("POST", "/api/v1/reconcile", body: #"{"object":"model/b"}"#)
      #expect(none.status == 404)
      #expect(control.state.withLock(\.reconciled).count == 2)
    }
  }

  @Test func `confirms a prune, or says that none is stopped`() async throws {
    try await TestServer.run(control) { server in
      let client = try server.client()
      let yes = try await client.request("POST", "/api/v1/confirm-prune", body: #"{"token":"doomed"}"#)
      #expect(yes.status == 200 && yes.text == #"{"success":true}"#)
      let no = try await client.request("POST", "/api/v1/confirm-prune", body: #"{"token":"other"}"#)
      #expect(no.status == 409)
      #expect(try no.json().errorCode == "CONFLICT")
      #expect(control.state.withLock(\.confirmed).map(\.token) == ["doomed", "other"])
    }
  }

  @Test func `plans what it is given`() async throws {
    try await TestServer.run(control) { server in
      let body = #"{"files":[{"path":"a.yaml","content":"kind: Model\n"},{"path":"b.yaml","content":""}]}"#
      let reply = try await server.client().request("POST", "/api/v1/plan", body: body)
      #expect(reply.status == 200 && reply.text == #"{"objects":[]}"#)
      let expected = [
        ProposedFile(path: "a.yaml", bytes: Array("kind: Model\n".utf8)), ProposedFile(path: "b.yaml", bytes: []),
      ]
      #expect(control.state.withLock(\.planned) == expected)
    }
  }

  @Test(arguments: [
    ("reconcile", "{", "the body is invalid JSON at byte 1: expected a key in quotes"),
    ("reconcile", "[]", "the body is no JSON object"),
    ("reconcile", #"{"objct":"model/a"}"#, "unknown field 'objct'; did you mean 'object'?"),
    ("reconcile", #"{"object":"a"}"#, "'object' is 'a'; expected KIND/NAME, such as model/llama-3-8b"),
    ("reconcile", #"{"object":3}"#, "'object' is missing; expected a string"),
    ("confirm-prune", "{}", "'token' is missing; expected a string"),
    ("plan", "{}", "'files' is missing; expected a list"),
    ("plan", #"{"files":[{"path":"a.yaml"}]}"#, #"'files[0]' is not {"path": string, "content": string}"#),
  ])
  func `says what is wrong with a body`(path: String, body: String, message: String) async throws {
    try await TestServer.run(control) { server in
      let reply = try await server.client().request("POST", "/api/v1/\(path)", body: body)
      #expect(reply.status == 400)
      #expect(try reply.json().errorCode == "INVALID_REQUEST")
      #expect(try reply.json().errorMessage == message)
    }
    #expect(control.state.withLock { $0.reconciled.isEmpty && $0.confirmed.isEmpty && $0.planned.isEmpty })
  }

  @Test func `refuses a body that is too large, told before or not`() async throws {
    try await TestServer.run(control) { server in
      let told = try server.client()
      try await told.send("POST /api/v1/reconcile HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1048577\r\n\r\n")
      let first = try await told.receive()
      #expect(first.status == 413 && first.fields["connection"] == "close")
      #expect(try first.json().errorCode == "PAYLOAD_TOO_LARGE")
      let chunked = try server.client()
      try await chunked.send(
        "POST /api/v1/reconcile HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n100001\r\n")
      try await chunked.send([UInt8](repeating: UInt8(ascii: " "), count: 0x100001))
      try await chunked.send("\r\n0\r\n\r\n")
      #expect(try await chunked.receive().status == 413)
    }
    #expect(control.state.withLock { $0.reconciled.isEmpty })
  }

  @Test func `takes manifests of many megabytes`() async throws {
    try await TestServer.run(control) { server in
      let content = String(repeating: "# a comment of some length\\n", count: 200_000)
      let body = #"{"files":[{"path":"a.yaml","content":""# + content + #""}]}"#
      let reply = try await server.client().request("POST", "/api/v1/plan", body: body)
      #expect(reply.status == 200)
      #expect(control.state.withLock { $0.planned.first?.bytes.count } == 27 * 200_000)
    }
  }
}
