import DroverCore
import DroverTestKit
import Testing

/// Scenario 9 at servers that are not ours: what is listed as well as ever, and infers nothing.
struct HungServerTests {
  private static let inference = FieldValue.object([
    "health": .object(["probe": .string("Inference"), "failureThreshold": .integer(1)])
  ])

  private func isHung(_ phase: InstancePhase) -> Bool {
    if case .unhealthy = phase { true } else { false }
  }

  @Test(arguments: [ProviderMode.external, .router])
  func `a llama-server whose inference hangs is unhealthy, and one at work in every slot is not`(
    mode: ProviderMode
  ) async throws {
    let (bench, fake) =
      mode == .router
      ? try await LlamaServerBench.fakeRouter(provider: Self.inference)
      : try await LlamaServerBench.fakeExternal(provider: Self.inference)
    let instance = try await bench.ready(bench.started())
    fake.update { $0.postFault = .hang }
    _ = try await bench.observe(instance) { isHung($0) }
    // Every look probes, and one failure is enough: it is seen as ready only where a full server counts as well.
    fake.change("tiny") { $0.busy = 2 }
    _ = try await bench.observe(instance) { $0 == .ready }
    fake.change("tiny") { $0.busy = 1 }
    _ = try await bench.observe(instance) { isHung($0) }
    fake.update { $0.postFault = nil }
    _ = try await bench.observe(instance) { $0 == .ready }
    await fake.stop()
  }

  @Test(arguments: [ProviderType.custom, .openai, .claude, .ollama, .vllm])
  func `a server whose inference hangs is unhealthy in the time that probes are apart`(
    type: ProviderType
  ) async throws {
    let working = try await CompatibleBench.working(type)
    let provider = ProviderSpec(
      name: working.provider.name,
      spec: FieldValue.object([
        "type": .string(type.rawValue), "baseURL": .string(working.fake.baseURL),
        // A load may take as long as it likes.
        "timeouts": .object(["connect": .duration(.seconds(300)), "load": .duration(.seconds(3600))]),
      ]).overlaid(with: Self.inference).overlaid(
        with: .object(["health": .object(["interval": .duration(.milliseconds(20))])])))
    let instance = try await working.ready(working.started())
    working.fake.update { $0.inferenceFault = .hang }
    try await eventually {
      let seen = await working.driver.observe(provider, instances: [instance])
      return seen.instances.first.flatMap { isHung($0.phase) ? () : nil }
    }
    working.fake.update { $0.inferenceFault = nil }
    try await eventually {
      let seen = await working.driver.observe(provider, instances: [instance])
      return seen.instances.first?.phase == .ready ? () : nil
    }
    await working.fake.stop()
  }
}
