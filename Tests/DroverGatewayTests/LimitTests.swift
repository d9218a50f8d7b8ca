import DroverCore
import DroverTestKit
import Testing

private func fleet(_ model: String, _ limits: (name: String, spec: String)...) throws -> DesiredFleet {
  Desired.fleet(
    [Desired.provider(), Desired.model("chat", try JSONReader.read(model))]
      + (try limits.map { (.rateLimit, $0.name, try JSONReader.read($0.spec)) }))
}

private func ask(_ more: String = "", _ path: String = "/v1/chat/completions") -> String {
  post(path, #"{"model":"chat","messages":[{"role":"user","content":"Hi"}]\#(more)}"#)
}

private let reply =
  #"{"choices":[{"index":0,"message":{"content":"Hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":2}}"#

@Suite struct LimitTests {
  @Test func `requests above a limit are refused with 429 in the client's dialect`() async throws {
    let server = try await FakeHTTPServer.start { _ in .reply(body: Array(reply.utf8)) }
    try await Bench.run(try fleet("{}", ("few", #"{"requestsPerMinute": 2}"#))) { bench in
      bench.access.put("chat", at: server.port)
      let replies = try await Caller(port: bench.port).exchange(
        [ask() + ask() + ask() + ask("", "/v1/messages")], replies: 4)
      #expect(replies.map(\.status) == [200, 200, 429, 429])
      #expect(replies.map { $0.field("retry-after") != nil } == [false, false, true, true])
      #expect(replies[2].body.contains("Rate limit exceeded: requestsPerMinute of 'few' is 2, 2 used"))
      #expect(replies[3].body.contains(#""type":"rate_limit_error""#), "\(replies[3].body)")
    }
    await server.stop()
  }

  @Test func `a model's own limit holds for it, and a limit that observes refuses nothing`() async throws {
    let server = try await FakeHTTPServer.start { _ in .reply(body: Array(reply.utf8)) }
    let till = try Till()
    let desired = try fleet(
      #"{"rateLimit": {"requestsPerMinute": 1}}"#, ("seen", #"{"requestsPerMinute": 1, "mode": "Observe"}"#))
    try await Bench.run(desired, till: till) { bench in
      bench.access.put("chat", at: server.port)
      let replies = try await Caller(port: bench.port).exchange([ask() + ask()], replies: 2)
      #expect(replies.map(\.status) == [200, 429])
      #expect(replies[1].body.contains("of model 'chat' is 1"), "\(replies[1].body)")
    }
    await server.stop()
  }

  @Test func `tokens are reserved, then trued up to what was used`() async throws {
    let server = try await FakeHTTPServer.start { _ in .reply(body: Array(reply.utf8)) }
    let till = try Till()
    let desired = try fleet(#"{"maxTokens": 400}"#, ("tokens", #"{"tokensPerMinute": 700}"#))
    try await Bench.run(desired, till: till) { bench in
      bench.access.put("chat", at: server.port)
      for _ in 0..<20 {
        let reply = try await Caller.ask(bench.port, ask())
        #expect(reply.status == 200)
      }
      #expect(till.use("tokens", "tokensPerMinute") == 100)
      let tooMuch = try await Caller.ask(bench.port, ask(#","max_tokens":800"#))
      #expect(tooMuch.status == 429 && tooMuch.field("x-should-retry") == "false")
    }
    await server.stop()
  }

  @Test func `one at a time, and a place is free again however an exchange ends`() async throws {
    let (hold, release) = AsyncStream.makeStream(of: Void.self)
    let server = try await FakeHTTPServer.start { request in
      request.path.hasSuffix("completions") ? .held(hold, .reply(body: Array(reply.utf8))) : .close
    }
    let till = try Till()
    try await Bench.run(try fleet("{}", ("one", #"{"concurrency": 1, "requestsPerMinute": 2}"#)), till: till) { bench in
      bench.access.put("chat", at: server.port)
      async let first = Caller.ask(bench.port, ask())
      try await until { bench.gate.inUse == 1 }
      let second = try await Caller.ask(bench.port, ask())
      #expect(second.status == 429 && second.body.contains("concurrency of 'one' is 1"), "\(second.body)")
      release.finish()
      #expect(try await first.status == 200)
      // What was refused has consumed nothing.
      let third = try await Caller.ask(bench.port, ask("", "/v1/messages"))
      #expect(third.status == 502 && bench.gate.inUse == 0)
    }
    await server.stop()
  }
}
