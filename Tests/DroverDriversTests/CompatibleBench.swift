import DroverCore
import DroverDrivers
import DroverTestKit

/// A driver of servers that are not ours, with a fake provider of its own.
struct CompatibleBench: DriverBench {
  let fake: FakeProvider
  let provider: ProviderSpec
  /// The same provider, with little patience for listings.
  let impatient: ProviderSpec
  /// The same provider, with little patience for inference.
  let impatientToLoad: ProviderSpec
  let model: ModelSpec
  let missingModel: ModelSpec
  let driver: any ModelDriver
  private let settings: DriverSettings
  private let type: ProviderType

  /// - Parameters:
  ///   - type: of a provider that is a server.
  ///   - model: the id of the model that ``model`` is.
  init(
    _ script: FakeProvider.Script = FakeProvider.Script(models: ["alpha", "beta"]), type: ProviderType = .custom,
    model: String = "alpha", modelSpec: FieldValue = .emptyMap, provider: FieldValue = .emptyMap,
    secrets: [HostPolicy.Secret] = [], environment: [String: String] = [:]
  ) async throws {
    self.type = type
    fake = try await FakeProvider.start(script)
    let common = FieldValue.object([
      "type": .string(type.rawValue), "baseURL": .string(fake.baseURL),
      "health": .object(["interval": .duration(.milliseconds(20)), "failureThreshold": .integer(2)]),
    ]).overlaid(with: provider)
    func spec(connect: Duration, load: Duration) -> ProviderSpec {
      let timeouts = FieldValue.object(["connect": .duration(connect), "load": .duration(load)])
      return ProviderSpec(name: "remote", spec: FieldValue.object(["timeouts": timeouts]).overlaid(with: common))
    }
    // So long that only a server that never answers reaches them.
    self.provider = spec(connect: .seconds(300), load: .seconds(300))
    impatient = spec(connect: .milliseconds(500), load: .seconds(300))
    impatientToLoad = spec(connect: .seconds(300), load: .seconds(1))
    func spec(_ id: String) -> ModelSpec {
      let own = FieldValue.object(["provider": .string("remote"), "modelID": .string(id)])
      return ModelSpec(name: "m", spec: own.overlaid(with: modelSpec))
    }
    self.model = spec(model)
    missingModel = spec(String(model.dropLast(2)) + String(model.suffix(1)))
    settings = DriverSettings(
      policy: HostPolicy(
        runtimes: [], modelDirectories: [], secrets: secrets, networks: [],
        publicHosts: nil, node: "local", source: nil), stateID: "", logDirectory: "",
      engineKeyPath: "", environment: environment)
    driver = Self.driver(type, settings)
  }

  private static func driver(_ type: ProviderType, _ settings: DriverSettings) -> HostedDriver {
    let upstream = SharedClient.upstream
    return switch type {
    case .openai: .openAI(settings, upstream: upstream, surroundings: .real)
    case .claude: .claude(settings, upstream: upstream, surroundings: .real)
    case .ollama: .ollama(settings, upstream: upstream, surroundings: .real)
    case .vllm: .vllm(settings, upstream: upstream, surroundings: .real)
    case .custom, .llamaCpp: .custom(settings, upstream: upstream, surroundings: .real)
    }
  }

  func successor() -> any ModelDriver { Self.driver(type, settings) }

  func breakDown(_ instance: Instance) async throws { await fake.stop() }

  /// A bench of each kind that works.
  static func working(_ type: ProviderType) async throws -> CompatibleBench {
    switch type {
    case .claude: try await CompatibleBench(.init(models: ["alpha", "beta"], dialect: ClaudeFake()), type: type)
    case .ollama:
      try await CompatibleBench(
        .init(models: ["alpha:1b", "beta:latest"], dialect: OllamaFake()), type: type, model: "alpha:1b")
    case .vllm: try await CompatibleBench(.init(models: ["alpha", "beta"], dialect: VLLMFake()), type: type)
    case .openai, .custom, .llamaCpp: try await CompatibleBench(type: type)
    }
  }
}
