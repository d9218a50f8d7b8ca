import DroverCore
import DroverManifests
import DroverSystem

/// The manifests that `-f` names, as they are on disk: folders with everything below them, single files, and `-` for
/// standard input.
struct ManifestInput {
  /// Files read, in order.
  var files: [ManifestTree.Input] = []
  /// Files that are there and could not be read.
  var unreadable: [ManifestFile] = []
  var roots: [RootState] = []

  /// Whether only single files were named: what they do not hold may be elsewhere.
  private(set) var isPartial = true

  /// Fails with status 2 where a path does not exist. With `showsWholePaths`, diagnostics name files as they can be
  /// opened from here, not as they lie below their root.
  init(paths: [String], in console: Console, showsWholePaths: Bool = false) async throws {
    for path in paths.isEmpty ? ["manifests"] : paths {
      if path == "-" {
        files.append(ManifestTree.Input(root: "-", path: "-", bytes: try console.readInput()))
        roots.append(RootState(path: "-", files: 1))
      } else {
        try await add(path, showsWholePaths: showsWholePaths || paths.count > 1)
      }
    }
  }

  private mutating func add(_ path: String, showsWholePaths: Bool) async throws(CLIError) {
    do throws(SystemError) {
      if try FileStat(path).kind == .directory {
        try await addFolder(path, showsWholePaths)
      } else {
        let bytes = try FileReader.read(path, maxBytes: ManifestLimits.fileBytes)
        files.append(
          ManifestTree.Input(
            root: Directory.parent(of: path), path: Directory.name(of: path), display: path, bytes: bytes))
        roots.append(RootState(path: path, revision: GitRevision.read(near: Directory.parent(of: path)), files: 1))
      }
    } catch {
      throw CLIError("\(error); name the manifests with -f", exitCode: 2)
    }
  }

  private mutating func addFolder(_ path: String, _ showsWholePaths: Bool) async throws(SystemError) {
    var root = path
    while root.count > 1, root.last == "/" { root.removeLast() }
    isPartial = false
    let folder = try await FolderContents.read(root, maxBytes: ManifestLimits.fileBytes)
    let prefix = showsWholePaths ? (root == "." ? "" : root + "/") : ""
    for (place, contents) in folder.files {
      switch contents {
      case .success(let bytes):
        files.append(ManifestTree.Input(root: root, path: place, display: prefix + place, bytes: bytes))
      case .failure(let error): addUnreadable(root, place, prefix, error)
      }
    }
    for problem in folder.problems { addUnreadable(root, problem.relativePath, prefix, problem.error) }
    roots.append(RootState(path: root, revision: GitRevision.read(near: root), files: folder.files.count))
  }

  private mutating func addUnreadable(_ root: String, _ path: String, _ prefix: String, _ error: SystemError) {
    unreadable.append(
      ManifestFile.unreadable(root: root, path: path, display: prefix + path, reason: error.description))
  }

  /// Decodes and checks everything, over what was in force before. What an incomplete set does not hold stays; what
  /// `twin` has decoded is taken over.
  func load(
    _ console: Console, previous: DesiredFleet = DesiredFleet(), twin: ManifestScan? = nil, isComplete: Bool = true
  ) async -> ManifestTree {
    await ManifestTree.load(
      files, unreadable: unreadable, roots: roots, isComplete: isComplete, previous: previous, twin: twin,
      now: console.now(),
      decoder: ManifestDecoder(isTimeZone: TimeZones.exists))
  }

  static func isFolder(_ path: String) -> Bool { (try? FileStat(path))?.kind == .directory }

  /// Takes the files as those of another root, so that they compare with that root's files.
  mutating func move(to root: String) {
    for index in files.indices { files[index].root = root }
    for index in unreadable.indices { unreadable[index].root = root }
    let revision = roots.lazy.compactMap(\.revision).first
    roots = [RootState(path: root, revision: revision, files: files.count)]
  }

  /// The files for a server that plans them.
  var proposed: [ProposedFile] { files.map { ProposedFile(path: $0.path, bytes: $0.bytes) } }
}
