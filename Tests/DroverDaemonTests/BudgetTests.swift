import Dispatch
import DroverCore
import DroverTestKit
import Glibc
import Synchronization
import Testing

extension EndToEnd {
  @Suite struct Budgets {
    private func ask(_ port: Int, tokens: Int, stream: Bool = false) -> PlainHTTP.Reply? {
      PlainHTTP.send(
        "POST", port: port, "/v1/chat/completions", headers: ["Content-Type": "application/json"],
        body: #"{"model": "chat", "max_tokens": \#(tokens), "stream": \#(stream), "messages": "#
          + #"[{"role": "user", "content": "Hi"}]}"#)
    }

    private func policy(_ kind: String, _ name: String, _ spec: String) -> String {
      "apiVersion: drover.dev/v1alpha1\nkind: \(kind)\nmetadata: {name: \(name)}\nspec: \(spec)\n"
    }

    private func figure(_ station: Station, _ object: String, _ path: String...) -> FieldValue? {
      (try? station.statusFile(object))?[path: ["status"] + path]
    }

    @Test func `a budget over the genuine engine is spent to its cap, and a kill and a restart keep it`() async throws {
      let station = try Station()
      try station.edit("local.yaml", station.provider())
      let model = station.model("chat", context: 1024)
      try station.edit("chat.yaml", model + "  cost: {inputTokens: 0, outputTokens: 1}\n")
      try station.edit("budget.yaml", policy("Budget", "team", #"{amount: "0.10", alertAtPercent: [50]}"#))
      // Without a gateway nobody is held to anything, and nobody is told otherwise.
      try station.start()
      try await station.until {
        station.condition("budget/team") == "False NotEnforced" && station.isReady("model/chat")
      }
      try await station.end()
      let port = TestPorts.take().lowerBound
      try station.start(["--gateway", "127.0.0.1:\(port)"])
      try await station.until { station.isReady("model/chat") && station.isReady("budget/team") }
      var output: Int64 = 0
      var refusal: PlainHTTP.Reply?
      for _ in 0..<100 {
        guard let reply = ask(port, tokens: 20), reply.status == 200 else {
          refusal = ask(port, tokens: 20)
          break
        }
        output += reply.json?[path: ["usage", "completion_tokens"]]?.integer ?? 1_000_000
      }
      // At least 64 tokens, or what was asked for, must be left; what less was left is not sent.
      #expect(output > 80 && output <= 100)
      #expect(refusal?.status == 429 && refusal?.body.contains("budget 'team' has ") == true, "\(refusal?.body ?? "")")
      let spent = Money(picos: Int128(output) * 1_000_000_000).description
      try await station.until { figure(station, "budget/team", "spent") == .string(spent) }
      #expect(figure(station, "budget/team", "held") == .string("0"))
      try await station.until { station.events.contains { $0["type"]?.string == "budget-threshold" } }
      try await station.end(SIGKILL)
      try station.start(["--gateway", "127.0.0.1:\(port)"])
      try await station.until {
        figure(station, "budget/team", "spent") == .string(spent) && station.isReady("model/chat")
      }
      try await station.until { ask(port, tokens: 20)?.status == 429 }
      // More money is there at once, and what was spent stays spent.
      try station.edit("budget.yaml", policy("Budget", "team", #"{amount: "1.10", alertAtPercent: [50]}"#))
      try await station.until { ask(port, tokens: 1)?.status == 200 }
      try station.edit("limit.yaml", policy("RateLimit", "few", "{requestsPerMinute: 2}"))
      try await station.until {
        ask(port, tokens: 1)?.body.contains("Rate limit exceeded: requestsPerMinute of 'few' is 2") == true
      }
      try await station.until { figure(station, "ratelimit/few", "use", "requestsPerMinute") == .integer(2) }
      try await station.end(SIGINT)
    }

    /// What a provider would bill: all that it has answered.
    private final class Provider: Sendable {
      private let state = Mutex((billed: Int64(0), requests: 0))

      var billed: Int64 { state.withLock(\.billed) }
      var requests: Int { state.withLock(\.requests) }

      func answer(_ request: FakeHTTPServer.Request) -> FakeHTTPServer.Answer {
        guard request.path.hasSuffix("/chat/completions") else {
          return .reply(body: Array(#"{"object":"list","data":[{"id":"chat","object":"model"}]}"#.utf8))
        }
        let number = state.withLock { state in
          state.requests += 1
          state.billed += 10
          return state.requests
        }
        let reply =
          #"{"choices":[{"index":0,"message":{"content":"Hi"},"finish_reason":"stop"}],"#
          + #""usage":{"prompt_tokens":3,"completion_tokens":10}}"#
        let answer = FakeHTTPServer.Answer.reply(body: Array(reply.utf8))
        return number % 4 == 0 ? .late(.milliseconds(20), answer) : answer
      }
    }

    /// Asks as fast as answers come until there are none, on a thread of its own; tells how many were whole.
    private func load(_ port: Int) async -> Int64 {
      await withCheckedContinuation { continuation in
        DispatchQueue(label: "load").async {
          var count: Int64 = 0
          while ask(port, tokens: 10)?.status == 200 { count += 1 }
          continuation.resume(returning: count)
        }
      }
    }

    @Test func `killed under load, droverd never forgets what is billed nor spends more than there is`() async throws {
      let provider = Provider()
      let server = try await FakeHTTPServer.start { provider.answer($0) }
      let station = try Station()
      try station.edit(
        "all.yaml",
        """
        apiVersion: drover.dev/v1alpha1
        kind: Provider
        metadata: {name: remote}
        spec: {type: custom, baseURL: "\(server.baseURL)/v1"}
        ---
        apiVersion: drover.dev/v1alpha1
        kind: Model
        metadata: {name: chat}
        spec:
          provider: remote
          warmup: false  # What droverd asks by itself is counted by nobody.
          cost: {inputTokens: 0, outputTokens: 1}
          contextWindow: 4000
          maxTokens: 100

        """)
      try station.edit("budget.yaml", policy("Budget", "team", #"{amount: "1000", clamp: {mode: Never}}"#))
      var answered: Int64 = 0
      let lives = Equipment.isSoaking ? 100 : 10
      for life in 1...lives {
        let port = TestPorts.take().lowerBound
        try station.start(["--gateway", "127.0.0.1:\(port)"])
        try await station.until { ask(port, tokens: 10)?.status == 200 }
        answered += 1
        let before = provider.requests
        answered += try await withThrowingTaskGroup(of: Int64.self) { group in
          for _ in 0..<4 {
            group.addTask { await load(port) }
          }
          let start = ContinuousClock.now
          while provider.requests < before + life * 7 % 60 + 5, ContinuousClock.now - start < .seconds(60) {
            try await Task.sleep(for: .milliseconds(1))
          }
          try await station.end(SIGKILL)
          return try await group.reduce(0, +)
        }
      }
      let port = TestPorts.take().lowerBound
      try station.start(["--gateway", "127.0.0.1:\(port)"])
      // Asked of the new one: the file may still be what the killed one wrote.
      var status: FieldValue?
      try await station.until {
        status = station.object("budget/team")?["status"]
        let conditions = status?["conditions"]?.list?.map(\.value) ?? []
        return conditions.contains { $0["type"]?.string == "Ready" && $0["status"]?.string == "True" }
      }
      let spent = try #require(status?["spent"]?.string.flatMap { Money($0) })
      let held = status?["held"]?.string
      let tokens = Int64(spent.picos / 1_000_000_000)
      #expect(held == "0" && provider.requests > lives * 5)
      #expect(provider.billed <= tokens, "billed \(provider.billed), spent \(tokens)")
      #expect(answered * 10 <= tokens, "answered \(answered), spent \(tokens)")
      // Beyond what was billed only what was in flight at a kill can be charged: one request of each connection.
      #expect(tokens <= provider.billed + Int64(lives) * 4 * 10, "billed \(provider.billed), spent \(tokens)")
      try await station.end()
      await server.stop()
    }
  }
}
