package import DroverCore
import DroverSystem
import DroverWire
import Synchronization

/// Measures the memory of the NVIDIA devices of this host by asking `nvidia-smi`, where there is one.
///
/// Asking takes a good part of a second and is done at most once in ``interval``; whoever asks meanwhile gets the last
/// answer. A program that does not answer in time is ended, and then nothing is known of the devices.
package final class NvidiaMeter: PoolMeter {
  private struct State {
    var pools: [PoolObservation] = []
    var askedAt: Timestamp?
    var isAsking = false
  }

  private let state = Mutex(State())
  private let executable: String?
  private let directory: String
  private let environment: [String: String]
  private let surroundings: Surroundings
  private static let interval = Duration.seconds(1)
  private static let patience = Duration.seconds(10)

  /// - Parameter directory: where an answer is put while it is read.
  package init(directory: String, environment: [String: String], surroundings: Surroundings) {
    executable = (environment["PATH"] ?? "").split(separator: ":").map { $0 + "/nvidia-smi" }
      .first { (try? FileStat($0))?.kind == .regular }
    self.directory = directory
    self.environment = environment
    self.surroundings = surroundings
  }

  package func measure() async -> [PoolObservation] {
    guard let executable else { return [] }
    let now = surroundings.now()
    let known: [PoolObservation]? = state.withLock { state in
      if state.isAsking { return state.pools }
      if let askedAt = state.askedAt, askedAt <= now, now - askedAt < Self.interval { return state.pools }
      state.isAsking = true
      return nil
    }
    if let known { return known }
    let text = try? await ask(executable)
    let end = surroundings.now()
    return state.withLock { state in
      state.pools = text.map(NvidiaReport.pools) ?? []
      state.askedAt = end
      state.isAsking = false
      return state.pools
    }
  }

  private func ask(_ executable: String) async throws(SystemError) -> String {
    try Directory.create(directory)
    let output = "\(directory)/.devices-\(surroundings.launchToken())"
    defer { try? Directory.removeFile(output) }
    let environment = environment.filter { ["PATH", "HOME", "LD_LIBRARY_PATH"].contains($0.key) }
    let handle = try ProcessSpawner.launchProcess(
      ChildLaunch(
        executable: executable, arguments: NvidiaReport.arguments,
        environment: environment.map { "\($0.key)=\($0.value)" }.sorted(), logPath: output))
    guard await handle.ends(within: Self.patience, sleep: surroundings.sleep) else {
      _ = try handle.killGroup()
      _ = await handle.ends(within: Self.patience, sleep: surroundings.sleep)
      return ""
    }
    return String(decoding: try FileReader.read(output, maxBytes: 1 << 20), as: UTF8.self)
  }
}
