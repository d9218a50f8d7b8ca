import DroverCore
import DroverTestKit
import Testing

struct OpenAIDriverTests {
  private func bench(_ entries: [String: FieldValue], model: String = "gpt-5") async throws -> CompatibleBench {
    try await CompatibleBench(
      .init(models: ["gpt-5", "gpt-4", "o3"], dialect: OpenAIFake(entries: entries)), type: .openai, model: model)
  }

  @Test
  func `keeps when a model is shut down`() async throws {
    let bench = try await bench([
      "gpt-5": .object(["shutdown_date": .string("2199-12-11")]), "o3": .object(["shutdown_date": .null]),
    ])
    let instance = try await bench.ready(bench.started())
    let seen = await bench.driver.observe(bench.provider, instances: [instance])
    let end = Timestamp(rfc3339: "2199-12-12T00:00:00Z")
    #expect(seen.provider.models?.entry("gpt-5")?.retiresAt == end)
    #expect(seen.provider.models?.entry("o3")?.retiresAt == nil)
    #expect(seen.instances.map(\.retiresAt) == [end])
    await bench.fake.stop()
  }

  @Test
  func `a model that was shut down is not loaded, listed or not`() async throws {
    let bench = try await bench(["gpt-4": .object(["shutdown_date": .string("2026-01-31")])], model: "gpt-4")
    let error = await #expect(throws: DriverError.self) { try await bench.started() }
    #expect(error?.reason == .modelNotFound)
    #expect(error?.message == "provider 'remote' retired model 'gpt-4' on 2026-02-01; name one that it still serves")
    await bench.fake.stop()
  }

  @Test
  func `S8.1.4 loading costs nothing, and warming up is one short request`() async throws {
    let bench = try await bench([:])
    let instance = try await bench.ready(bench.started())
    #expect(bench.fake.traffic.inferences == 0)
    try await bench.driver.warmUp(instance, target: bench.target)
    #expect(bench.fake.traffic.inferences == 1)
    await bench.fake.stop()
  }

  @Test
  func `a model that spent its few tokens on thinking has answered`() async throws {
    let bench = try await bench([:], model: "o3")
    let instance = try await bench.ready(bench.started())
    bench.fake.update {
      $0.inferenceFault = .refusal(
        400,
        body: """
          {"error": {"message": "Could not finish the message because max_tokens or model output limit was reached.",
          "type": "invalid_request_error", "param": null, "code": null}}
          """)
    }
    try await bench.driver.warmUp(instance, target: bench.target)
    await bench.fake.stop()
  }

  @Test
  func `an account without money is told once, and no other way of asking is tried`() async throws {
    let bench = try await bench([:])
    let instance = try await bench.ready(bench.started())
    bench.fake.update {
      $0.inferenceFault = .refusal(
        429, body: #"{"error": {"message": "Add credit.", "type": "billing", "code": "credit_balance_exhausted"}}"#)
    }
    let error = await #expect(throws: DriverError.self) {
      try await bench.driver.warmUp(instance, target: bench.target)
    }
    #expect(error?.reason == .providerThrottled)
    #expect(
      error?.message.contains("nothing left to spend (status 429, credit_balance_exhausted): Add credit.") == true)
    #expect(bench.fake.traffic.inferences == 1)
    await bench.fake.stop()
  }
}
