import Glibc

/// Finds the manifests under a folder: the names, without reading a byte of them.
///
/// - Files `.yaml`, `.yml` and `.json`; no name that begins with a dot, and nothing that the root's `.droverignore`
///   names. What editors leave beside a file (`#x#`, `x~`, `.x.swp`, `4913`) has no such extension.
/// - Links are followed inside the root, also through names with a dot, as Kubernetes mounts its ConfigMaps. A link out
///   of the root, in a circle, or to a folder that another link brings in is a problem. The root itself may be a link.
package struct TreeScanner: Sendable {
  package static let ignoreFileName = ".droverignore"
  private static let ignoreFileLimit = 1 << 20

  package let root: String

  package init(root: String) {
    self.root = root
  }

  /// Whether a file of this name is a manifest: for telling which events matter.
  package static func isManifest(_ name: String) -> Bool {
    !name.hasPrefix(".") && (name.hasSuffix(".yaml") || name.hasSuffix(".yml") || name.hasSuffix(".json"))
  }

  /// Looks at the tree as it is now. A file that goes during the scan is absent from it. For somebody who opens every
  /// file at once, `looksAtFiles` false leaves out the metadata of those that their folders say are files.
  package func scan(looksAtFiles: Bool = true) -> TreeScan {
    var scan = TreeScan()
    do throws(SystemError) {
      let resolved = try realPath(root)
      let stat = try FileStat(resolved)
      guard stat.kind == .directory else { throw .errno(operation: "open folder", path: root, code: ENOTDIR) }
      scan.root = resolved
      scan.rootStat = stat
      (scan.ignoreRules, scan.ignoreFileStat) = try Self.ignoreRules(in: resolved)
      var walk = try Walk(root: resolved, looksAtFiles: looksAtFiles, scan: scan)
      try walk.visitRoot(stat)
      return walk.finished()
    } catch {
      // Unreadable rules could let in what they keep out: better to look at nothing.
      scan.rootError = error
      return scan
    }
  }

  private static func ignoreRules(in root: String) throws(SystemError) -> (IgnoreRules, FileStat?) {
    do throws(SystemError) {
      let contents = try FileReader.contents(of: root + "/" + ignoreFileName, maxBytes: ignoreFileLimit)
      return (IgnoreRules(text: String(decoding: contents.bytes, as: UTF8.self)), contents.stat)
    } catch {
      if error.isMissing { return (.none, nil) }
      throw error
    }
  }
}
