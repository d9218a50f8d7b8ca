package import DroverCore
import DroverSystem
import Synchronization

/// Runs each model as a child process: one `llama-server` on a loopback port of its own.
///
/// A child outlives droverd. It is found again by the process of its record, or, where droverd died between the spawn
/// and the record, by the instance's id in its environment.
package final class LlamaCppManagedDriver: ModelDriver {
  let settings: DriverSettings
  let upstream: UpstreamClient
  let surroundings: Surroundings
  let table = Mutex(ChildTable())
  let files = ModelFileFacts()
  let key: EngineKey
  let probe: EngineProbe
  let quantize: QuantizeBench
  private let watch = ExitWatch()

  /// - Parameter freeSpace: bytes that may still be written below a folder; nil where that cannot be told.
  package init(
    _ settings: DriverSettings, upstream: UpstreamClient, surroundings: Surroundings,
    freeSpace: @escaping @Sendable (String) -> Int64? = { try? FreeSpace.of($0) }
  ) {
    self.settings = settings
    self.upstream = upstream
    self.surroundings = surroundings
    key = EngineKey(path: settings.engineKeyPath, random: surroundings.random)
    quantize = QuantizeBench(settings, files: files, surroundings: surroundings, freeSpace: freeSpace)
    probe = EngineProbe(
      directory: settings.logDirectory, environment: settings.environment, surroundings: surroundings)
  }

  /// Ids of instances whose process has ended, while ``watchExits()`` runs. For one reader.
  package var exits: AsyncStream<String> { watch.exits }

  package func watchExits() async { await watch.run() }

  /// Makes the quantised copies that models ask for, until the task is cancelled.
  package func makeCopies() async { await quantize.run() }

  func watchExit(of id: String, _ handle: ProcessHandle) { watch.watch(id, handle) }

  package func warmUp(_ instance: Instance, target: ModelTarget) async throws(DriverError) {
    let kinds: [InferenceKind] = target.model.llamaCpp.embedding ? [.embedding] : [.chat, .completion]
    try await infer(instance, kinds: kinds, timeout: target.provider.loadTimeout)
  }

  func infer(_ instance: Instance, kinds: [InferenceKind], timeout: Duration) async throws(DriverError) {
    guard let port = instance.port, let endpoint = ServerEndpoint("http://127.0.0.1:\(port)") else {
      throw .failed("model '\(instance.model)' has no port yet")
    }
    let client = OpenAIClient(
      upstream: upstream, endpoint: endpoint, secret: Secret(name: "engine key", value: try key.value()),
      subject: "llama-server of model '\(instance.model)'")
    try await client.inferOneToken(model: instance.modelID, kinds: kinds, timeout: timeout)
  }

  func client(port: Int) throws(DriverError) -> LlamaServerClient {
    LlamaServerClient(upstream: upstream, port: port, key: try key.value())
  }

  func pause(_ duration: Duration) async throws(DriverError) {
    do { try await surroundings.sleep(duration) } catch { throw .cancelled }
  }
}
