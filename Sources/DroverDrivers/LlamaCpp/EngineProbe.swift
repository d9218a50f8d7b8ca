import DroverCore
import DroverSystem
import Synchronization

/// Asks an engine for its flags, once for each build of it.
final class EngineProbe: Sendable {
  private struct Known {
    var stat: FileStat
    var dialect: LlamaServerArguments.Dialect
  }

  private let known = Mutex<[String: Known]>([:])
  private let directory: String
  private let environment: [String: String]
  private let surroundings: Surroundings
  private static let patience: Duration = .seconds(10)

  /// - Parameter directory: where the engine's answer is put while it is read.
  init(directory: String, environment: [String: String], surroundings: Surroundings) {
    self.directory = directory
    self.environment = environment
    self.surroundings = surroundings
  }

  /// The dialect of the engine at `path`; the plainest one where it does not answer, since starting it tells more.
  func dialect(of path: String) async throws(DriverError) -> LlamaServerArguments.Dialect {
    do throws(SystemError) {
      let stat = try FileStat(path)
      if let entry = known.withLock({ $0[path] }), entry.stat == stat { return entry.dialect }
      let dialect = Self.dialect(help: try await help(of: path))
      known.withLock { $0[path] = Known(stat: stat, dialect: dialect) }
      return dialect
    } catch {
      throw .failed("cannot ask \(path) for its flags: \(error)")
    }
  }

  /// Reads `--help`. Newer engines name both spellings, and give up the old one in the end.
  static func dialect(help: String) -> LlamaServerArguments.Dialect {
    let words = Set(help.split { $0.isWhitespace || $0 == "," }.map(String.init))
    return LlamaServerArguments.Dialect(
      withoutPage: ["--no-ui", "--no-webui"].first(where: words.contains),
      embeddings: words.contains("--embedding") && !words.contains("--embeddings") ? "--embedding" : "--embeddings")
  }

  private func help(of path: String) async throws(SystemError) -> String {
    try Directory.create(directory)
    let output = "\(directory)/.help-\(surroundings.launchToken())"
    defer { try? Directory.removeFile(output) }
    let environment = environment.filter { ["PATH", "HOME", "LD_LIBRARY_PATH"].contains($0.key) }
    let handle = try ProcessSpawner.launchProcess(
      ChildLaunch(
        executable: path, arguments: ["--help"], environment: environment.map { "\($0.key)=\($0.value)" }.sorted(),
        logPath: output))
    guard await handle.ends(within: Self.patience, sleep: surroundings.sleep) else {
      try handle.killGroup()
      _ = await handle.ends(within: Self.patience, sleep: surroundings.sleep)
      return ""
    }
    return String(decoding: try FileReader.read(output, maxBytes: 4 << 20), as: UTF8.self)
  }
}

extension ProcessHandle {
  /// Waits for the end and collects it. False where time runs out, or the calling task is cancelled.
  func ends(within limit: Duration, sleep: @escaping @Sendable (Duration) async throws -> Void) async -> Bool {
    if exitStatus() != nil { return true }
    return await withTaskGroup(of: Bool.self) { group in
      group.addTask {
        do {
          _ = try await self.exit()
          return true
        } catch {
          return false
        }
      }
      group.addTask {
        try? await sleep(limit)
        return false
      }
      defer { group.cancelAll() }
      return await group.next() ?? false
    }
  }
}
