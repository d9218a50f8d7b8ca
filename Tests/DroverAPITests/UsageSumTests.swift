import DroverCore
import Synchronization
import Testing

@testable import DroverAPI

@Suite(.timeLimit(.minutes(15))) struct UsageSumTests {
  private let control = FakeControl()
  private let usage = FakeUsage()

  init() {
    control.put(provider: "openai", type: "openai")
    control.put(provider: "local", type: "llama.cpp")
    control.put(model: "gpt-4", spec: .object(["provider": .string("openai"), "modelID": .string("gpt-4-turbo")]))
    usage.state.withLock { state in
      for (model, key, cost, currency) in [
        ("openai:gpt-4-turbo", "team-a", 2, "USD"), ("openai:gpt-4-turbo", "team-b", 3, "USD"),
        ("openai:gone", "team-a", 4, "USD"), ("local:llama", nil, 1, "EUR"),
      ] {
        state.reports.append(
          UsageReport(
            model: model, purpose: .inference, accessKey: key, tokens: TokenCounts(input: 5, cacheRead: 2, output: 3),
            succeeded: true, cost: Money(units: Int64(cost)), currency: currency))
      }
    }
  }

  private func items(_ question: String) async throws -> [FieldValue] {
    var found: [FieldValue] = []
    try await TestServer.run(control, usage: usage.access) { server in
      let reply = try await server.client().get("/api/v1/usage" + question)
      #expect(reply.status == 200, "\(reply.text)")
      found = (try reply.json()["items"]?.list ?? []).map(\.value)
    }
    return found
  }

  @Test func `sums by model stand under key and name, and never mix currencies`() async throws {
    let items = try await items("?by=model")
    #expect(items.map { $0["model"]?.string } == ["local:llama", "openai:gone", "openai:gpt-4-turbo"])
    #expect(items.map { $0["name"]?.string } == [nil, nil, "gpt-4"])
    #expect(items.map { $0["cost"] } == [.integer(1), .integer(4), .integer(5)])
    #expect(items.map { $0["currency"]?.string } == ["EUR", "USD", "USD"])
    #expect(items[2]["requests"] == .integer(2) && items[2]["cacheReadTokens"] == .integer(4))
  }

  @Test(arguments: [
    ("?by=provider", ["local", "openai"], "provider"), ("?by=key&model=gpt-4", ["team-a", "team-b"], "key"),
    ("?by=key,model&accessKey=team-b", ["team-b"], "key"), ("?by=model&provider=llama.cpp", ["local:llama"], "model"),
    ("?by=day&model=openai:gone", ["2027-01-15T00:00:00Z"], "start"),
    ("?by=purpose&provider=local", ["inference"], "purpose"),
    ("?by=model&model=nothing", [], "model"),
  ])
  func `tells apart and leaves out what is asked for`(
    question: String, expected: [String], field: String
  ) async throws {
    #expect(try await items(question).compactMap { $0[field]?.string } == expected)
  }

  @Test func `asks for whole hours`() async throws {
    _ = try await items("?since=2027-01-15T07:30:00Z&until=2027-01-15T09:00:00%2B01:00")
    let asked = usage.state.withLock { $0.query }
    let query = try #require(asked)
    #expect(query.from == Timestamp(rfc3339: "2027-01-15T07:30:00Z"))
    #expect(query.to == Timestamp(rfc3339: "2027-01-15T08:00:00Z"))
  }

  @Test(arguments: ["?by=colour", "?by=", "?by=model,,day", "?since=yesterday", "?until=1", "?bye=model"])
  func `refuses a question that is none`(question: String) async throws {
    try await TestServer.run(control, usage: usage.access) { server in
      let reply = try await server.client().get("/api/v1/usage" + question)
      #expect(reply.status == 400)
    }
  }
}
