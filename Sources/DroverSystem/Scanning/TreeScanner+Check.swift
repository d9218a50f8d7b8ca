import Glibc

extension TreeScanner {
  /// Whether a tree is as a scan found it, by metadata alone: a fraction of the cost of another scan. No folder is read,
  /// since one whose metadata are the same has the same names in it. False where that proves nothing: after problems,
  /// with links that lead nowhere, and for a folder that changed so shortly before the scan, which began at
  /// `startedAt` (milliseconds since 1970), that a change after it might carry the same time.
  func isUnchanged(since scan: TreeScan, startedAt: Int64) -> Bool {
    guard scan.rootError == nil, scan.problems.isEmpty, !scan.hasDanglingLinks, let resolved = scan.root,
      let now = try? realPath(root), now == resolved,
      let folder = try? Descriptor.open(resolved, O_RDONLY | O_DIRECTORY)
    else { return false }
    let newest = (startedAt - Self.clockTick) * 1_000_000
    for each in scan.folders {
      guard each.stat.changedNanoseconds < newest, Self.stat(folder.raw, each.relativePath) == each.stat else {
        return false
      }
    }
    if let rules = scan.ignoreFileStat, Self.stat(folder.raw, Self.ignoreFileName) != rules { return false }
    return scan.files.allSatisfy { $0.stat != nil && Self.stat(folder.raw, $0.relativePath) == $0.stat }
  }

  /// In milliseconds: the clock of inodes ticks every 1 to 10.
  private static let clockTick: Int64 = 25

  private static func stat(_ folder: Int32, _ path: String) -> FileStat? {
    var status = Glibc.stat()
    return fstatat(folder, path.isEmpty ? "." : path, &status, 0) == 0 ? FileStat(status) : nil
  }
}
