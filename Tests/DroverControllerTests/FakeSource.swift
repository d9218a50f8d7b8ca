import DroverCore
import DroverManifests
import Synchronization

/// A folder of manifests in memory, shared by daemons that follow each other.
final class ManifestFolder: Sendable {
  struct State {
    var files: [String: String] = [:]
    var failure: String?
    var revision: String?
  }

  let state = Mutex(State())
  static let root = "/fleet"
}

/// Watches a ``ManifestFolder`` as the file system source does: first everything, then what changed.
final class FakeSource: ManifestSource {
  private let folder: ManifestFolder
  private let seen = Mutex<[String: String]>([:])
  let deltas: AsyncStream<ManifestDelta>
  private let delta: AsyncStream<ManifestDelta>.Continuation

  init(_ folder: ManifestFolder) {
    self.folder = folder
    (deltas, delta) = AsyncStream.makeStream()
    scan(isFull: true)
  }

  func rescan(everything: Bool) { scan(isFull: true) }

  /// What an event of the kernel brings.
  func notice() { scan(isFull: false) }

  private func scan(isFull: Bool) {
    let now = folder.state.withLock { $0 }
    let root = RootState(
      path: ManifestFolder.root, failure: now.failure, revision: now.revision, files: now.files.count)
    var changed: [SourceFile] = []
    var removed: [ManifestPath] = []
    if now.failure == nil {
      let before = seen.withLock { seen in
        defer { seen = now.files }
        return seen
      }
      for (path, text) in now.files.sorted(by: { $0.key < $1.key }) where before[path] != text {
        let bytes = Array(text.utf8)
        changed.append(
          SourceFile(
            place: ManifestPath(root: ManifestFolder.root, path: path), sha256: Digest.sha256(bytes),
            content: .bytes(bytes)))
      }
      removed = before.keys.filter { now.files[$0] == nil }.sorted().map {
        ManifestPath(root: ManifestFolder.root, path: $0)
      }
    }
    delta.yield(
      ManifestDelta(roots: [root], changed: changed, removed: removed, isFullScan: isFull, watch: WatchState()))
  }
}
