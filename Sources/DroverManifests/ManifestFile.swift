package import DroverCore

/// One manifest file after reading: what a caller keeps for as long as the file's digest stays the same.
package struct ManifestFile: Sendable {
  /// The root as the user named it.
  package var root: String
  /// Path below the root.
  package var path: String
  /// Path as diagnostics print it.
  package var display: String
  /// Digest of the content, lower-case hexadecimal; empty when it could not be read.
  package var sha256: String
  /// Every document that is no syntax error, in the order of the text; empty ones are left out.
  package var documents: [ManifestDocument]
  /// Why the file, or some of its documents, could not be read at all. While there is any, every object that was last
  /// seen in this file counts as unread, not as absent.
  package var failures: [Diagnostic]

  package init(
    root: String, path: String, display: String, sha256: String, documents: [ManifestDocument] = [],
    failures: [Diagnostic] = []
  ) {
    self.root = root
    self.path = path
    self.display = display
    self.sha256 = sha256
    self.documents = documents
    self.failures = failures
  }

  /// A file that is there and cannot be read; `reason` is one lower-case phrase such as `permission denied`.
  package static func unreadable(root: String, path: String, display: String? = nil, reason: String) -> ManifestFile {
    let shown = display ?? path
    return ManifestFile(
      root: root, path: path, display: shown, sha256: "",
      failures: [
        Diagnostic(.error, .unreadableFile, file: shown, line: 0, column: 0, "the file cannot be read: \(reason)")
      ])
  }

  /// True if some document's identity could not be read.
  package var isBlind: Bool { !failures.isEmpty || documents.contains { $0.identity == nil } }
}

/// What one pass over all roots found.
package struct ManifestScan: Sendable {
  /// In any order.
  package var files: [ManifestFile]
  /// In the order in which the user named them.
  package var roots: [RootState]
  /// False when only some files were looked at: nothing can then be found absent.
  package var isComplete: Bool

  package init(files: [ManifestFile], roots: [RootState], isComplete: Bool = true) {
    self.files = files
    self.roots = roots
    self.isComplete = isComplete
  }
}
