import DroverCore
import DroverDrivers
import DroverSystem
import DroverTestKit
import Glibc
import Testing

/// A genuine `llama-server` that somebody else runs: started by the test, ended when the object goes.
final class GenuineServer: Sendable {
  let port: Int
  private let handle: ProcessHandle
  private let directory: TemporaryDirectory

  /// - Parameter arguments: beside host and port.
  init(_ arguments: [String]) async throws {
    let engine = try Engine.genuine()
    directory = try TemporaryDirectory()
    let port = TestPorts.take().lowerBound
    self.port = port
    let inherited = ProcFS.environment(getpid()) ?? [:]
    handle = try ProcessSpawner.launchProcess(
      ChildLaunch(
        executable: engine.path, arguments: ["--host", "127.0.0.1", "--port", String(port)] + arguments,
        environment: inherited.filter { ["PATH", "HOME", "LD_LIBRARY_PATH"].contains($0.key) }
          .map { "\($0.key)=\($0.value)" },
        logPath: directory("server.log")))
  }

  /// A router over the models of the tests.
  static func router(_ arguments: [String] = [], models: String? = nil) async throws -> GenuineServer {
    let models = try models ?? Engine.genuine().models
    return try await GenuineServer(["--models-dir", models, "--no-models-autoload"] + arguments)
  }

  /// A server with one model.
  static func single(_ file: String = "tiny.gguf", _ arguments: [String] = []) async throws -> GenuineServer {
    try await GenuineServer(["--model", "\(Engine.genuine().models)/\(file)"] + arguments)
  }

  var baseURL: String { "http://127.0.0.1:\(port)" }

  /// Waits until it answers that it is there.
  func serving() async throws -> GenuineServer {
    try await eventually {
      try #require(handle.exitStatus() == nil, "it ended: \((try? log()) ?? "")")
      return try? await Asking.status(baseURL + "/health") == 200 ? () : nil
    }
    return self
  }

  private func log() throws -> String {
    String(decoding: try FileReader.read(directory("server.log"), maxBytes: 1 << 20), as: UTF8.self)
  }

  func kill() {
    _ = try? handle.killGroup()
    _ = try? handle.signal(SIGKILL)
    _ = handle.exitStatus()
  }

  /// The processes of a router's models, whichever of its threads started them.
  var children: [Int32] {
    let tasks = "/proc/\(handle.identity.pid)/task"
    return ((try? Directory.list(tasks)) ?? []).flatMap { task in
      let text = (try? FileReader.read("\(tasks)/\(task.name)/children", maxBytes: 1 << 16)) ?? []
      return String(decoding: text, as: UTF8.self).split(separator: " ").compactMap { Int32($0) }
    }
  }

  deinit { kill() }
}
