import DroverCLI
import DroverCore
import Testing

@Suite struct MeasureTests {
  private func metrics(_ speed: Double) -> FieldValue {
    ModelMetrics(
      averageLatency: 812.4, timeToFirstToken: 92.25, tokensPerSecond: speed, totalInferences: 10, successRate: 0.9,
      lastBenchmarked: Timestamp(rfc3339: "2026-11-20T09:07:04Z"), memoryUsage: 10_800.5
    ).fieldValue
  }

  private func sent(_ session: Session) -> [String] {
    session.fleet.requests.filter { $0.target.hasPrefix("/api/v1/models/") }.map {
      "\($0.method) \($0.target) \(String(decoding: $0.body ?? [], as: UTF8.self))"
    }
  }

  @Test func `profiles a model and prints what it found`() async throws {
    let session = try Session()
    session.fleet.modelReplies["POST profile"] = .object(["success": .bool(true), "metrics": metrics(41.23)])
    #expect(await session.run("profile", "llama-3-8b", "--count", "10") == 0)
    #expect(
      session.output
        == "model/llama-3-8b: 41.2 tok/s, 92.3 ms to the first token, 812 ms a request, 90 % of 10 answered, 10801 MB\n"
    )
    #expect(await session.run("profile", "local:llama-3.1-8b-instruct") == 0)
    #expect(
      sent(session) == [
        #"POST /api/v1/models/llama-3-8b/profile {"testCount":10}"#, "POST /api/v1/models/llama-3-8b/profile {}",
      ])
  }

  @Test func `lists the profiles that are kept`() async throws {
    let session = try Session()
    let times = [("2026-11-20T09:07:04.000Z", "Interval", 41.23), ("2026-11-20T08:12:04.000Z", "Requested", 0.5)]
    let profiles = times.map { time, cause, speed in
      FieldValue.object([
        "at": .string(time), "cause": .string(cause), "concurrency": .integer(1), "metrics": metrics(speed),
      ])
    }
    session.fleet.modelReplies["GET profiles"] = .object(["profiles": .array(profiles)])
    #expect(await session.run("profile", "llama-3-8b", "--history") == 0)
    #expect(
      session.output == """
        AGE   CAUSE       REQUESTS   OK    TOK/S   FIRST-TOKEN   LATENCY   MEMORY
        5m    Interval    10         90%   41.2    92.3ms        812ms     10801MB
        60m   Requested   10         90%   0.5     92.3ms        812ms     10801MB

        """)
  }

  @Test func `probes a model, and spends nothing unless it is told to`() async throws {
    let session = try Session()
    session.fleet.modelReplies["POST capabilities"] = .object([
      "sources": .object(["chat_completion": .string("Probe"), "json_mode": .string("Declared")])
    ])
    #expect(await session.run("probe", "llama-3-8b") == 0)
    #expect(session.output == "CAPABILITY        SOURCE\nchat_completion   Probe\njson_mode         Declared\n")
    #expect(await session.run("probe", "llama-3-8b", "--allow-cost") == 0)
    #expect(
      sent(session) == [
        #"POST /api/v1/models/llama-3-8b/capabilities {"probe":true}"#,
        #"POST /api/v1/models/llama-3-8b/capabilities {"probe":true,"allowCost":true}"#,
      ])
  }

  @Test(arguments: [
    (["profile", "llama-3-8b", "--count", "0"], "error: --count must be from 1 to 1000"),
    (["profile", "llama-3-8b", "--history", "--count", "2"], "error: --history excludes --count"),
    (["profile", "llama-3-8"], "error: model 'llama-3-8' not found; did you mean 'llama-3-8b'?"),
    (["probe", "llama-3-8b"], "error: not loaded"),
  ])
  func `says what is wrong`(arguments: [String], message: String) async throws {
    let session = try Session()
    #expect(await session.transcript(arguments).contains(message))
  }

  @Test func `shows the speed of models, and all of it in describe`() async throws {
    let session = try Session()
    session.fleet.setStatus("nomic-embed", "performance", metrics(1234.5))
    #expect(
      await session.run("get", "model", "nomic-embed", "-o", "custom-columns=S:.status.performance.tokensPerSecond")
        == 0)
    #expect(session.output.contains("1234.5"))
    #expect(await session.run("get", "model", "nomic-embed") == 0)
    #expect(session.output.contains(" 1235 "))
    #expect(await session.run("describe", "model", "nomic-embed") == 0)
    #expect(
      session.output.contains(
        "Performance:  1235 tok/s, 92.3 ms to the first token, 812 ms a request, 90 % of 10 answered, 10801 MB, "
          + "profiled 5m ago\n"))
  }
}
