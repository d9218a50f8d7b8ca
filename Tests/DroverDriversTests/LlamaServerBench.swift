import DroverCore
import DroverDrivers
import DroverTestKit

/// The drivers for a `llama-server` of somebody else, with a server of their own: a scripted one or the genuine one.
struct LlamaServerBench: DriverBench {
  enum Server {
    case fake(FakeLlamaServer)
    case genuine(GenuineServer)

    var baseURL: String {
      switch self {
      case .fake(let fake): fake.baseURL
      case .genuine(let genuine): genuine.baseURL
      }
    }
  }

  let server: Server
  let provider: ProviderSpec
  /// For servers that never answer.
  let impatient: ProviderSpec
  let model: ModelSpec
  let missingModel: ModelSpec
  let driver: any ModelDriver
  private let settings: DriverSettings

  init(
    _ server: Server, mode: ProviderMode, provider: FieldValue = .emptyMap, model: FieldValue = .emptyMap,
    secrets: [HostPolicy.Secret] = [], environment: [String: String] = [:]
  ) {
    self.server = server
    let common = FieldValue.object([
      "type": .string("llama.cpp"), "mode": .string(mode.rawValue), "baseURL": .string(server.baseURL),
      "health": .object(["interval": .duration(.milliseconds(20)), "failureThreshold": .integer(2)]),
    ]).overlaid(with: provider)
    func place(connect: Duration, load: Duration) -> ProviderSpec {
      let timeouts = FieldValue.object(["connect": .duration(connect), "load": .duration(load)])
      return ProviderSpec(name: "remote", spec: FieldValue.object(["timeouts": timeouts]).overlaid(with: common))
    }
    // So long that only a server that never answers reaches them.
    self.provider = place(connect: .seconds(300), load: .seconds(300))
    impatient = place(connect: .milliseconds(500), load: .seconds(300))
    let spec = FieldValue.object(["provider": .string("remote")])
    self.model = ModelSpec(name: "tiny", spec: spec.overlaid(with: model))
    missingModel = ModelSpec(name: "tinny", spec: spec)
    settings = DriverSettings(
      policy: HostPolicy(
        runtimes: [], modelDirectories: [], secrets: secrets, networks: [], publicHosts: nil, node: "local",
        source: nil), stateID: "", logDirectory: "", engineKeyPath: "", environment: environment)
    driver = Self.driver(settings, mode)
  }

  private static func driver(_ settings: DriverSettings, _ mode: ProviderMode) -> any ModelDriver {
    switch mode {
    case .router: LlamaCppRouterDriver(settings, upstream: SharedClient.upstream, surroundings: .real)
    default: LlamaCppExternalDriver(settings, upstream: SharedClient.upstream, surroundings: .real)
    }
  }

  func successor() -> any ModelDriver { Self.driver(settings, provider.mode) }

  func breakDown(_ instance: Instance) async throws {
    switch server {
    case .fake(let fake): await fake.stop()
    case .genuine(let genuine): genuine.kill()
    }
  }

  static func genuineRouter(_ arguments: [String] = []) async throws -> LlamaServerBench {
    LlamaServerBench(.genuine(try await GenuineServer.router(arguments).serving()), mode: .router)
  }

  static func genuineExternal(_ arguments: [String] = ["--alias", "tiny"]) async throws -> LlamaServerBench {
    LlamaServerBench(
      .genuine(try await GenuineServer.single("tiny.gguf", arguments).serving()), mode: .external)
  }

  static func fakeRouter(
    _ models: [FakeLlamaServer.Model] = [.init("tiny"), .init("tiny-b")], provider: FieldValue = .emptyMap
  ) async throws -> (LlamaServerBench, FakeLlamaServer) {
    let fake = try await FakeLlamaServer.started(FakeLlamaServer.Script(isRouter: true, models: models))
    return (LlamaServerBench(.fake(fake), mode: .router, provider: provider), fake)
  }

  static func fakeExternal(
    _ model: FakeLlamaServer.Model = .init("tiny"), provider: FieldValue = .emptyMap
  ) async throws -> (LlamaServerBench, FakeLlamaServer) {
    let fake = try await FakeLlamaServer.started(FakeLlamaServer.Script(isRouter: false, models: [model]))
    return (LlamaServerBench(.fake(fake), mode: .external, provider: provider), fake)
  }
}
