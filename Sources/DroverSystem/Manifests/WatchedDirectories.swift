/// Which directories are watched, and what an event in one of them means.
struct WatchedDirectories {
  /// Why a directory is watched.
  enum Role: Hashable {
    /// Folder of a root, relative to it.
    case folder(root: Int, path: String)
    /// Holds a name that a root's path goes through: the root itself, or a link on the way to it.
    case ancestor(names: Set<String>)
    /// Holds files to which links in a root lead.
    case linkTarget
  }

  private var roles: [WatchDescriptor: [Role]] = [:]
  private var paths: [String: WatchDescriptor] = [:]
  /// Set when the kernel refuses a watch: events are then no longer relied on.
  private(set) var problem: String?

  var count: Int { roles.count }

  func roles(of watch: WatchDescriptor) -> [Role] { roles[watch] ?? [] }

  mutating func forget(_ watch: WatchDescriptor) {
    roles[watch] = nil
    for (path, known) in paths where known == watch { paths[path] = nil }
  }

  /// Watches what the roots consist of now, and nothing else. Returns true if a directory was not watched before, so
  /// that what was put into it before the watch began has to be looked for again.
  mutating func follow(_ roots: [RootWatch], with watcher: any DirectoryWatching) -> Bool {
    var wanted: [String: [Role]] = [:]
    for (index, root) in roots.enumerated() {
      for (folder, names) in Self.ancestors(of: root.path) {
        wanted[folder, default: []].append(.ancestor(names: names))
      }
      guard let real = root.scan.root else { continue }
      for directory in root.scan.directories {
        let folder = directory.isEmpty ? real : real + "/" + directory
        wanted[folder, default: []].append(.folder(root: index, path: directory))
      }
      for target in root.scan.linkTargets { wanted[target, default: []].append(.linkTarget) }
    }
    var fresh = false
    var current: [WatchDescriptor: [Role]] = [:]
    var currentPaths: [String: WatchDescriptor] = [:]
    problem = nil
    for (path, pathRoles) in wanted.sorted(by: { $0.key < $1.key }) {
      do throws(SystemError) {
        // Adding again is how a new directory at an old path is told from the old one: it gets another descriptor.
        let watch = try watcher.add(path)
        if roles[watch] == nil, current[watch] == nil { fresh = true }
        current[watch, default: []] += pathRoles
        currentPaths[path] = watch
      } catch {
        // What only leads to a root is looked at in each walk as well.
        let isOnlyAround = !pathRoles.contains { if case .folder = $0 { true } else { false } }
        if error == .watchLimit || !error.isMissing && !isOnlyAround { problem = "\(error)" }
      }
    }
    for old in roles.keys where current[old] == nil { watcher.remove(old) }
    (roles, paths) = (current, currentPaths)
    return fresh
  }

  /// The directories in which a path can be exchanged under our feet: the parent of the root, the parent of every link
  /// on the way to it, and the last folder that exists.
  private static func ancestors(of root: String) -> [(folder: String, names: Set<String>)] {
    var result: [String: Set<String>] = [:]
    var folder = root.hasPrefix("/") ? "/" : (try? realPath(".")) ?? "/"
    var rest = root.split(separator: "/").map(String.init)
    var links = 0
    while !rest.isEmpty {
      let name = rest.removeFirst()
      if name == "." { continue }
      if name == ".." {
        folder = Directory.parent(of: folder)
        continue
      }
      let path = folder == "/" ? "/" + name : folder + "/" + name
      let kind = (try? FileStat(path, followSymlinks: false))?.kind
      if kind == .symlink || kind == nil || rest.isEmpty { result[folder, default: []].insert(name) }
      guard let kind else { break }
      guard kind == .symlink else {
        folder = path
        continue
      }
      links += 1
      guard links <= 40, let target = try? Directory.target(ofLink: path) else { break }
      if target.hasPrefix("/") { folder = "/" }
      rest = target.split(separator: "/").map(String.init) + rest
    }
    return result.map { ($0.key, $0.value) }
  }
}
