import DroverAPI
import DroverCore
import DroverSystem
import Glibc

/// Copies of the registry in the state folder: the newest under its own name, older ones with a number behind it, 1 the
/// youngest of them.
struct SnapshotFile: SnapshotSink {
  let state: String

  private static let sizeLimit = 1 << 30

  func path(_ settings: SnapshotSettings) -> String { state + "/" + settings.path }

  @concurrent
  func write(_ bytes: [UInt8], _ settings: SnapshotSettings) async throws(StoreError) -> String {
    let path = path(settings)
    if let present = try? FileReader.read(path, maxBytes: Self.sizeLimit), present == bytes { return path }
    do throws(SystemError) {
      try Directory.create(Directory.parent(of: path), mode: 0o700)
      keep(path, settings.keep)
      try AtomicFile.write(path, bytes, mode: 0o600, durability: .full)
    } catch {
      throw .unwritable("\(error)")
    }
    return path
  }

  /// Gives the present file the number 1 beside its name, and all others the next one. What cannot be moved stays: the
  /// new copy matters more.
  private func keep(_ path: String, _ count: Int) {
    guard count > 0 else { return }
    unlink("\(path).\(count)")
    for number in stride(from: count - 1, through: 1, by: -1) { rename("\(path).\(number)", "\(path).\(number + 1)") }
    link(path, path + ".1")
  }
}
