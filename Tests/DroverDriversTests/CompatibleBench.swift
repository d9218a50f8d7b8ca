import DroverCore
import DroverDrivers
import DroverTestKit

/// The OpenAI-compatible driver with a fake provider of its own.
struct CompatibleBench: DriverBench {
  let fake: FakeProvider
  let provider: ProviderSpec
  /// The same provider, with little patience.
  let impatient: ProviderSpec
  let model = ModelSpec(name: "alpha", spec: .object(["provider": .string("remote")]))
  let missingModel = ModelSpec(name: "alpa", spec: .object(["provider": .string("remote")]))
  let driver: any ModelDriver
  private let settings: DriverSettings

  init(
    _ script: FakeProvider.Script = FakeProvider.Script(models: ["alpha", "beta"]), provider: FieldValue = .emptyMap,
    secrets: [HostPolicy.Secret] = [], environment: [String: String] = [:]
  ) async throws {
    fake = try await FakeProvider.start(script)
    let common = FieldValue.object([
      "type": .string("custom"), "baseURL": .string(fake.baseURL),
      "health": .object(["interval": .duration(.milliseconds(20)), "failureThreshold": .integer(2)]),
    ]).overlaid(with: provider)
    func spec(connect: Duration, load: Duration) -> ProviderSpec {
      let timeouts = FieldValue.object(["connect": .duration(connect), "load": .duration(load)])
      return ProviderSpec(name: "remote", spec: FieldValue.object(["timeouts": timeouts]).overlaid(with: common))
    }
    // So long that only a server that never answers reaches them.
    self.provider = spec(connect: .seconds(300), load: .seconds(300))
    impatient = spec(connect: .milliseconds(500), load: .seconds(1))
    settings = DriverSettings(
      policy: HostPolicy(
        runtimes: [], modelDirectories: [], secrets: secrets, networks: [],
        publicHosts: nil, node: "local", source: nil), stateID: "", logDirectory: "",
      engineKeyPath: "", environment: environment)
    driver = Self.driver(settings)
  }

  private static func driver(_ settings: DriverSettings) -> HostedDriver {
    .custom(settings, upstream: SharedClient.upstream, surroundings: .real)
  }

  func successor() -> any ModelDriver { Self.driver(settings) }

  func breakDown(_ instance: Instance) async throws { await fake.stop() }
}
