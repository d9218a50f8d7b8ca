import DroverAPI
import DroverCore
import DroverSystem

/// The copy of the registry in the state folder.
struct SnapshotFile: SnapshotSink {
  let path: String

  @concurrent
  func write(_ bytes: [UInt8]) async throws(StoreError) -> String {
    do throws(SystemError) { try AtomicFile.write(path, bytes, durability: .full) } catch {
      throw .unwritable("\(error)")
    }
    return path
  }
}
