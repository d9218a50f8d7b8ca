/// A manifest file that a scan found.
package struct ScannedFile: Hashable, Sendable {
  /// From the root, with `/`.
  package var relativePath: String
  /// Of the file itself, where the path is a link; nil where nobody looked.
  package var stat: FileStat?

  package init(relativePath: String, stat: FileStat?) {
    self.relativePath = relativePath
    self.stat = stat
  }
}

/// A folder that a scan looked into.
package struct ScannedFolder: Hashable, Sendable {
  /// From the root, with `/`; the root is the empty text.
  package var relativePath: String
  /// From before its entries were read.
  package var stat: FileStat

  package init(relativePath: String, stat: FileStat) {
    self.relativePath = relativePath
    self.stat = stat
  }
}

/// What could not be looked at, so that its absence from a scan means nothing.
package struct ScanProblem: Hashable, Sendable {
  /// From the root, with `/`.
  package var relativePath: String
  package var error: SystemError

  package init(relativePath: String, error: SystemError) {
    self.relativePath = relativePath
    self.error = error
  }
}

/// One look at a tree of manifests. All lists are in order of the paths' bytes.
package struct TreeScan: Hashable, Sendable {
  /// The root without links, where it could be resolved.
  package var root: String?
  /// Of the root: another device or inode is another tree at the same path.
  package var rootStat: FileStat?
  /// Why nothing could be looked at; all lists are empty then, and mean nothing.
  package var rootError: SystemError?
  package var files: [ScannedFile] = []
  package var folders: [ScannedFolder] = []
  /// The folders, absolute, that hold files to which links in the tree lead.
  package var linkTargets: [String] = []
  package var problems: [ScanProblem] = []
  /// Of the root's `.droverignore`.
  package var ignoreRules: IgnoreRules = .none
  /// Of the file of the rules, where there is one.
  var ignoreFileStat: FileStat?
  /// Whether a link leads nowhere: what comes to stand there shows nowhere in the tree.
  var hasDanglingLinks = false

  package init() {}

  /// The folders looked into, relative: those to watch.
  package var directories: [String] { folders.map(\.relativePath) }

  /// Whether a path, relative to the root, is that of a folder looked into.
  func contains(folder: String) -> Bool {
    var (low, high) = (0, folders.count)
    while low < high {
      let middle = (low + high) / 2
      if folders[middle].relativePath.utf8.lexicographicallyPrecedes(folder.utf8) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low < folders.count && folders[low].relativePath == folder
  }
}
