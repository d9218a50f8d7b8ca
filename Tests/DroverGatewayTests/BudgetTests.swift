import DroverCore
import DroverTestKit
import Synchronization
import Testing

/// A unit of money for a thousand tokens of either sort.
private let priced = #"{"cost": {"inputTokens": "1", "outputTokens": "1"}, "maxTokens": 1000, "contextWindow": 4000}"#

private func fleet(
  model: String = priced, provider: String = "{}", _ policies: (kind: Kind, name: String, spec: String)...
) throws -> DesiredFleet {
  Desired.fleet(
    [
      Desired.provider("local", type: "custom", try JSONReader.read(provider)),
      Desired.model("chat", try JSONReader.read(model)),
    ] + (try policies.map { ($0.kind, $0.name, try JSONReader.read($0.spec)) }))
}

/// A server that bills: each reply says what it took, of what it was asked for.
private final class Biller: Sendable {
  private let state = Mutex((tokens: Int64(0), bodies: [String]()))

  var tokens: Int64 { state.withLock(\.tokens) }
  var bodies: [String] { state.withLock(\.bodies) }

  /// 10 tokens of prompt, and as many of answer as are allowed, or `output`.
  func answer(_ request: FakeHTTPServer.Request, output: Int64? = nil) -> FakeHTTPServer.Answer {
    let body = String(decoding: request.body, as: UTF8.self)
    let asked = (try? JSONReader.read(body))?["max_tokens"]?.integer ?? 1_000_000
    let count = output.map { min($0, asked) } ?? asked
    state.withLock { state in
      state.tokens += 10 + count
      state.bodies.append(body)
    }
    return .reply(body: Array(Biller.reply(count).utf8))
  }

  static func usage(_ output: Int64) -> String {
    #""usage":{"prompt_tokens":10,"completion_tokens":\#(output),"total_tokens":\#(10 + output)}"#
  }

  static func reply(_ output: Int64) -> String {
    #"{"choices":[{"index":0,"message":{"content":"Hi"},"finish_reason":"stop"}],\#(usage(output))}"#
  }
}

private func money(_ text: String) -> Money { Money(text) ?? .zero }

private func ask(_ more: String = "") -> String {
  post("/v1/chat/completions", #"{"model":"chat","messages":[{"role":"user","content":"Hi"}]\#(more)}"#)
}

@Suite struct BudgetTests {
  @Test func `a budget is spent to its cap and not beyond, and what is refused is told why`() async throws {
    let biller = Biller()
    let server = try await FakeHTTPServer.start { biller.answer($0) }
    let desired = try fleet((.budget, "team", #"{"amount": "1", "alertAtPercent": [50]}"#))
    let till = try Till()
    try await Bench.run(desired, till: till) { bench in
      bench.access.put("chat", at: server.port)
      var served = 0
      var refusal: Caller.Reply?
      while refusal == nil, served < 20 {
        let reply = try await Caller.ask(bench.port, ask(#","max_tokens":100"#))
        if reply.status == 200 { served += 1 } else { refusal = reply }
      }
      // The last one that was served was cut down to what was left.
      let spent = try await till.spent()
      #expect(served >= 7 && spent <= money("1") && spent > money("0.7"))
      #expect(spent == Money(picos: Int128(biller.tokens) * 1_000_000_000))
      #expect(refusal?.status == 429 && refusal?.field("x-should-retry") == "false")
      #expect(refusal?.body.contains("budget 'team' has $\(spent)") == true, "\(refusal?.body ?? "")")
      #expect(till.events.count >= 1)
      #expect(bench.gate.inUse == 0)
    }
    await server.stop()
  }

  @Test func `two hundred at once spend no more than there is, and exactly what fits is let in`() async throws {
    let biller = Biller()
    let (hold, release) = AsyncStream.makeStream(of: Void.self)
    let server = try await FakeHTTPServer.start { .held(hold, biller.answer($0)) }
    let model = #"{"cost": {"outputTokens": "1", "inputTokens": "0"}, "maxTokens": 1000}"#
    let desired = try fleet(model: model, (.budget, "team", #"{"amount": "0.45", "clamp": {"mode": "Never"}}"#))
    let till = try Till()
    try await Bench.run(desired, till: till) { bench in
      bench.access.put("chat", at: server.port)
      let statuses = try await withThrowingTaskGroup(of: Caller.Reply.self) { group in
        for _ in 0..<200 {
          group.addTask { try await Caller.ask(bench.port, ask(#","max_tokens":150"#)) }
        }
        var replies: [Caller.Reply] = []
        for try await reply in group {
          replies.append(reply)
          // All but those that fit are refused while these are held.
          if replies.count == 197 { release.finish() }
        }
        return replies
      }
      #expect(statuses.count { $0.status == 200 } == 3)
      let refused = statuses.filter { $0.status != 200 }
      #expect(refused.allSatisfy { $0.status == 429 && $0.field("retry-after") != nil })
      #expect(refused.contains { $0.body.contains("$0.4500 held") })
      // The reply is there as soon as the journal has it; nothing is held any more.
      #expect(try await till.spent() < money("0.4501"))
      #expect(biller.tokens == 3 * 160)
      #expect(bench.gate.inUse == 0)
    }
    await server.stop()
  }

  @Test func `max_tokens is lowered to what is left, and the reply says so`() async throws {
    let biller = Biller()
    let server = try await FakeHTTPServer.start { biller.answer($0, output: 1) }
    let model = #"{"cost": {"outputTokens": "1", "inputTokens": "0"}, "maxTokens": 1000}"#
    let desired = try fleet(model: model, (.budget, "team", #"{"amount": "0.5"}"#))
    try await Bench.run(desired) { bench in
      bench.access.put("chat", at: server.port)
      let lowered = try await Caller.ask(bench.port, ask(#","max_tokens":900"#))
      #expect(lowered.status == 200 && lowered.field("x-drover-max-tokens") == "500")
      let unset = try await Caller.ask(bench.port, ask())
      #expect(unset.status == 200 && unset.field("x-drover-max-tokens") == "499")
      // The larger of two bounds is what may be billed.
      let both = try await Caller.ask(bench.port, ask(#","max_tokens":1,"max_completion_tokens":900"#))
      #expect(both.status == 200)
      #expect(biller.bodies.map { $0.contains(#""max_tokens":500"#) } == [true, false, false])
      #expect(biller.bodies.last?.contains(#""max_tokens":1,"max_completion_tokens":498"#) == true)
    }
    await server.stop()
  }

  @Test func `what has no price or no bound is refused under a budget, and only there`() async throws {
    let biller = Biller()
    let server = try await FakeHTTPServer.start { biller.answer($0, output: 1) }
    let budget = (kind: Kind.budget, name: "team", spec: #"{"amount": "5"}"#)
    try await Bench.run(try fleet(model: "{}", budget)) { bench in
      bench.access.put("chat", at: server.port)
      let reply = try await Caller.ask(bench.port, ask(#","max_tokens":5"#))
      #expect(reply.status == 400 && reply.body.contains("has no price"), "\(reply.body)")
    }
    try await Bench.run(try fleet(budget)) { bench in
      bench.access.put("chat", at: server.port)
      let reply = try await Caller.ask(bench.port, ask(#","web_search_options":{}"#))
      #expect(reply.status == 400 && reply.body.contains("'web_search_options' has no bound"), "\(reply.body)")
    }
    try await Bench.run(try fleet(model: "{}")) { bench in
      bench.access.put("chat", at: server.port)
      let reply = try await Caller.ask(bench.port, ask(#","web_search_options":{}"#))
      #expect(reply.status == 200)
    }
    await server.stop()
  }

  @Test func `a provider's refusal costs nothing, and a server that cannot be reached does not either`() async throws {
    let server = try await FakeHTTPServer.start { _ in .reply(status: 500, body: Array("{}".utf8)) }
    let till = try Till()
    let desired = try fleet(
      (.budget, "team", #"{"amount": "1"}"#), (.rateLimit, "one", #"{"concurrency": 1, "tokensPerMinute": 5000}"#))
    try await Bench.run(desired, till: till) { bench in
      bench.access.put("chat", at: server.port)
      let failed = try await Caller.ask(bench.port, ask(#","max_tokens":5"#))
      #expect(failed.status == 500)
      await server.stop()
      let unreachable = try await Caller.ask(bench.port, ask(#","max_tokens":5"#))
      #expect(unreachable.status == 502)
      let rows = try await till.rows()
      #expect(rows.map(\.settlement.outcome) == [.error, .error] && rows.allSatisfy { $0.settlement.cost == .zero })
      #expect(Set(rows.map(\.settlement.status)) == [0, 500])
      #expect(till.use("one", "concurrency") == 0)
    }
  }

  @Test func `an answer that never begins is charged at its worst, and a restart keeps what was spent`() async throws {
    let server = try await FakeHTTPServer.start { _ in .close }
    let till = try Till()
    let model = #"{"cost": {"outputTokens": "1", "inputTokens": "0"}, "maxTokens": 1000}"#
    let desired = try fleet(model: model, (.budget, "team", #"{"amount": "1", "clamp": {"mode": "Never"}}"#))
    try await Bench.run(desired, till: till) { bench in
      bench.access.put("chat", at: server.port)
      let reply = try await Caller.ask(bench.port, ask(#","max_tokens":600"#))
      #expect(reply.status == 502)
      let rows = try await till.rows()
      #expect(rows.map(\.settlement.outcome) == [.lost] && rows.first?.settlement.cost == money("0.6"))
    }
    let next = try Till(after: till)
    try await Bench.run(desired, till: next) { bench in
      bench.access.put("chat", at: server.port)
      let reply = try await Caller.ask(bench.port, ask(#","max_tokens":600"#))
      #expect(reply.status == 429 && reply.body.contains("$0.6000 of $1.0000 spent"), "\(reply.body)")
    }
    await server.stop()
  }

  @Test func `without a journal nothing is sent that costs, and the rest is served`() async throws {
    let biller = Biller()
    let server = try await FakeHTTPServer.start { biller.answer($0, output: 1) }
    let till = try Till()
    try await Bench.run(try fleet((.budget, "team", #"{"amount": "1"}"#)), till: till) { bench in
      bench.access.put("chat", at: server.port)
      till.unplug()
      let reply = try await Caller.ask(bench.port, ask(#","max_tokens":5"#))
      #expect(reply.status == 503 && reply.body.contains("ledger_unavailable"), "\(reply.body)")
      #expect(biller.bodies.isEmpty && bench.gate.inUse == 0)
    }
    let free = try Till()
    try await Bench.run(try fleet(), till: free) { bench in
      bench.access.put("chat", at: server.port)
      free.unplug()
      let reply = try await Caller.ask(bench.port, ask(#","max_tokens":5"#))
      #expect(reply.status == 200)
    }
    await server.stop()
  }
}
