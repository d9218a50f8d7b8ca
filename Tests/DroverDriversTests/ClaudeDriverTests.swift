import DroverCore
import DroverTestKit
import Testing

struct ClaudeDriverTests {
  @Test
  func `reads a listing of many pages`() async throws {
    let models = (0..<25).map { "claude-\(1000 + $0)" }
    let bench = try await CompatibleBench(
      .init(models: models, dialect: ClaudeFake(pageLimit: 10)), type: .claude, model: "claude-1024")
    _ = try await bench.ready(bench.started())
    let seen = await bench.driver.observe(bench.provider, instances: [])
    #expect(seen.provider.modelIDs == models)
    #expect(bench.fake.traffic.listings >= 3)
    await bench.fake.stop()
  }

  @Test
  func `knows what a model can do, how much it holds and when it ends`() async throws {
    let entry = FieldValue.object([
      "max_input_tokens": .integer(200_000), "max_tokens": .integer(64_000), "lifecycle": .string("deprecated"),
      "deprecated_at": .string("2026-06-01T00:00:00Z"), "retires_at": .string("2199-01-01T00:00:00Z"),
      "capabilities": .object([
        "image_input": .object(["supported": .bool(true)]), "structured_outputs": .object(["supported": .bool(false)]),
      ]),
    ])
    let bench = try await CompatibleBench(
      .init(models: ["alpha"], dialect: ClaudeFake(entries: ["alpha": entry])), type: .claude)
    let instance = try await bench.ready(bench.started())
    let seen = await bench.driver.observe(bench.provider, instances: [instance])
    let listed = try #require(seen.provider.models?.first)
    #expect(listed.displayName == "ALPHA")
    #expect(listed.maxTokens == 64_000)
    #expect(listed.lifecycle == .deprecated)
    #expect(
      listed.capabilities == [.textGeneration, .chatCompletion, .functionCalling, .vision, .streaming])
    #expect(seen.instances.first?.contextWindow == 200_000)
    #expect(seen.instances.first?.capabilities?.verdict(on: .vision) == true)
    #expect(seen.instances.first?.capabilities?.verdict(on: .jsonMode) == false)
    #expect(seen.instances.first?.retiresAt == Timestamp(rfc3339: "2199-01-01T00:00:00Z"))
    await bench.fake.stop()
  }

  @Test
  func `an alias is found though it is not listed, and stays loaded`() async throws {
    let bench = try await CompatibleBench(
      .init(
        models: ["claude-haiku-4-5-20251001"],
        dialect: ClaudeFake(aliases: ["claude-haiku-4-5": "claude-haiku-4-5-20251001"])),
      type: .claude, model: "claude-haiku-4-5")
    let instance = try await bench.ready(bench.started())
    try await bench.driver.warmUp(instance, target: bench.target)
    _ = try await bench.observe(instance, by: bench.successor()) { $0 == .ready }
    await bench.fake.stop()
  }

  @Test
  func `a model that is retired is gone`() async throws {
    let bench = try await CompatibleBench(.init(models: ["alpha", "beta"], dialect: ClaudeFake()), type: .claude)
    let instance = try await bench.ready(bench.started())
    let retired = FieldValue.object([
      "lifecycle": .string("retired"), "retires_at": .string("2026-01-01T00:00:00Z"),
    ])
    bench.fake.update { $0.dialect = ClaudeFake(entries: ["alpha": retired]) }
    let seen = try await bench.observe(instance) { $0.ending != nil }
    #expect(seen.phase.ending?.cause == .gone)
    #expect(seen.phase.ending?.message.contains("retired model 'alpha' on 2026-01-01") == true)
    await bench.fake.stop()
  }

  @Test
  func `an overloaded service is throttled, not out`() async throws {
    let bench = try await CompatibleBench(.init(models: ["alpha"], dialect: ClaudeFake()), type: .claude)
    bench.fake.update {
      $0.fault = .refusal(
        529, body: #"{"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}"#)
    }
    let error = await #expect(throws: DriverError.self) { try await bench.started() }
    #expect(error?.reason == .providerThrottled)
    await bench.fake.stop()
  }

  @Test
  func `the key goes into Anthropic's own header, and never into an error`() async throws {
    let key = "sk-ant-0123456789"
    let secret = HostPolicy.Secret(name: "claude", place: .environment("CLAUDE_API_KEY"), hosts: ["127.0.0.1"])
    // No secret is named: the customary one is taken, since it may be sent there.
    let bench = try await CompatibleBench(
      .init(models: ["alpha"], token: key, dialect: ClaudeFake()), type: .claude, secrets: [secret],
      environment: ["CLAUDE_API_KEY": key])
    _ = try await bench.ready(bench.started())
    bench.fake.update { $0.token = "another" }
    let error = await #expect(throws: DriverError.self) {
      try await eventually { () -> Instance? in
        _ = try await bench.started()
        return nil
      }
    }
    #expect(error?.reason == .authenticationFailed)
    #expect(
      error?.message.hasSuffix(
        "(status 401, authentication_error); check secret 'claude' in the host policy, "
          + "which is variable CLAUDE_API_KEY") == true)
    #expect(error?.message.contains(key) == false)
    await bench.fake.stop()
  }
}
