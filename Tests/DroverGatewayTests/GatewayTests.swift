import DroverCore
import DroverGateway
import DroverTestKit
import Synchronization
import Testing

private let fleet = Desired.fleet([
  Desired.provider(), Desired.model("chat", .map([FieldEntry("aliases", .strings(["assistant"]))])),
])
private let hello = #"{"model":"assistant","messages":[{"role":"user","content":"Hi"}],"x":1}"#

/// What a fake server was asked.
private final class Seen: Sendable {
  private let stored = Mutex<[FakeHTTPServer.Request]>([])

  func add(_ request: FakeHTTPServer.Request) { stored.withLock { $0.append(request) } }
  var all: [FakeHTTPServer.Request] { stored.withLock { $0 } }
}

@Suite struct GatewayTests {
  @Test func `a request goes to its model with the server's name of it and the server's key`() async throws {
    let seen = Seen()
    let server = try await FakeHTTPServer.start { request in
      seen.add(request)
      return .reply(headers: ["X-Request-ID": "up-1", "Set-Cookie": "a=b"], body: Array(#"{"ok":true}"#.utf8))
    }
    try await Bench.run(fleet) { bench in
      bench.access.put("chat", at: server.port)
      let replies = try await Caller(port: bench.port).exchange([
        post("/v1/chat/completions?a=b", hello, "Authorization: Bearer sk-client\r\nX-Custom: c\r\nCookie: d\r\n")
      ])
      let reply = try #require(replies.first)
      #expect(reply.status == 200 && reply.body == #"{"ok":true}"# && reply.isWhole)
      #expect(reply.field("x-drover-model") == "local:chat" && reply.field("x-drover-attempts") == "1")
      #expect(reply.field("x-drover-request-id")?.hasPrefix("req_") == true)
      #expect(reply.field("x-request-id") == "up-1" && reply.field("set-cookie") == nil)
      let request = try #require(seen.all.first)
      #expect(request.path == "/v1/chat/completions" && request.query == ["a": "b"])
      #expect(String(decoding: request.body, as: UTF8.self) == hello.replacing("assistant", with: "up-chat"))
      #expect(request.headers["authorization"] == "Bearer sk-upstream" && request.headers["x-custom"] == "c")
      #expect(request.headers["cookie"] == nil && request.headers["accept-encoding"] == "identity")
      #expect(bench.gate.inUse == 0 && bench.gate.begun == 1)
    }
    await server.stop()
  }

  @Test func `requests that are sent ahead are answered in their order on kept connections`() async throws {
    let seen = Seen()
    let server = try await FakeHTTPServer.start { request in
      seen.add(request)
      return .reply(body: request.body)
    }
    try await Bench.run(fleet) { bench in
      bench.access.put("chat", at: server.port)
      let bodies = (0..<5).map { #"{"model":"up-chat","n":1,"user":"\#($0)"}"# }
      let requests = bodies.map { post("/v1/chat/completions", $0.replacing("up-chat", with: "chat")) }
      let text = requests.joined() + get("/v1/models/chat")
      let cut = text.index(text.startIndex, offsetBy: 150)
      let replies = try await Caller(port: bench.port).exchange(
        [String(text[..<cut]), String(text[cut...])], replies: 6)
      #expect(replies.prefix(5).map(\.body) == bodies)
      #expect(replies.last?.body.contains(#""id":"chat""#) == true)
      #expect(replies.allSatisfy { $0.status == 200 })
    }
    await server.stop()
  }

  @Test func `a chunked body and an expectation are taken`() async throws {
    let server = try await FakeHTTPServer.start { .reply(body: $0.body) }
    try await Bench.run(fleet) { bench in
      bench.access.put("chat", at: server.port)
      let head =
        "POST /v1/embeddings HTTP/1.1\r\nHost: localhost:9\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n"
      let replies = try await Caller(port: bench.port).exchange([
        head, "11\r\n{\"model\":\"up-chat", "\r\n2\r\n\"}\r\n0\r\n\r\n",
      ])
      #expect(replies.first?.status == 404)
      let named = try await Caller(port: bench.port).exchange([
        head, "e\r\n{\"model\":\"chat", "\r\n2\r\n\"}\r\n0\r\n\r\n",
      ])
      #expect(named.first?.body == #"{"model":"up-chat"}"#)
    }
    await server.stop()
  }

  @Test func `a stream is passed on as it comes`() async throws {
    let (events, more) = AsyncStream.makeStream(of: String.self)
    let server = try await FakeHTTPServer.start { _ in .events(events) }
    try await Bench.run(fleet) { bench in
      bench.access.put("chat", at: server.port)
      let caller = try await Caller(port: bench.port)
      // The second event is sent only once the first has arrived.
      more.yield("data: 1\n\n")
      try await caller.abandon(post("/v1/chat/completions", #"{"model":"chat","stream":true}"#)) { text in
        if text.contains("data: 1"), !text.contains("data: 2") { more.yield("data: 2\n\n") }
        return text.contains("data: 2")
      }
      // A client that leaves ends its request upstream, and the use of the model.
      try await until { bench.gate.inUse == 0 }
    }
    await server.stop()
  }

  @Test func `a reply that ends too early is cut off`() async throws {
    let server = try await FakeHTTPServer.start { _ in .close }
    try await Bench.run(fleet) { bench in
      bench.access.put("chat", at: server.port)
      let replies = try await Caller(port: bench.port).exchange([post("/v1/chat/completions", hello)])
      #expect(replies.first?.status == 502)
      #expect(replies.first?.body.contains("upstream_failed") == true)
      #expect(bench.gate.inUse == 0)
    }
    await server.stop()
  }

  @Test func `a server that cannot be reached is a 502, and a key that is missing too`() async throws {
    let server = try await FakeHTTPServer.start { _ in .hang }
    await server.stop()
    try await Bench.run(fleet) { bench in
      bench.access.put("chat", at: server.port)
      let replies = try await Caller(port: bench.port).exchange([post("/v1/chat/completions", hello)])
      #expect(replies.first?.status == 502 && replies.first?.field("retry-after") == "1")
    }
    try await Bench.run(fleet) { bench in
      let replies = try await Caller(port: bench.port).exchange([post("/v1/chat/completions", hello)])
      #expect(replies.first?.status == 502 && replies.first?.field("x-should-retry") == "false")
      #expect(bench.gate.inUse == 0)
    }
  }

  @Test func `a request waits for its model, and is refused with what the gate says`() async throws {
    let server = try await FakeHTTPServer.start { .reply(body: $0.body) }
    try await Bench.run(fleet, readies: false) { bench in
      bench.access.put("chat", at: server.port)
      async let replies = Caller(port: bench.port).exchange([post("/v1/chat/completions", hello)])
      try await until { bench.gate.waiting == 1 }
      bench.gate.answer()
      #expect(try await replies.first?.status == 200)
      async let refused = Caller(port: bench.port).exchange([post("/v1/messages", hello)])
      try await until { bench.gate.waiting == 1 }
      bench.gate.answer(ModelRefusal(.queueFull(waiting: 3), "3 requests wait", retryAfter: .milliseconds(1500)))
      let reply = try #require(try await refused.first)
      #expect(reply.status == 429 && reply.field("retry-after") == "2")
      #expect(reply.body.contains(#""type":"rate_limit_error""#) && reply.body.contains(#""request_id":"req_"#))
    }
    await server.stop()
  }

  @Test func `a client that goes away while it waits is forgotten`() async throws {
    try await Bench.run(fleet, readies: false) { bench in
      let caller = try await Caller(port: bench.port)
      try await caller.abandon(post("/v1/chat/completions", hello)) { _ in
        try? await until { bench.gate.waiting == 1 }
        return true
      }
      try await until { bench.gate.waiting == 0 }
      #expect(bench.gate.inUse == 0)
    }
  }

  @Test func `the gateway ends after the exchanges that it had begun`() async throws {
    let (gate, opening) = AsyncStream.makeStream(of: Void.self)
    let server = try await FakeHTTPServer.start { .held(gate, .reply(body: $0.body)) }
    try await Bench.run(fleet) { bench in
      bench.access.put("chat", at: server.port)
      async let replies = Caller(port: bench.port).exchange([post("/v1/chat/completions", hello)])
      try await until { bench.gate.inUse == 1 }
      bench.end()
      opening.finish()
      let reply = try #require(try await replies.first)
      #expect(reply.status == 200 && reply.isWhole)
    }
    await server.stop()
  }

  @Test func `the provider's word on its key is not the client's`() async throws {
    let server = try await FakeHTTPServer.start { _ in
      .reply(status: 401, body: Array(#"{"error":"wrong key sk-upstream"}"#.utf8))
    }
    try await Bench.run(fleet) { bench in
      bench.access.put("chat", at: server.port)
      let reply = try await Caller.ask(bench.port, post("/v1/chat/completions", hello))
      #expect(reply.status == 502 && reply.body.contains("upstream_unauthorized"))
      #expect(!reply.body.contains("sk-upstream") && bench.gate.inUse == 0)
    }
    await server.stop()
  }

  @Test func `a client of HTTP 1.0 gets a stream that ends with the connection`() async throws {
    let (events, more) = AsyncStream.makeStream(of: String.self)
    more.yield("data: 1\n\n")
    more.finish()
    let server = try await FakeHTTPServer.start { _ in .events(events) }
    try await Bench.run(fleet) { bench in
      bench.access.put("chat", at: server.port)
      let old = post("/v1/chat/completions", hello).replacing("HTTP/1.1", with: "HTTP/1.0")
      let reply = try await Caller.ask(bench.port, old)
      #expect(reply.status == 200 && reply.body == "data: 1\n\n" && reply.isWhole)
      #expect(reply.field("transfer-encoding") == nil && reply.field("connection") == "close")
    }
    await server.stop()
  }

  @Test func `a long reply arrives whole, and a stream that was cut off does not look whole`() async throws {
    let (events, more) = AsyncStream.makeStream(of: String.self)
    more.yield("data: 1\n\n")
    more.finish()
    let long = Array(repeating: UInt8(ascii: "x"), count: 8 << 20)
    let server = try await FakeHTTPServer.start { request in
      // A stream of this server ends without its last chunk.
      request.path.hasSuffix("embeddings") ? .reply(body: long) : .events(events)
    }
    try await Bench.run(fleet) { bench in
      bench.access.put("chat", at: server.port)
      let whole = try await Caller.ask(bench.port, post("/v1/embeddings", hello))
      #expect(whole.isWhole && whole.body.utf8.count == long.count)
      let cut = try await Caller.ask(bench.port, post("/v1/chat/completions", hello))
      #expect(cut.status == 200 && cut.body == "data: 1\n\n" && !cut.isWhole)
      try await until { bench.gate.inUse == 0 }
    }
    await server.stop()
  }

  @Test func `a kept connection that is dead is replaced, and the request is sent once more`() async throws {
    let seen = Seen()
    let server = try await FakeHTTPServer.start { request in
      seen.add(request)
      return .reply(body: request.body)
    }
    let local = Desired.fleet([
      Desired.provider("local", .map([FieldEntry("baseURL", .string("http://127.0.0.1:1"))])), Desired.model("chat"),
    ])
    try await Bench.run(local) { bench in
      bench.access.put("chat", at: server.port)
      let request = post("/v1/chat/completions", #"{"model":"chat"}"#)
      for number in 1...3 {
        let reply = try await Caller.ask(bench.port, request)
        #expect(reply.status == 200, "request \(number)")
        await server.disconnect()
      }
      #expect(seen.all.count == 3 && bench.gate.inUse == 0)
    }
    await server.stop()
  }

  @Test func `a port that is taken is said in a sentence`() async throws {
    let server = try await FakeHTTPServer.start { _ in .hang }
    let gateway = Gateway(
      options: GatewayOptions(host: "127.0.0.1", port: server.port, isLoopback: true, loops: 1),
      routing: FixedRouting(Routing(table: RoutingTable(fleet))), gate: FakeGate(readies: true), access: FakeAccess(),
      ledger: try Till().gatewayLedger, traffic: Traffic(), surroundings: Bench.surroundings)
    let error = await #expect(throws: GatewayError.self) { try await gateway.run() }
    #expect(
      error.map { "\($0)" } == "cannot listen on 127.0.0.1:\(server.port): another program listens there; stop it, or "
        + "choose another address")
    await server.stop()
  }
}
