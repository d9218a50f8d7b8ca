import DroverCore

/// Files that were decoded before, by their digest: the same bytes mean the same wherever they lie.
struct KnownFiles: Sendable {
  private var files: [String: ManifestFile] = [:]

  /// Files with an error are left out: whether there is one may hang on who decodes, as with names of time zones.
  init(_ files: [ManifestFile]) {
    self.files.reserveCapacity(files.count)
    for index in files.indices where files[index].hasNoErrors { self.files[files[index].sha256] = files[index] }
  }

  /// The file with the digest, as decoding it where `input` lies would give it.
  func file(sha256: String, at input: ManifestTree.Input) -> ManifestFile? {
    files[sha256]?.placed(root: input.root, path: input.path, display: input.display)
  }
}

extension ManifestFile {
  fileprivate var hasNoErrors: Bool {
    failures.isEmpty
      && documents.indices.allSatisfy { document in
        documents[document].diagnostics.indices.allSatisfy {
          documents[document].diagnostics[$0].severity != .error
        }
      }
  }

  /// This file at another place.
  fileprivate func placed(root: String, path: String, display: String) -> ManifestFile {
    var file = self
    (file.root, file.path, file.display) = (root, path, display)
    for index in file.documents.indices {
      file.documents[index].source.root = root
      file.documents[index].source.path = path
      file.documents[index].file = display
      for found in file.documents[index].diagnostics.indices {
        file.documents[index].diagnostics[found].file = display
      }
    }
    return file
  }
}
