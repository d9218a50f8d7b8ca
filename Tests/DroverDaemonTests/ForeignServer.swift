import DroverCore
import DroverSystem
import DroverTestKit
import Glibc

/// A genuine `llama-server` that somebody else runs beside droverd; it ends with this object.
final class ForeignServer {
  let port: Int
  private let handle: ProcessHandle

  /// - Parameter arguments: beside host and port.
  init(_ station: Station, port: Int = TestPorts.take().lowerBound, _ arguments: [String]) throws {
    self.port = port
    handle = try ProcessSpawner.launchProcess(
      ChildLaunch(
        executable: station.equipment.engine,
        arguments: ["--host", "127.0.0.1", "--port", String(port)] + arguments,
        environment: ["PATH=/usr/bin:/bin", "HOME=/nonexistent"], logPath: station.folder + "/foreign-\(port).log"))
  }

  static func router(_ station: Station) throws -> ForeignServer {
    try ForeignServer(station, ["--models-dir", station.equipment.models, "--no-models-autoload"])
  }

  /// What a router says of a model: `loaded`, `unloaded` and so on; nil where it does not answer.
  func state(of model: String) -> String? {
    let listing = PlainHTTP.send("GET", port: port, "/models")?.json?["data"]?.list ?? []
    return listing.map(\.value).first { $0["id"]?.string == model }?[path: ["status", "value"]]?.string
  }

  @discardableResult
  func tell(_ what: String, _ model: String) -> Int? {
    PlainHTTP.send("POST", port: port, "/models/" + what, body: #"{"model": "\#(model)"}"#)?.status
  }

  func end() async throws {
    try handle.killGroup()
    try handle.signal(SIGKILL)
    _ = try await handle.exit()
  }

  deinit {
    _ = try? handle.killGroup()
    _ = try? handle.signal(SIGKILL)
    _ = handle.exitStatus()
  }
}
