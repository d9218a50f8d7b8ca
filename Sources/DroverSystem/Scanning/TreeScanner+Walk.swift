extension TreeScanner {
  /// One walk over the tree.
  struct Walk: ~Copyable {
    private struct FileID: Hashable {
      var device: UInt64
      var inode: UInt64

      init(_ stat: FileStat) {
        device = stat.device
        inode = stat.inode
      }
    }

    private let root: String
    private let looksAtFiles: Bool
    private var scan: TreeScan
    /// The folders that were reached over a link: each once, or a few links would multiply to millions of paths.
    private var linked: Set<FileID> = []
    private var linkTargets: Set<String> = []
    private var cursor: FolderCursor

    init(root: String, looksAtFiles: Bool, scan: TreeScan) throws(SystemError) {
      self.root = root
      cursor = try FolderCursor(root)
      self.looksAtFiles = looksAtFiles
      self.scan = scan
    }

    mutating func visitRoot(_ stat: FileStat) throws(SystemError) {
      try visit("", stat, entriesOf: Directory.contents(of: root), ancestors: [FileID(stat)], overLink: false)
    }

    func finished() -> TreeScan {
      var result = scan
      result.files.sort { $0.relativePath.precedesInBytes($1.relativePath) }
      result.folders.sort { $0.relativePath.precedesInBytes($1.relativePath) }
      result.linkTargets = linkTargets.sorted { $0.precedesInBytes($1) }
      result.problems.sort { $0.relativePath.precedesInBytes($1.relativePath) }
      return result
    }

    private mutating func visit(
      _ path: String, _ stat: FileStat,
      entriesOf contents: (entries: [DirectoryEntry], unreadable: [DirectoryEntry]),
      ancestors: [FileID], overLink: Bool
    ) {
      scan.folders.append(ScannedFolder(relativePath: path, stat: stat))
      let prefix = path.isEmpty ? "" : path + "/"
      for entry in contents.unreadable where entry.kind == .directory || TreeScanner.isManifest(entry.name) {
        note(prefix + entry.name, .notUTF8(path: absolute(prefix + entry.name)))
      }
      for entry in contents.entries where !entry.name.hasPrefix(".") {
        let child = prefix + entry.name
        switch entry.kind {
        case .directory:
          if !scan.ignoreRules.ignoresLeaf(child, isDirectory: true) {
            enter(child, ancestors: ancestors, overLink: overLink)
          }
        case .symlink:
          follow(child, isManifest: TreeScanner.isManifest(entry.name), ancestors: ancestors)
        case .regular, .other:
          guard TreeScanner.isManifest(entry.name), !scan.ignoreRules.ignoresLeaf(child, isDirectory: false) else {
            continue
          }
          if looksAtFiles || entry.kind == .other {
            take(child)
          } else {
            scan.files.append(ScannedFile(relativePath: child, stat: nil))
          }
        }
      }
    }

    private mutating func enter(_ path: String, ancestors: [FileID], overLink: Bool) {
      do throws(SystemError) {
        let stat = try FileStat(absolute(path))
        let identity = FileID(stat)
        if overLink {
          if ancestors.contains(identity) { throw .linkLoop(path: absolute(path)) }
          guard linked.insert(identity).inserted else { throw .linkedTwice(path: absolute(path)) }
        }
        let contents = try Directory.contents(of: absolute(path))
        visit(path, stat, entriesOf: contents, ancestors: ancestors + [identity], overLink: overLink)
      } catch {
        if !error.isMissing { note(path, error) }
      }
    }

    private mutating func follow(_ path: String, isManifest: Bool, ancestors: [FileID]) {
      do throws(SystemError) {
        guard let isDirectory = try leadsToDirectory(path, isManifest: isManifest) else {
          scan.hasDanglingLinks = true
          return
        }
        guard isDirectory || isManifest, !scan.ignoreRules.ignoresLeaf(path, isDirectory: isDirectory) else { return }
        let target = try realPath(absolute(path))
        guard isInside(target, root) else { throw .escapesRoot(path: absolute(path), target: target) }
        if isDirectory { return enter(path, ancestors: ancestors, overLink: true) }
        linkTargets.insert(Directory.parent(of: target))
        take(path)
      } catch {
        note(path, error)
      }
    }

    /// Nil for a link that leads nowhere and does not matter: its name is no manifest's, or it has just gone itself.
    private func leadsToDirectory(_ path: String, isManifest: Bool) throws(SystemError) -> Bool? {
      do throws(SystemError) {
        return try FileStat(absolute(path)).kind == .directory
      } catch {
        let isPresent = (try? FileStat(absolute(path), followSymlinks: false)) != nil
        guard isManifest, isPresent, !scan.ignoreRules.ignoresLeaf(path, isDirectory: false) else { return nil }
        throw error
      }
    }

    private mutating func take(_ path: String) {
      do throws(SystemError) {
        let stat = if let stat = cursor.stat(path) { stat } else { try FileStat(absolute(path)) }
        guard stat.kind == .regular else { throw .notRegular(path: absolute(path)) }
        scan.files.append(ScannedFile(relativePath: path, stat: stat))
      } catch {
        if !error.isMissing { note(path, error) }
      }
    }

    private mutating func note(_ path: String, _ error: SystemError) {
      scan.problems.append(ScanProblem(relativePath: path, error: error))
    }

    private func absolute(_ path: String) -> String {
      root == "/" ? "/" + path : root + "/" + path
    }
  }
}
