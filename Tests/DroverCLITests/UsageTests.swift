import DroverCLI
import DroverCore
import Testing

/// S15.1.3
@Suite struct UsageTests {
  /// Requests, failed and estimated ones, input, tokens read from and written to caches, output, cost.
  private static func item(
    _ group: [(String, String)], _ counts: [Int64], _ cost: String, currency: String = "USD"
  ) -> FieldValue {
    let names = [
      "requests", "failed", "estimated", "inputTokens", "cacheReadTokens", "cacheWriteTokens", "outputTokens",
    ]
    return .map(
      group.map { FieldEntry($0.0, .string($0.1)) } + zip(names, counts).map { FieldEntry($0, .integer($1)) }
        + [FieldEntry("cost", .decimal(cost)), FieldEntry("currency", .string(currency))])
  }

  private static let models: [FieldValue] = [
    item(
      [("model", "claude:claude-haiku-4-5"), ("name", "claude-haiku-4-5")],
      [3120, 4, 0, 1_810_000, 2_600_000, 200_000, 380_000], "4.22"),
    item([("model", "local:idle"), ("name", "idle")], [0, 0, 0, 0, 0, 0, 0], "0"),
    item(
      [("model", "local:llama-3.1-8b"), ("name", "llama-3-8b")],
      [247_380, 118, 0, 161_000_000, 88_400_000, 0, 39_700_000], "0"),
    item(
      [("model", "local:nomic"), ("name", "nomic-embed")], [1_840_512, 3, 0, 412_000_000, 0, 0, 0], "0"),
    item([("model", "local:qwen3"), ("name", "qwen3-14b")], [5210, 7, 0, 4_200_000, 1_100_000, 0, 1_300_000], "0"),
    item([("model", "openai:gpt-5-mini"), ("name", "gpt-5-mini")], [902, 0, 0, 610_000, 0, 0, 130_000], "0.41"),
    item(
      [("model", "openai:gpt-5.4-mini"), ("name", "gpt-5.4-mini")],
      [27410, 61, 12, 19_100_000, 8_200_000, 0, 4_100_000], "33.39"),
  ]

  private func session(_ items: [FieldValue]) throws -> Session {
    let session = try Session()
    session.fleet.usage = .object(["items": .array(items)])
    return session
  }

  @Test(arguments: [
    ("usage", ["usage"]), ("usage-by-model", ["usage", "--since", "month", "--by", "model"]),
    ("usage-json", ["usage", "--by", "model", "-o", "json"]),
    ("usage-csv", ["usage", "--by", "model", "-o", "csv"]),
  ])
  func `prints usage as the mockups do`(name: String, arguments: [String]) async throws {
    let session = try session(Self.models)
    try Goldens.expect(await session.transcript(arguments), name)
    #expect(
      session.fleet.requests.last?.target == "/api/v1/usage?by=model&since=2026-10-31T23:00:00Z")
  }

  @Test func `days begin in the time zone of the Fleet, and stand in their order`() async throws {
    let hours = [
      ("2026-11-19T22:00:00Z", "2"), ("2026-11-19T23:00:00Z", "4"), ("2026-11-20T08:00:00Z", "1"),
    ]
    let session = try session(hours.map { Self.item([("start", $0.0)], [1, 0, 0, 5, 0, 0, 5], $0.1) })
    await session.run("usage", "--by", "day", "--since", "2026-11-19", "--access-key", "team a")
    #expect(
      session.output == """
        2026-11-19T00:00:00+01:00 to now, access key team a
        DAY          REQUESTS   FAILED   ESTIMATED   INPUT   CACHE-READ   CACHE-WRITE   OUTPUT   COST(USD)   SHARE
        2026-11-19   1          0        0           5       0            0             5        2.00        29%
        2026-11-20   2          0        0           10      0            0             10       5.00        71%
        total        3          0        0           15      0            0             15       7.00        100%

        """)
    #expect(
      session.fleet.requests.last?.target
        == "/api/v1/usage?by=hour&since=2026-11-18T23:00:00Z&accessKey=team%20a")
  }

  @Test func `what was paid in several currencies has a column of each, and no share`() async throws {
    let session = try session([
      Self.item([("key", "team-a")], [2, 0, 0, 5, 0, 0, 5], "2.005"),
      Self.item([("key", "team-a")], [1, 1, 0, 5, 0, 0, 5], "0.5", currency: "EUR"),
      Self.item([], [1, 0, 0, 5, 0, 0, 5], "0", currency: "USD"),
    ])
    await session.run("usage", "--by", "key", "--since", "all")
    #expect(
      session.output == """
        all time, all access keys
        KEY      REQUESTS   FAILED   ESTIMATED   INPUT   CACHE-READ   CACHE-WRITE   OUTPUT   COST(EUR)   COST(USD)
        team-a   3          1        0           10      0            0             10       0.50        2.01
        <none>   1          0        0           5       0            0             5        0.00        0.00
        total    4          1        0           15      0            0             15       0.50        2.01

        """)
    #expect(session.fleet.requests.last?.target == "/api/v1/usage?by=key")
  }

  @Test(arguments: [
    ("7d", "2026-11-13T09:00:00Z"), ("day", "2026-11-19T23:00:00Z"), ("week", "2026-11-15T23:00:00Z"),
    ("hour", "2026-11-20T09:00:00Z"), ("2026-10-01", "2026-09-30T22:00:00Z"),
    ("2026-10-01T10:20:00+02:00", "2026-10-01T08:00:00Z"),
  ])
  func `since is what people say`(word: String, instant: String) async throws {
    let session = try session([])
    #expect(await session.run("usage", "--since", word) == 0)
    #expect(session.fleet.requests.last?.target == "/api/v1/usage?by=model&since=" + instant)
  }

  @Test func `nothing, a time that is none and a ledger that is closed are told`() async throws {
    let session = try session([])
    #expect(await session.run("usage", "--by", "route") == 0)
    #expect(session.errors == "No usage found.\n")
    await session.run("usage")
    #expect(session.output.hasSuffix("Total cost:      0.00\nInput tokens:    0\nOutput tokens:   0\n"))
    #expect(await session.run("usage", "--since", "yesterday") == 1)
    #expect(session.errors.hasPrefix("error: --since 'yesterday' is no time; expected month, week"))
    session.fleet.usage = nil
    #expect(await session.run("usage") == 1)
    #expect(session.errors == "error: the ledger is closed\n")
  }
}
