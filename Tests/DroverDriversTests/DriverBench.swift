import AsyncHTTPClient
import DroverCore
import DroverDrivers
import NIOCore
import Testing

/// One driver with a provider that works, as the conformance suite and the tests of each driver use it.
protocol DriverBench: Sendable {
  var driver: any ModelDriver { get }
  var provider: ProviderSpec { get }
  /// A model that exists at the provider.
  var model: ModelSpec { get }
  /// A model that does not.
  var missingModel: ModelSpec { get }
  /// Another driver object on the same state, as after a restart of droverd.
  func successor() -> any ModelDriver
  /// Makes the serving of this instance fail without asking the driver.
  func breakDown(_ instance: Instance) async throws
}

extension DriverBench {
  var target: ModelTarget { ModelTarget(model: model, provider: provider, reloadHash: "r1") }

  func intent(
    of model: ModelSpec? = nil, id: String = Surroundings.real.launchToken()
  ) -> Instance {
    let model = model ?? self.model
    return Instance(
      id: id, model: model.name, key: model.key, provider: provider.name, modelID: model.modelID, generation: 1,
      reloadHash: "r1", isManaged: provider.isManaged, reserved: [], intendedAt: Surroundings.real.now())
  }

  /// Prepares and starts an instance of the model.
  func started() async throws -> Instance {
    let prepared = try await driver.prepare(intent(), target: target, taken: [])
    return try await driver.start(prepared, target: target)
  }

  /// Waits until the driver sees the instance in a phase.
  func observe(
    _ instance: Instance, by driver: (any ModelDriver)? = nil,
    until isWanted: @Sendable (InstancePhase) -> Bool
  ) async throws -> ObservedInstance {
    let driver = driver ?? self.driver
    return try await eventually {
      let observation = await driver.observe(provider, instances: [instance])
      return observation.instances.first { isWanted($0.phase) }
    }
  }

  func ready(_ instance: Instance, by driver: (any ModelDriver)? = nil) async throws -> Instance {
    var instance = try await observe(instance, by: driver) { $0 == .ready }.instance
    instance.readyAt = instance.readyAt ?? Surroundings.real.now()
    return instance
  }
}

extension InstancePhase {
  var ending: Ending? { if case .ended(let ending) = self { ending } else { nil } }
}

/// The client that all tests share.
enum SharedClient {
  static let http = HTTPClient(
    eventLoopGroupProvider: .singleton,
    configuration: {
      var configuration = UpstreamClient.configuration
      // A busy machine may take long to connect to itself.
      configuration.timeout.connect = .seconds(300)
      return configuration
    }())
  static let upstream = UpstreamClient(http, sleep: Surroundings.real.sleep)
}
