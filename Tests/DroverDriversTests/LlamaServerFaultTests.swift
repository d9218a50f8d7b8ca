import DroverCore
import DroverTestKit
import Testing

/// Servers of somebody else that fail, and what is made of it.
struct LlamaServerFaultTests {
  typealias Case = HostedFaultTests.Case

  enum Mode: CaseIterable, Sendable {
    case external, router

    func bench(provider: FieldValue = .emptyMap) async throws -> (LlamaServerBench, FakeLlamaServer) {
      switch self {
      case .external: try await LlamaServerBench.fakeExternal(provider: provider)
      case .router: try await LlamaServerBench.fakeRouter(provider: provider)
      }
    }
  }

  private func provider(_ test: Case, _ bench: LlamaServerBench) -> ProviderSpec {
    switch test.fault {
    case .hang, .slow: bench.impatient
    default: bench.provider
    }
  }

  @Test(arguments: Mode.allCases, HostedFaultTests.cases)
  func `says why a model cannot be loaded`(mode: Mode, _ test: Case) async throws {
    let (bench, fake) = try await mode.bench()
    fake.update { $0.fault = test.fault }
    let error = await #expect(throws: DriverError.self) {
      let target = ModelTarget(model: bench.model, provider: provider(test, bench), reloadHash: "r1")
      return try await bench.driver.start(bench.intent(), target: target)
    }
    #expect(error?.reason == test.reason)
    #expect(error?.message.contains(test.message) == true, "\(error?.message ?? "")")
    await fake.stop()
  }

  @Test(arguments: Mode.allCases, HostedFaultTests.cases)
  func `an outage ends no model, and makes it unhealthy only when it lasts`(mode: Mode, _ test: Case) async throws {
    let (bench, fake) = try await mode.bench(
      provider: .object(["health": .object(["failureThreshold": .integer(3)])]))
    let instance = try await bench.ready(bench.started())
    fake.update { $0.fault = test.fault }
    let provider = provider(test, bench)
    let outage = await bench.driver.observe(provider, instances: [instance])
    guard case .unreachable(let reason, let message) = outage.provider.reachability else {
      Issue.record("seen as \(outage.provider.reachability)")
      return
    }
    #expect(reason == test.reason)
    #expect(message.contains(test.message), "\(message)")
    #expect(outage.instances.map(\.phase) == [.ready])
    guard reason != .providerThrottled else { return await fake.stop() }
    _ = await bench.driver.observe(provider, instances: [instance])
    let third = await bench.driver.observe(provider, instances: [instance])
    guard case .unhealthy(let failures, _) = third.instances.first?.phase else {
      Issue.record("seen as \(third.instances.map(\.phase))")
      return
    }
    #expect(failures == 3)
    fake.update { $0.fault = nil }
    _ = try await bench.observe(instance) { $0 == .ready }
    await fake.stop()
  }

  @Test(arguments: Mode.allCases)
  func `a server that asks to slow down is not asked before its time`(mode: Mode) async throws {
    let (bench, fake) = try await mode.bench()
    let instance = try await bench.ready(bench.started())
    fake.update { $0.fault = .status(429, retryAfter: "120") }
    _ = await bench.driver.observe(bench.provider, instances: [instance])
    fake.clearCalls()
    for _ in 0..<5 {
      let seen = await bench.driver.observe(bench.provider, instances: [instance])
      #expect(seen.instances.map(\.phase) == [.ready])
      guard case .unreachable(.providerThrottled, _) = seen.provider.reachability else {
        Issue.record("seen as \(seen.provider.reachability)")
        return
      }
    }
    #expect(fake.calls == [])
    await fake.stop()
  }

  @Test(arguments: Mode.allCases)
  func `sends its key, and is told when it is wrong`(mode: Mode) async throws {
    let (plain, fake) = try await mode.bench()
    fake.update { $0.token = "sesame" }
    func bench(_ key: String) -> LlamaServerBench {
      LlamaServerBench(
        .fake(fake), mode: plain.provider.mode, provider: .object(["secret": .string("key")]),
        secrets: [HostPolicy.Secret(name: "key", place: .environment("KEY"), hosts: ["127.0.0.1"])],
        environment: ["KEY": key])
    }
    let right = bench("sesame")
    let instance = try await right.ready(right.started())
    try await right.driver.warmUp(instance, target: right.target)
    try await right.driver.stop(instance, provider: right.provider, drain: .zero)
    let wrong = bench("open")
    let error = await #expect(throws: DriverError.self) {
      try await wrong.driver.start(wrong.intent(), target: wrong.target)
    }
    #expect(error?.reason == .authenticationFailed)
    #expect(error?.message.contains("check secret 'key'") == true)
    #expect(error?.message.contains("open") == false)
    await fake.stop()
  }

  @Test(arguments: Mode.allCases)
  func `a server of the other mode is told apart`(mode: Mode) async throws {
    let (other, fake) = try await mode.bench()
    let bench = LlamaServerBench(.fake(fake), mode: other.provider.mode == .router ? .external : .router)
    let error = await #expect(throws: DriverError.self) {
      try await bench.driver.start(bench.intent(), target: bench.target)
    }
    #expect(error?.message.contains("set mode to \(other.provider.mode.rawValue)") == true)
    let seen = await bench.driver.observe(bench.provider, instances: [])
    guard case .unreachable(.providerUnavailable, _) = seen.provider.reachability else {
      Issue.record("seen as \(seen.provider.reachability)")
      return
    }
    await fake.stop()
  }

  @Test(arguments: Mode.allCases)
  func `an empty listing ends nothing`(mode: Mode) async throws {
    let (bench, fake) = try await mode.bench()
    let instance = try await bench.ready(bench.started())
    fake.update { $0.models = [] }
    let seen = await bench.driver.observe(bench.provider, instances: [instance])
    #expect(seen.instances.map(\.phase) == [.ready])
    await fake.stop()
  }
}
