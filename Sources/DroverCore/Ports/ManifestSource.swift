/// A place of a manifest file: its root as the user named it, and the path below it.
package struct ManifestPath: Hashable, Sendable, Comparable {
  package var root: String
  package var path: String

  package init(root: String, path: String) {
    self.root = root
    self.path = path
  }

  package static func < (left: ManifestPath, right: ManifestPath) -> Bool {
    left.root == right.root ? left.path < right.path : left.root < right.root
  }
}

/// One manifest file as read.
package struct SourceFile: Equatable, Sendable {
  package enum Content: Equatable, Sendable {
    case bytes([UInt8])
    /// Why it could not be read; its objects keep their last good specs.
    case failure(String)
  }

  package var place: ManifestPath
  /// Digest of the bytes, lower-case hexadecimal; empty for a failure.
  package var sha256: String
  package var content: Content

  package init(place: ManifestPath, sha256: String, content: Content) {
    self.place = place
    self.sha256 = sha256
    self.content = content
  }
}

/// What a scan found different from the one before.
package struct ManifestDelta: Equatable, Sendable {
  package var roots: [RootState]
  /// New files and files with other bytes, sorted by place.
  package var changed: [SourceFile]
  /// Files that are gone, sorted. Never those of a root that could not be read.
  package var removed: [ManifestPath]
  /// True when every root was walked; false when only files that events named were read.
  package var isFullScan: Bool
  package var watch: WatchState

  package init(
    roots: [RootState], changed: [SourceFile], removed: [ManifestPath], isFullScan: Bool, watch: WatchState
  ) {
    self.roots = roots
    self.changed = changed
    self.removed = removed
    self.isFullScan = isFullScan
    self.watch = watch
  }
}

/// How changes of manifests are noticed.
package struct WatchState: Equatable, Sendable {
  package enum Mode: String, Sendable { case inotify, poll }

  package var mode: Mode
  /// Directories watched.
  package var watches: Int
  /// Times that the kernel dropped events.
  package var overflows: Int
  /// Why events are not relied on; nil when they are.
  package var degraded: String?
  /// Things worth saying about the roots, such as a file mounted by itself.
  package var warnings: [String]

  package init(
    mode: Mode = .inotify, watches: Int = 0, overflows: Int = 0, degraded: String? = nil, warnings: [String] = []
  ) {
    self.mode = mode
    self.watches = watches
    self.overflows = overflows
    self.degraded = degraded
    self.warnings = warnings
  }
}

/// Delivers manifests: first everything, then what changes.
package protocol ManifestSource: Sendable {
  /// To be read by one reader. A full scan is delivered even when nothing changed, since absence is only believed
  /// after two of them.
  var deltas: AsyncStream<ManifestDelta> { get }
  /// Asks for a full walk; with `everything`, each file is read again whatever its metadata say.
  func rescan(everything: Bool)
}
