import DroverCore

/// What several looks found different, the last of them about a file deciding.
struct ChangeSet {
  /// Nil for a file that is gone.
  private var files: [ManifestPath: SourceFile?] = [:]

  var isEmpty: Bool { files.isEmpty }
  var changed: [SourceFile] { files.values.compactMap { $0 }.sorted { $0.place < $1.place } }
  var removed: [ManifestPath] { files.filter { $0.value == nil }.keys.sorted() }

  mutating func set(_ file: SourceFile) { files[file.place] = file }

  mutating func remove(_ place: ManifestPath) { files.updateValue(nil, forKey: place) }

  mutating func merge(_ later: ChangeSet) { files.merge(later.files) { _, new in new } }
}
