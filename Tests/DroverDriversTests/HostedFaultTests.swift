import DroverCore
import DroverTestKit
import Testing

/// Servers that fail, and what is made of it.
struct HostedFaultTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var fault: FakeProvider.Fault
    var reason: Reason
    var message: String

    var testDescription: String { "\(fault)" }

    /// The provider as it is to be asked: patience would only make a test wait for what never comes.
    func provider(_ bench: CompatibleBench) -> ProviderSpec {
      switch fault {
      case .hang, .slow: bench.impatient
      default: bench.provider
      }
    }
  }

  static let cases: [Case] = [
    Case(
      fault: .status(401), reason: .authenticationFailed, message: "refuses the credentials (status 401, fake_error)"),
    Case(
      fault: .status(403), reason: .authenticationFailed, message: "refuses the credentials (status 403, fake_error)"),
    Case(fault: .status(404), reason: .providerUnavailable, message: "answers with status 404: scripted failure"),
    Case(
      fault: .status(429, retryAfter: "7"), reason: .providerThrottled,
      message: "the provider asks to slow down; retry in 7s"),
    Case(fault: .status(429), reason: .providerThrottled, message: "the provider asks to slow down"),
    Case(fault: .status(500), reason: .providerUnavailable, message: "status 500"),
    Case(fault: .status(503), reason: .providerUnavailable, message: "status 503"),
    Case(fault: .hang, reason: .providerUnavailable, message: "no answer within 500ms"),
    Case(fault: .slow(.seconds(60)), reason: .providerUnavailable, message: "no answer within 500ms"),
    Case(fault: .reset, reason: .providerUnavailable, message: "the connection was closed"),
    Case(fault: .garbage, reason: .providerUnavailable, message: "something that is no list of models; check baseURL"),
    Case(fault: .page, reason: .providerUnavailable, message: "something that is no list of models"),
    Case(
      fault: .refusal(429, headers: ["Retry-After-Ms": "1500"], body: ""), reason: .providerThrottled,
      message: "the provider asks to slow down; retry in 1500ms"),
    Case(
      fault: .refusal(
        429, body: #"{"error": {"message": "You exceeded your quota.", "type": "insufficient_quota", "code": null}}"#),
      reason: .providerThrottled,
      message: "says that the account has nothing left to spend (status 429, insufficient_quota): You exceeded your"),
    Case(
      fault: .redirect(to: "http://127.0.0.1:1/v1/models"), reason: .providerUnavailable,
      message: "answers with a redirect"),
  ]

  static let types: [ProviderType] = [.custom, .openai, .claude, .ollama, .vllm]

  @Test(arguments: cases, types)
  func `says why a model cannot be loaded`(_ test: Case, _ type: ProviderType) async throws {
    let bench = try await CompatibleBench.working(type)
    bench.fake.update { $0.fault = test.fault }
    let target = ModelTarget(model: bench.model, provider: test.provider(bench), reloadHash: "r1")
    let error = await #expect(throws: DriverError.self) {
      try await bench.driver.start(bench.intent(), target: target)
    }
    #expect(error?.reason == test.reason)
    #expect(error?.message.contains(test.message) == true)
    await bench.fake.stop()
  }

  @Test(arguments: cases, [ProviderType.custom, .claude, .ollama, .vllm])
  func `an outage ends no model, and makes it unhealthy only when it lasts`(
    _ test: Case, _ type: ProviderType
  ) async throws {
    let bench = try await CompatibleBench.working(type)
    let instance = try await bench.ready(bench.started())
    bench.fake.update { $0.fault = test.fault }
    let provider = test.provider(bench)
    let outage = try await eventually { () -> DriverObservation? in
      let seen = await bench.driver.observe(provider, instances: [instance])
      return seen.provider.reachability == .reachable ? nil : seen
    }
    guard case .unreachable(let reason, let message) = outage.provider.reachability else {
      Issue.record("seen as \(outage.provider.reachability)")
      return
    }
    #expect(reason == test.reason)
    #expect(message.contains(test.message))
    #expect(outage.instances.map(\.phase) == [.ready])
    guard reason != .providerThrottled else { return await bench.fake.stop() }
    let unhealthy = try await eventually { () -> ObservedInstance? in
      await bench.driver.observe(provider, instances: [instance]).instances.first { $0.phase != .ready }
    }
    guard case .unhealthy(let failures, _) = unhealthy.phase else {
      Issue.record("seen as \(unhealthy.phase)")
      return
    }
    #expect(failures == bench.provider.health.failureThreshold)
    bench.fake.update { $0.fault = nil }
    _ = try await bench.observe(instance) { $0 == .ready }
    await bench.fake.stop()
  }

  @Test(arguments: types)
  func `a page for people is told as such`(type: ProviderType) async throws {
    let bench = try await CompatibleBench.working(type)
    bench.fake.update { $0.fault = .page }
    let error = await #expect(throws: DriverError.self) { try await bench.started() }
    #expect(error?.message.hasSuffix("that is no list of models (text/html); check baseURL") == true)
    await bench.fake.stop()
  }

  @Test
  func `a refused connection is told as such`() async throws {
    let bench = try await CompatibleBench()
    await bench.fake.stop()
    let error = await #expect(throws: DriverError.self) {
      try await bench.driver.start(bench.intent(), target: bench.target)
    }
    #expect(error?.reason == .providerUnavailable)
    #expect(error?.message == "cannot reach 127.0.0.1:\(bench.fake.port): connection refused")
  }

  @Test
  func `a failing warm-up tells what the server said`() async throws {
    let bench = try await CompatibleBench(FakeProvider.Script(models: ["alpha"], inferenceFault: .status(500)))
    let instance = try await bench.ready(bench.started())
    let error = await #expect(throws: DriverError.self) {
      try await bench.driver.warmUp(instance, target: bench.target)
    }
    #expect(error?.message.contains("(/chat/completions) answers with status 500: scripted failure") == true)
    bench.fake.update { $0.inferenceFault = .hang }
    let late = await #expect(throws: DriverError.self) {
      try await bench.driver.warmUp(
        instance, target: ModelTarget(model: bench.model, provider: bench.impatientToLoad, reloadHash: "r1"))
    }
    #expect(late?.message.contains("no answer within 1s") == true)
    await bench.fake.stop()
  }

  @Test
  func `a server that asks to slow down is not asked again before its time, and no failure is counted`() async throws {
    let bench = try await CompatibleBench()
    let instance = try await bench.ready(bench.started())
    bench.fake.update { $0.fault = .status(429, retryAfter: "120") }
    func outage() async -> DriverObservation? {
      let seen = await bench.driver.observe(bench.provider, instances: [instance])
      return seen.provider.reachability == .reachable ? nil : seen
    }
    let first = try await eventually { await outage() }
    let listings = bench.fake.traffic.listings
    // Twenty intervals of the provider: each would be a listing of its own.
    for _ in 0..<20 {
      let seen = try #require(await outage())
      #expect(seen == first)
      try await Task.sleep(for: bench.provider.health.interval)
    }
    #expect(bench.fake.traffic.listings == listings)
    #expect(first.instances.map(\.phase) == [.ready])
    await bench.fake.stop()
  }
}
