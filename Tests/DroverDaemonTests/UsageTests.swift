import DroverCore
import DroverSystem
import DroverTestKit
import Glibc
import Synchronization
import Testing

extension EndToEnd {
  @Suite struct Usage {
    private static let provider = """
      apiVersion: drover.dev/v1alpha1
      kind: Provider
      metadata: {name: openai}
      spec: {type: openai, baseURL: "http://127.0.0.1:9", discovery: {enabled: false}}

      """
    private static let model = """
      apiVersion: drover.dev/v1alpha1
      kind: Model
      metadata: {name: gpt-4}
      spec: {provider: openai, cost: {inputTokens: "0.01", outputTokens: "0.03"}}

      """
    private static let path = "/api/v1/models/openai:gpt-4/usage"

    private func station() throws -> Station {
      let station = try Station()
      try station.edit("provider.yaml", Self.provider)
      try station.edit("model.yaml", Self.model)
      return station
    }

    private func started(_ station: Station, _ environment: [String] = []) async throws {
      try station.start(environment: environment)
      try await station.until {
        station.get("/readyz")?.status == 200 && station.get("/api/v1/models/openai:gpt-4")?.status == 200
      }
    }

    private func record(_ station: Station, _ count: Int = 1) -> Int {
      (0..<count).count { _ in
        PlainHTTP.send(
          "POST", port: station.port, Self.path, body: #"{"inputTokens":2000,"outputTokens":1000}"#)?.status == 200
      }
    }

    private func statistics(_ station: Station) -> FieldValue? { station.get(Self.path)?.json?["usageStats"] }

    /// S8.1.2, S5.1.3, S5.1.5, S15.1.3
    @Test func `what was recorded survives a kill exactly, is reset, and is in order`() async throws {
      let station = try station()
      try await started(station)
      #expect(record(station, 40) == 40)
      try await station.end(SIGKILL)
      try await started(station)
      #expect(record(station) == 1)
      try await station.until { statistics(station)?["requestCount"] == .integer(41) }
      let known = try #require(statistics(station))
      #expect(known["totalCost"] == .decimal("2.05") && known["totalInputTokens"] == .integer(82_000))
      let summary = try await station.drover("usage")
      #expect(
        summary.status == 0 && summary.output.contains("Total cost:      2.05 USD\nInput tokens:    82,000\n"),
        "\(summary.output)\(summary.errors)")
      let table = try await station.drover("usage", "--by", "model", "-o", "csv", "--since", "all")
      #expect(
        table.output
          == "model,requests,failed,estimated,inputTokens,cacheReadTokens,cacheWriteTokens,outputTokens,cost,currency\n"
          + "gpt-4,41,0,0,82000,0,0,41000,2.05,USD\n")
      #expect(PlainHTTP.send("DELETE", port: station.port, Self.path)?.status == 200)
      #expect(statistics(station)?["requestCount"] == .integer(0))
      try await station.until { station.events.contains { $0["type"]?.string == "usage-reset" } }
      // Sums are no statistics: they stay.
      let after = try await station.drover("usage", "--since", "all")
      #expect(after.output.contains("2.05 USD"))
      let doctor = try await station.drover("doctor")
      #expect(
        doctor.status == 0 && doctor.output.contains("41 rows, every sum is that of its rows"), "\(doctor.output)")
    }

    @Test func `a ledger that was tampered with is found by the doctor`() async throws {
      let station = try station()
      try await started(station)
      #expect(record(station, 3) == 3)
      try await station.until { statistics(station)?["requestCount"] == .integer(3) }
      try await station.end()
      // The last page of the file, where rows lie.
      let path = station.state + "/ledger.sqlite"
      let size = try FileStat(path).size
      let file = open(path, O_WRONLY)
      let noise = [UInt8](repeating: 0x5A, count: 512)
      for offset in stride(from: 4096 * 2, to: Int(size), by: 4096) {
        #expect(pwrite(file, noise, noise.count, offset) == noise.count)
      }
      close(file)
      try await started(station)
      let doctor = try await station.drover("doctor")
      #expect(doctor.status == 1 && doctor.output.contains("FAIL   ledger"), "\(doctor.output)\(doctor.errors)")
      // Nobody waits for a ledger that cannot be read.
      #expect(station.get(Self.path)?.status == 503)
    }

    /// S13.1.11, S13.1.14, S20.1.9
    @Test func `a receiver is told of what it asked for, signed, although it failed at first`() async throws {
      let received = Received()
      let server = try await FakeHTTPServer.start { request in
        .reply(status: received.take(request) ? 500 : 200, body: [])
      }
      let station = try station()
      try station.put(
        "host.yaml",
        Command.text(of: station.folder + "/host.yaml") + "secrets: {hook: {env: HOOK, hosts: [127.0.0.1]}}\n",
        mode: 0o600)
      try station.edit(
        "fleet.yaml",
        """
        apiVersion: drover.dev/v1alpha1
        kind: Fleet
        metadata: {name: fleet}
        spec:
          webhooks:
          - {url: "\(server.baseURL)/hook", events: [usage-recorded, model-registered], secret: hook}

        """)
      try await started(station, ["HOOK=a-shared-secret"])
      try await station.until { received.names.contains("model-registered") }
      // Who wants usage is known to the ledger once the Fleet is read.
      try await station.until { record(station) == 1 && received.names.contains("usage-recorded") }
      let all = received.requests.withLock { $0 }
      #expect(all[0].headers["webhook-id"] == all[1].headers["webhook-id"])
      #expect(all.allSatisfy { $0.headers["webhook-signature"]?.hasPrefix("v1,") == true && $0.path == "/hook" })
      let usage = all.compactMap { try? JSONReader.read($0.body) }.first { $0["type"]?.string == "usage-recorded" }
      let data = usage?["data"]
      #expect(data?["key"] == .string("openai:gpt-4") && data?["totalCost"] == .decimal("0.05"))
      #expect(data?["inputTokens"] == .integer(2000) && data?["outputTokens"] == .integer(1000))
      #expect(data?["cumulativeCost"] != nil)
      #expect(!station.log.contains("a-shared-secret"))
      await server.stop()
    }
  }
}

/// What came to a receiver.
private final class Received: Sendable {
  let requests = Mutex<[FakeHTTPServer.Request]>([])

  /// Whether it was the first.
  func take(_ request: FakeHTTPServer.Request) -> Bool {
    requests.withLock { requests in
      requests.append(request)
      return requests.count == 1
    }
  }

  var names: Set<String> {
    Set(requests.withLock { $0.dropFirst() }.compactMap { try? JSONReader.read($0.body)["type"]?.string })
  }
}
