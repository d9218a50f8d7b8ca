import DroverCore
import DroverDrivers
import DroverSystem
import DroverTestKit
import Glibc
import Testing

/// The llama.cpp driver with a state folder of its own. Whatever it started is ended when the object goes.
final class ManagedBench: DriverBench {
  let directory: TemporaryDirectory
  let settings: DriverSettings
  let provider: ProviderSpec
  let model: ModelSpec
  let missingModel: ModelSpec
  let driver: any ModelDriver

  /// - Parameter runtime: another program than the genuine engine.
  init(
    runtime: String? = nil, models: String? = nil, model: FieldValue = .emptyMap, provider: FieldValue = .emptyMap,
    flags: [String] = [], quantize: String? = nil, environment: [String: String]? = nil
  ) throws {
    let engine = try Engine.genuine()
    let directory = try TemporaryDirectory()
    self.directory = directory
    let policy = HostPolicy(
      runtimes: [
        HostPolicy.Runtime(name: "llama-server", path: runtime ?? engine.path, flags: flags, quantizePath: quantize)
      ],
      modelDirectories: [models ?? engine.models], secrets: [], networks: [], publicHosts: nil, node: "local",
      source: nil)
    settings = DriverSettings(
      policy: policy, stateID: Surroundings.real.launchToken(), logDirectory: directory("logs"),
      engineKeyPath: directory("engine.key"), environment: environment ?? ProcFS.environment(getpid()) ?? [:])
    let ports = TestPorts.take(20)
    self.provider = ProviderSpec(
      name: "local",
      spec: FieldValue.object([
        "type": .string("llama.cpp"), "mode": .string("Managed"),
        "managed": .object([
          "ports": .object([
            "from": .integer(Int64(ports.lowerBound)), "to": .integer(Int64(ports.upperBound)),
          ])
        ]),
      ]).overlaid(with: provider))
    self.model = Self.model("tiny", file: "tiny.gguf").with(model)
    missingModel = Self.model("tinny", file: "tinny.gguf").spec
    driver = Self.driver(settings)
  }

  private struct Draft {
    var name: String
    var value: FieldValue
    var spec: ModelSpec { ModelSpec(name: name, spec: value) }
    func with(_ upper: FieldValue) -> ModelSpec { ModelSpec(name: name, spec: value.overlaid(with: upper)) }
  }

  private static func model(_ name: String, file: String) -> Draft {
    Draft(
      name: name,
      value: .object([
        "provider": .string("local"),
        "llamaCpp": .object([
          "file": .string(file), "context": .object(["perRequest": .integer(512), "slots": .integer(2)]),
        ]),
      ]))
  }

  private static func driver(_ settings: DriverSettings) -> LlamaCppManagedDriver {
    LlamaCppManagedDriver(settings, upstream: SharedClient.upstream, surroundings: .real)
  }

  func successor() -> any ModelDriver { Self.driver(settings) }

  func breakDown(_ instance: Instance) async throws {
    let process = try #require(instance.process)
    #expect(kill(process.pid, SIGKILL) == 0)
  }

  /// The processes that carry the mark of this bench's state folder.
  var processes: [Int32] { ProcFS.processes(withEnvironment: "DROVER_STATE", value: settings.stateID) }

  /// Waits until the kernel shows the marks of a new process, which is a moment after its start.
  func appeared(_ instance: Instance) async throws {
    let pid = try #require(instance.process?.pid)
    try await eventually { processes.contains(pid) ? () : nil }
  }

  deinit {
    for pid in processes { kill(pid, SIGKILL) }
  }
}
