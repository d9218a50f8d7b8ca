import Glibc

/// A check of whether a tree is as a scan found it, by metadata alone: a fraction of the cost of another scan. It is done
/// some files at a time, so that whoever has something better to do never waits for it.
///
/// No folder is read, since one whose metadata are the same has the same names in it.
struct TreeCheck {
  enum Finding: Equatable {
    /// These files, relative to the root, have other metadata; none is the answer for a tree that is unchanged.
    case files([String])
    /// Only another scan can tell what the tree holds.
    case tree
  }

  /// Files at a time: about a millisecond of work.
  static let slice = 1024
  private let path: String
  private let scan: TreeScan
  /// The metadata that each file of the scan was last read with.
  private let known: [FileStat?]
  private let startedAt: Int64
  private var place = 0
  private(set) var isOver = false

  /// A check of the tree at `path` against `scan`, which began at `startedAt`, in milliseconds since 1970. `known`: the
  /// metadata that each file of the scan was last read with.
  init(_ path: String, scan: TreeScan, known: [FileStat?], startedAt: Int64) {
    self.path = path
    self.scan = scan
    self.known = known
    self.startedAt = startedAt
  }

  /// Looks at the next files.
  mutating func next() -> Finding {
    guard let root = scan.root, place > 0 || hasSameFolders(), var cursor = try? FolderCursor(root) else {
      isOver = true
      return .tree
    }
    let end = min(place + TreeCheck.slice, scan.files.count)
    var changed: [String] = []
    for index in place..<end {
      let file = scan.files[index].relativePath
      guard let stat = cursor.stat(file), stat == known[index] else {
        changed.append(file)
        continue
      }
    }
    place = end
    isOver = end == scan.files.count
    return .files(changed)
  }

  /// Whether the folders and the rules are as they were. False where metadata prove nothing: after problems, with links
  /// that lead nowhere, and for a folder that changed so shortly before the scan that a change after it might carry the
  /// same time.
  private func hasSameFolders() -> Bool {
    guard scan.rootError == nil, scan.problems.isEmpty, !scan.hasDanglingLinks, let resolved = scan.root,
      let now = try? realPath(path), now == resolved, var cursor = try? FolderCursor(resolved)
    else { return false }
    let newest = (startedAt - TreeCheck.clockTick) * 1_000_000
    for each in scan.folders {
      let place = each.relativePath.isEmpty ? "." : each.relativePath
      guard each.stat.changedNanoseconds < newest, cursor.stat(place) == each.stat else { return false }
    }
    return scan.ignoreFileStat.map { cursor.stat(TreeScanner.ignoreFileName) == $0 } ?? true
  }

  /// In milliseconds: the clock of inodes ticks every 1 to 10.
  private static let clockTick: Int64 = 25
}
