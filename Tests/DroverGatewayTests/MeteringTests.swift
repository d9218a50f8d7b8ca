import DroverCore
import DroverTestKit
import Synchronization
import Testing

private let hello = #"{"model":"chat","stream":true,"messages":[{"role":"user","content":"Hi"}],"max_tokens":100}"#

private func fleet(_ provider: String = "{}", type: String = "vllm", budget: String? = nil) throws -> DesiredFleet {
  let spec =
    #"{"cost": {"inputTokens": "1", "outputTokens": "1", "cacheReadTokens": "0.5"}, "maxTokens": 1000, "contextWindow": 4000}"#
  return Desired.fleet(
    [
      Desired.provider("local", type: type, try JSONReader.read(provider)),
      Desired.model("chat", try JSONReader.read(spec)),
    ] + (try budget.map { [(.budget, "team", try JSONReader.read($0))] } ?? []))
}

private func chunk(_ text: String) -> String {
  #"data: {"choices":[{"index":0,"delta":{"content":"\#(text)"}}],"usage":null}"# + "\n\n"
}

private let end = #"data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":null}"# + "\n\n"
private let usage =
  #"data: {"choices":[],"usage":{"prompt_tokens":20,"completion_tokens":7,"prompt_tokens_details":{"cached_tokens":4}}}"#
  + "\n\n"
private let done = "data: [DONE]\n\n"

private final class Bodies: Sendable {
  private let stored = Mutex<[String]>([])

  func add(_ request: FakeHTTPServer.Request) {
    stored.withLock { $0.append(String(decoding: request.body, as: UTF8.self)) }
  }

  var all: [String] { stored.withLock { $0 } }
}

private func stream(_ events: String...) -> FakeHTTPServer.Answer {
  let (stream, more) = AsyncStream.makeStream(of: String.self)
  for event in events { more.yield(event) }
  more.finish()
  return .events(stream)
}

@Suite struct MeteringTests {
  @Test func `a stream is asked for its usage, and a client that did not ask does not see it`() async throws {
    let bodies = Bodies()
    let server = try await FakeHTTPServer.start { request in
      bodies.add(request)
      return stream(chunk("a"), ": keep-alive\n\n", chunk("b"), end, usage, done)
    }
    let till = try Till()
    try await Bench.run(try fleet(), till: till) { bench in
      bench.access.put("chat", at: server.port)
      let reply = try await Caller.ask(bench.port, post("/v1/chat/completions", hello))
      #expect(reply.body == chunk("a") + ": keep-alive\n\n" + chunk("b") + end + done)
      let asking = hello.replacing(#""stream":true"#, with: #""stream":true,"stream_options":{"include_usage":true}"#)
      let told = try await Caller.ask(bench.port, post("/v1/chat/completions", asking))
      #expect(told.body == chunk("a") + ": keep-alive\n\n" + chunk("b") + end + usage + done)
      let rows = try await till.rows()
      #expect(rows.count == 2)
      for row in rows {
        #expect(row.settlement.tokens == TokenCounts(input: 16, cacheRead: 4, output: 7))
        #expect(row.settlement.cost == Money("0.025") && row.settlement.outcome == .ok && row.settlement.flags == [])
        #expect(row.settlement.timeToFirstToken != nil)
      }
    }
    #expect(bodies.all.first?.contains(#""stream_options":{"include_usage":true}"#) == true)
    #expect(
      bodies.all.last
        == hello.replacing("chat", with: "up-chat").replacing(
          #""stream":true"#, with: #""stream":true,"stream_options":{"include_usage":true}"#))
    await server.stop()
  }

  @Test func `options of a stream stay when usage is asked for beside them`() async throws {
    let bodies = Bodies()
    let server = try await FakeHTTPServer.start { request in
      bodies.add(request)
      return stream(chunk("a"), end, usage, done)
    }
    try await Bench.run(try fleet()) { bench in
      bench.access.put("chat", at: server.port)
      for options in [#"{"x":1}"#, #"{}"#, #"{"include_usage":false,"x":1}"#, "null"] {
        let body = hello.replacing(#""stream":true"#, with: #""stream":true,"stream_options":\#(options)"#)
        let reply = try await Caller.ask(bench.port, post("/v1/chat/completions", body))
        #expect(reply.body == chunk("a") + end + done)
      }
    }
    let sent = bodies.all.map { body in
      #expect((try? JSONReader.read(body)) != nil, "\(body)")
      return (try? JSONReader.read(body))?["stream_options"]
    }
    #expect(
      sent == [
        try JSONReader.read(#"{"include_usage":true,"x":1}"#), try JSONReader.read(#"{"include_usage":true}"#),
        try JSONReader.read(#"{"include_usage":true,"x":1}"#), try JSONReader.read(#"{"include_usage":true}"#),
      ])
    await server.stop()
  }

  @Test func `usage that nobody reports is counted and marked, and an explicit zero stays zero`() async throws {
    let server = try await FakeHTTPServer.start { request in
      let isZero = String(decoding: request.body, as: UTF8.self).contains("zero")
      let usage = isZero ? #","usage":{"prompt_tokens":0,"completion_tokens":0}"# : ""
      let body = #"{"choices":[{"message":{"content":"eight letters"},"finish_reason":"stop"}]\#(usage)}"#
      return .reply(body: Array(body.utf8))
    }
    let till = try Till()
    try await Bench.run(try fleet(type: "custom", budget: #"{"amount": "100"}"#), till: till) { bench in
      bench.access.put("chat", at: server.port)
      for user in ["some", "zero"] {
        let body = #"{"model":"chat","max_tokens":9,"user":"\#(user)","messages":[]}"#
        #expect(try await Caller.ask(bench.port, post("/v1/chat/completions", body)).status == 200)
      }
      let rows = try await till.rows().sorted { $0.settlement.cost < $1.settlement.cost }
      #expect(rows.map(\.settlement.flags) == [[], .estimated])
      #expect(rows.first?.settlement.cost == .zero && rows.last?.settlement.tokens.output == 4)
    }
    await server.stop()
  }

  @Test func `under a budget a reply is read to its end although its client is gone`() async throws {
    let (events, more) = AsyncStream.makeStream(of: String.self)
    let server = try await FakeHTTPServer.start { _ in .events(events) }
    let till = try Till()
    try await Bench.run(try fleet(budget: #"{"amount": "1"}"#), till: till) { bench in
      bench.access.put("chat", at: server.port)
      more.yield(chunk("a"))
      try await Caller(port: bench.port).abandon(post("/v1/chat/completions", hello)) { $0.contains("data:") }
      more.yield(chunk("b"))
      more.yield(usage)
      more.yield(done)
      more.finish()
      try await until { bench.gate.inUse == 0 }
      let rows = try await till.rows()
      #expect(rows.map(\.settlement.cost) == [Money("0.025")])
      #expect(till.balance("team") == "0.025 0 0.975")
    }
    await server.stop()
  }

  @Test(arguments: [true, false])
  func `a stream that breaks off is charged at its hold under a budget, else for what came`(
    isBudgeted: Bool
  ) async throws {
    let server = try await FakeHTTPServer.start { _ in stream(chunk("a"), chunk("b")) }
    let till = try Till()
    try await Bench.run(try fleet(budget: isBudgeted ? #"{"amount": "10"}"# : nil), till: till) { bench in
      bench.access.put("chat", at: server.port)
      let reply = try await Caller.ask(bench.port, post("/v1/chat/completions", hello))
      #expect(!reply.isWhole)
      try await until { bench.gate.inUse == 0 }
      let row = try #require(try await till.rows().first)
      #expect(row.settlement.outcome == .cut && row.settlement.flags == .estimated)
      #expect(row.settlement.tokens.output == 2)
      if isBudgeted {
        #expect(row.settlement.cost == row.hold.worstCost && row.hold.worstCost > Money("0.1") ?? .zero)
      } else {
        #expect(row.settlement.cost == Money(picos: Int128(row.settlement.tokens.billable) * 1_000_000_000))
      }
    }
    await server.stop()
  }

  @Test func `the usage of Anthropic's messages is read from both ends of a stream`() async throws {
    let events = [
      #"event: message_start"# + "\n"
        + #"data: {"type":"message_start","message":{"usage":{"input_tokens":30,"cache_read_input_tokens":10,"output_tokens":1}}}"#,
      #"event: content_block_delta"# + "\n"
        + #"data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi"}}"#,
      #"event: message_delta"# + "\n"
        + #"data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":5}}"#,
      #"event: message_stop"# + "\n" + #"data: {"type":"message_stop"}"#,
    ].map { $0 + "\n\n" }
    let server = try await FakeHTTPServer.start { _ in stream(events.joined()) }
    let till = try Till()
    try await Bench.run(try fleet(type: "claude", budget: #"{"amount": "10"}"#), till: till) { bench in
      bench.access.put("chat", at: server.port)
      let reply = try await Caller.ask(bench.port, post("/v1/messages", hello))
      #expect(reply.body == events.joined())
      let row = try #require(try await till.rows().first)
      #expect(row.settlement.tokens == TokenCounts(input: 30, cacheRead: 10, output: 5))
      #expect(row.settlement.cost == Money("0.04") && row.settlement.outcome == .ok)
    }
    await server.stop()
  }
}
