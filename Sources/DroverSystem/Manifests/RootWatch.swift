import DroverCore

/// What is known of one manifest root: the files by digest, and the state of the last walk.
struct RootWatch {
  /// A file as last read.
  struct Known {
    /// Nil after a read that is to be repeated whatever the metadata say.
    var stat: FileStat?
    /// Nil where it could not be read.
    var digest: FileDigest?
    var failure: String?
  }

  let path: String
  private(set) var scan = TreeScan()
  private(set) var failure: String?
  /// Links to folders that were not followed, and why.
  private(set) var warnings: [String] = []
  /// Files at which a writer seemed to be at work: since when they are waited for, on the monotonic clock.
  private(set) var unsettled: [String: Int64] = [:]
  private var known: [String: Known] = [:]
  /// Rises whenever a file is known to be another than before: reading the same again is no change.
  private var readings: UInt64 = 0
  /// What the last check compared with: looked up once for all checks between two changes.
  private var checked: (readings: UInt64, stats: [FileStat?])?
  private var checkout = GitCheckout()
  /// When the last scan began, in milliseconds since 1970.
  private var scannedAt: Int64 = 0
  /// The device of the root when a manifest was last read.
  private var device: UInt64?
  private let maxBytes: Int
  /// In nanoseconds.
  private let patience: Int64

  init(path: String, maxBytes: Int, patience: Int64) {
    self.path = path
    self.maxBytes = maxBytes
    self.patience = patience
  }

  mutating func state() -> RootState {
    let known = known
    let edited = scan.root.map { root in
      checkout.edited(in: root, readings: readings) {
        known.lazy.compactMap { name, file in file.stat.map { (name, $0) } }
      }
    }
    return RootState(
      path: path, failure: failure, revision: scan.root.flatMap(RevisionReader.revision), files: known.count,
      edited: edited ?? [])
  }

  /// The manifests that the last walk found, relative to the root.
  var manifests: [String] { scan.files.map(\.relativePath) }

  /// Whether a path, relative to the root, was a folder of the last walk.
  func isFolder(_ path: String) -> Bool { scan.contains(folder: path) }

  /// A check of whether a walk would find what the last one found, and what was read since.
  mutating func check() -> TreeCheck {
    if checked?.readings != readings || checked?.stats.count != scan.files.count {
      checked = (readings, scan.files.map { known[$0.relativePath]?.stat })
    }
    return TreeCheck(path, scan: scan, known: checked?.stats ?? [], startedAt: scannedAt)
  }

  /// Walks the root and reads what its metadata, or `mustRead`, give a reason to read; everything, if asked. Files that
  /// are being written are left for later.
  mutating func walk(everything: Bool, mustRead: Set<String>, busy: Set<String>, calm: Calm) -> ChangeSet {
    scannedAt = WallClock.now()
    checked = nil
    scan = TreeScanner(root: path).scan()
    failure = scan.rootError.map { "\($0)" } ?? unmounted
    guard failure == nil else { return ChangeSet() }
    if !known.isEmpty, !scan.files.isEmpty { device = scan.rootStat?.device }
    var change = ChangeSet()
    var found: Set<String> = []
    for file in scan.files where !busy.contains(file.relativePath) {
      found.insert(file.relativePath)
      if !everything, let stat = known[file.relativePath]?.stat, stat == file.stat,
        !mustRead.contains(file.relativePath)
      {
        continue
      }
      read(file.relativePath, calm, into: &change)
    }
    note(scan.problems, found: &found, change: &change)
    for gone in known.keys.filter({ !found.contains($0) && !busy.contains($0) }) { forget(gone, into: &change) }
    unsettled = unsettled.filter { found.contains($0.key) || busy.contains($0.key) }
    return change
  }

  /// An empty folder where manifests lay on another device is the place of a mount that is missing.
  private var unmounted: String? {
    guard scan.files.isEmpty, scan.problems.isEmpty, !known.isEmpty, let device, device != scan.rootStat?.device else {
      return nil
    }
    return "\(path) is empty and lies on another file system than before; mount it again"
  }

  /// Of names that events told, those that may be manifests, in order.
  func unignored(_ paths: Set<String>) -> [String] {
    paths.sorted().filter { !scan.ignoreRules.ignores($0, isDirectory: false) }
  }

  /// Reads these files again, by content alone. False where only a walk can tell what one of them is: a link may lead
  /// out of the root. What was read before that is in `change`.
  mutating func reread(_ paths: [String], calm: Calm, into change: inout ChangeSet) -> Bool {
    guard failure == nil, let root = scan.root, var cursor = try? FolderCursor(root) else { return false }
    let maxBytes = maxBytes
    for path in paths {
      if let file = cursor.open(path) {
        read(path, calm, into: &change) { () throws(SystemError) in
          try FileReader.contents(of: file, as: root + "/" + path, maxBytes: maxBytes)
        }
      } else if (try? FileStat(root + "/" + path, followSymlinks: false))?.kind == .symlink {
        return false
      } else {
        read(path, calm, into: &change)
      }
    }
    return true
  }

  private mutating func read(_ relative: String, _ calm: Calm, into change: inout ChangeSet) {
    guard let root = scan.root else { return }
    let maxBytes = maxBytes
    read(relative, calm, into: &change) { () throws(SystemError) in
      try FileReader.contents(of: root + "/" + relative, maxBytes: maxBytes)
    }
  }

  private mutating func read(
    _ relative: String, _ calm: Calm, into change: inout ChangeSet, contents: () throws(SystemError) -> FileContents
  ) {
    do throws(SystemError) {
      let contents = try contents()
      if waits(for: relative, contents.stat, calm) { return }
      // A file cut to nothing is an editor or a copy at work, or a full disk; deleting is how objects are removed.
      guard !contents.bytes.isEmpty else {
        return fail(relative, "it is empty; delete it to remove its objects", into: &change, stat: contents.stat)
      }
      let digest = FileDigest(of: contents.bytes)
      device = scan.rootStat?.device
      let before = known[relative]
      guard before?.digest != digest || before?.stat != contents.stat else { return }
      readings &+= 1
      known[relative] = Known(stat: contents.stat, digest: digest)
      if before?.digest != digest {
        change.set(
          SourceFile(
            place: ManifestPath(root: path, path: relative), sha256: digest.hexadecimal,
            content: .bytes(contents.bytes)))
      }
    } catch {
      unsettled[relative] = nil
      if error.isMissing { forget(relative, into: &change) } else { fail(relative, "\(error)", into: &change) }
    }
  }

  /// Whether a file changed so lately that its writer may not be done.
  private mutating func waits(for relative: String, _ stat: FileStat, _ calm: Calm) -> Bool {
    guard calm.isUnsettled(stat) else {
      if !unsettled.isEmpty { unsettled[relative] = nil }
      return false
    }
    let now = MonotonicClock.now()
    let since = unsettled[relative] ?? now
    unsettled[relative] = since
    // An empty file that goes on changing is never whole; anything else may be, when it never rests.
    return stat.size == 0 || now - since < patience
  }

  private mutating func forget(_ relative: String, into change: inout ChangeSet) {
    guard known.removeValue(forKey: relative) != nil else { return }
    readings &+= 1
    change.remove(ManifestPath(root: path, path: relative))
  }

  private mutating func fail(
    _ relative: String, _ reason: String, into change: inout ChangeSet, stat: FileStat? = nil
  ) {
    let isNew = known[relative]?.failure != reason
    if isNew || known[relative]?.stat != stat { readings &+= 1 }
    known[relative] = Known(stat: stat, failure: reason)
    if isNew {
      change.set(SourceFile(place: ManifestPath(root: path, path: relative), sha256: "", content: .failure(reason)))
    }
  }

  /// What cannot be looked at hides its files; it does not remove them.
  private mutating func note(_ problems: [ScanProblem], found: inout Set<String>, change: inout ChangeSet) {
    warnings = []
    for problem in problems {
      let reason = "\(problem.error)"
      let hidden = known.keys.filter { $0.utf8.starts(with: (problem.relativePath + "/").utf8) && !found.contains($0) }
      for file in hidden {
        found.insert(file)
        fail(file, reason, into: &change)
      }
      let isManifest = TreeScanner.isManifest(Directory.name(of: problem.relativePath))
      if isManifest || !problem.error.isAboutLink {
        found.insert(problem.relativePath)
        fail(problem.relativePath, reason, into: &change)
      } else {
        warnings.append(reason)
      }
    }
  }
}

extension SystemError {
  /// Whether a link leads where it may not.
  fileprivate var isAboutLink: Bool {
    switch self {
    case .escapesRoot, .linkLoop, .linkedTwice: true
    default: false
    }
  }
}
